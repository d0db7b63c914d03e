"""How mail programs announce what they quote in the languages that the desk speaks."""

from intake.quoting.wording import Wording

DESK_LANGUAGES = (
    Wording(
        "ru",
        opens=r"вы писали|в письме от|пользователь",
        weekdays=r"пн|вт|ср|чт|пт|сб|вс|понед|втор|сред|четв|пятн|субб|воскр",
        wrote=r"написал(?:а|и|\(а\)|\(-а\))?|пишет|писал(?:а|и|\(а\))?",
        sender=r"от|от кого|отправитель",
        sent=r"отправлено|дата|дата отправки|отправлен",
        to=r"кому|получатель",
        copy=r"копия|копии|скрытая копия|важность",
        subject=r"тема",
        original=r"исходное сообщение|исходное письмо|оригинальное сообщение|первоначальное сообщение",
        forwarded=r"пересыла\w+ сообщени\w+|пересланн\w+ (?:сообщени|письм)\w+|перенаправленн\w+ сообщени\w+",
        begins_forwarded=r"начало (?:переадресованного|пересылаемого) сообщения",
        device=r"(?:отправлено|послано|написано) (?:с|со|из|через|от|при помощи) {D}"
        r"|получите outlook для .{1,30}",
        answers_below=r"ответ\w* .{0,20}(?:ниже|в тексте|по тексту|красным|внутри)"
        r"|(?:см\.?|смотрите|коммент\w+) .{0,20}(?:ниже|в тексте|по тексту|красным)",
    ),
    Wording(
        "uk",
        opens=r"ви писали|у листі від|користувач",
        weekdays=r"пн|вт|ср|чт|пт|сб|нд|понед|вівт|серед|четв|п.ятн|субот|неділ",
        wrote=r"написав(?:ла|\(ла\)|\(-ла\))?|написала|пише|писав|писала|писали",
        sender=r"від|від кого|відправник",
        sent=r"надіслано|відправлено|дата",
        to=r"кому|одержувач|отримувач",
        copy=r"копія|копії|важливість",
        subject=r"тема",
        original=r"(?:оригінальне|початкове|вихідне|первинне) повідомлення|оригінальний лист",
        forwarded=r"(?:переслане|переслані|пересилане|перенаправлене|переадресоване) повідомлення"
        r"|пересланий лист",
        begins_forwarded=r"початок (?:переадресованого|пересланого|листа, що пересилається).{0,20}",
        device=r"(?:надіслано|відправлено) (?:з|із|зі|через|за допомогою) {D}",
        answers_below=r"відповід\w* .{0,20}(?:нижче|у тексті|в тексті|червоним)"
        r"|(?:див\.?|дивіться) .{0,20}нижче",
    ),
    Wording(
        "en",
        opens=r"on|at|you wrote|in a message dated",
        weekdays=r"mon|tue|wed|thu|fri|sat|sun",
        wrote=r"wrote|writes|said",
        sender=r"from|reply-to",
        sent=r"sent|date|sent at",
        to=r"to",
        copy=r"cc|bcc|importance|priority",
        subject=r"subject",
        original=r"original (?:message|e?-?mail)|reply message",
        forwarded=r"forwarded (?:message|e?-?mail|by .{1,80})|fwd message",
        begins_forwarded=r"begin forwarded message",
        device=r"sent from my [^,.!?]{1,40}|sent (?:from|via|with|by|using) {D}|from my {D}"
        r"|\S{1,20} from mobile|get .?outlook for .{1,30}"
        r"|sent from my (?:cell|phone|mobile)\w*[,.] .{0,20}(?:excuse|typo|brevity).{0,60}",
        answers_below=r"(?:see|my|answers?|repl(?:y|ies)|comments?) .{0,30}"
        r"(?:below|inline|in[- ]line|in red|in blue)",
    ),
    Wording(
        "fi",
        opens=r"kirjoitit",
        weekdays=r"ma|ti|ke|to|pe|la|su|maanan|tiist|keskiv|torst|perjan|lauan|sunnun",
        wrote=r"kirjoitti|kirjoittaa|kirjoitit",
        sender=r"lähettäjä",
        sent=r"lähetetty|lähetysaika|päivämäärä|päiväys|pvm",
        to=r"vastaanottaja|kenelle",
        copy=r"kopio|kopiot|tärkeys",
        subject=r"aihe|otsikko",
        original=r"alkuperäinen (?:viesti|sähköposti)",
        forwarded=r"(?:välitetty|edelleenlähetetty|edelleen lähetetty) (?:viesti|sähköposti)",
        begins_forwarded=r"välitetty viesti alkaa|(?:edelleenlähetetty|välitetty) viesti",
        device=r"lähetetty [^,.!?:]{2,60}(?:sta|stä|stani|stäni|lta|ltä)|hanki outlook .{1,30}",
        answers_below=r"(?:vasta\w+|komment\w+|katso|ks\.?) .{0,20}"
        r"(?:alla|alempana|tekstin joukossa|punaisella)",
    ),
)
