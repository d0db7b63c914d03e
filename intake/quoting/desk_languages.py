"""How mail programs announce what they quote in the languages that the desk speaks."""

from intake.quoting.wording import Wording

DESK_LANGUAGES = (
    Wording(
        "ru",
        opens=r"вы писали|в письме от|пользователь|в",
        weekdays=r"пн|вт|ср|чт|пт|сб|вс|понед|втор|сред|четв|пятн|субб|воскр",
        wrote=r"написал(?:а|и|\(а\)|\(-а\))?|пиш(?:ет|ете)|писал(?:а|и|\(а\))?|сообщил(?:а|\(а\))?",
        sender=r"от|от кого|отправитель|автор",
        sent=r"отправлено|дата|дата отправки|отправлен|послано|время",
        to=r"кому|получатели?|адресат",
        copy=r"копия|копии|скрытая копия|важность|приоритет|ответить|вложения?",
        subject=r"тема(?: письма)?",
        original=r"(?:исходное|оригинальное|первоначальное|первичное|предыдущее) (?:сообщение|письмо)"
        r"|(?:оригинал|конец) (?:сообщения|письма)|ответ на письмо",
        forwarded=r"(?:пересыла|пересланн|перенаправленн|переадресованн)\w* (?:сообщени|письм)\w+"
        r"|конец пересыла\w+ сообщени\w+",
        begins_forwarded=r"начало (?:переадресованного|пересылаемого|пересланного) (?:сообщения|письма)",
        device=r"(?:отправлено|послано|написано|создано) (?:с|со|из|в|через|от|при помощи|с помощью) {D}"
        r"|простите за краткость.{0,40}|извините за (?:краткость|опечатки).{0,40}"
        r"|без вирусов.{0,30}|(?:это )?(?:сообщение|письмо) проверено на (?:наличие )?вирус\w+.{0,60}"
        r"|(?:получите|получить|скачать|загрузить) outlook для .{1,30}",
        answers_below=r"ответ\w* .{0,20}(?:ниже|в тексте|по тексту|красным|внутри)"
        r"|(?:см\.?|смотрите|коммент\w+) .{0,20}(?:ниже|в тексте|по тексту|красным)",
        above=r"(?:пожалуйста,? )?(?:напишите|пишите|введите|оставьте|вводите|укажите)?(?: ваш"
        r"| свой)? ?ответ\w* .{0,20}выше "
        r"(?:этой|данной) (?:строки|линии|черты)|(?:пожалуйста,? )?отвечайте (?:выше|над) .{0,12}(?:строк"
        r"|лини|черт)\w+",
    ),
    Wording(
        "uk",
        opens=r"ви писали|у листі від|користувач|у|в",
        weekdays=r"пн|вт|ср|чт|пт|сб|нд|понед|вівт|серед|четв|п.ятн|субот|неділ",
        wrote=r"написа(?:в|ла|ли|в\(ла\)|вла|в\(-ла\))|пиш(?:е|ете)|писа(?:в|ла|ли|в\(ла\))|повідоми(?:в|ла)",
        sender=r"від|від кого|відправник",
        sent=r"надіслано|відправлено|дата|дата надсилання|час",
        to=r"кому|до|одержувач|отримувач|адресат",
        copy=r"копія|копії|важливість|пріоритет",
        subject=r"тема",
        original=r"(?:оригінальне|початкове|вихідне|первинне|попереднє) повідомлення"
        r"|(?:оригінальний|початковий|вихідний) лист",
        forwarded=r"(?:переслане|переслані|пересилане|перенаправлене|переадресоване) повідомлення"
        r"|пересланий лист",
        begins_forwarded=r"початок (?:переадресованого|пересланого|листа, що пересилається).{0,20}",
        device=r"(?:надіслано|відправлено|створено) (?:з|із|зі|у|в|через|за допомогою) {D}"
        r"|(?:отримайте|завантажити|отримати) outlook для .{1,30}|вибачте за стислість.{0,40}"
        r"|(?:не містить|без) вірусів.{0,30}",
        answers_below=r"відповід\w* .{0,20}(?:нижче|у тексті|в тексті|червоним)"
        r"|(?:див\.?|дивіться) .{0,20}нижче",
        above=r"(?:будь ласка,? )?(?:напишіть|пишіть|введіть|залиште)?(?: вашу"
        r"| свою)? ?відповідь .{0,20}вище "
        r"(?:цього|цієї|даного) (?:рядка|лінії|риски)|(?:будь ласка,? )?відповідайте (?:вище"
        r"|над) .{0,12}(?:ряд|ліні|риск)\w+",
    ),
    Wording(
        "en",
        opens=r"on|at|you wrote|in (?:a |your )?message",
        weekdays=r"mon|tue|wed|thu|fri|sat|sun",
        wrote=r"wrote|writes|said|says|has written|posted",
        sender=r"from|sender",
        sent=r"sent|date|sent at|sent on|date sent|when",
        to=r"to|recipients?",
        copy=r"cc|bcc|importance|priority|reply-?to|attachments?|organization|sensitivity",
        subject=r"subject",
        original=r"original(?: (?:message|e?-?mail|msg))?|reply message|end of original message"
        r"|previous message"
        r"|original message processed by .{1,40}",
        forwarded=r"(?:begin )?(?:forwarded|fwd\.?) (?:message|e?-?mail|by .{1,80})|fwd message|forwarded",
        begins_forwarded=r"begin forwarded message",
        device=r"sent from my [^,.!?]{1,40}|sent (?:from|via|with|by|using) {D}|from my {D}"
        r"|\S{1,20} from mobile|(?:get|download) .?outlook (?:for|on) .{1,30}"
        r"|sent from my (?:verizon|at&t|t-mobile|sprint)[, ].{0,60}|(?:please )?(?:excuse|pardon"
        r"|forgive) .{0,30}"
        r"(?:brevity|typos|typing|mistakes|thumbs).{0,30}|virus-free\W.{0,30}"
        r"|this (?:e-?mail|message) has been (?:checked|scanned) (?:for viruses )?by .{1,60}"
        r"|sent from my (?:cell|phone|mobile)\w*[,.] .{0,20}(?:excuse|typo|brevity).{0,60}",
        answers_below=r"(?:see|my|answers?|repl(?:y|ies)|comments?) .{0,30}"
        r"(?:below|inline|in[- ]line|in red|in blue)",
        above=r"(?:please )?(?:type|write|enter|add|put|make)? ?(?:your |a )?(?:reply|response|answer"
        r"|comment)s? "
        r"(?:above|over) (?:this|the) (?:dotted |dashed )?line.{0,60}"
        r"|(?:please )?(?:reply|respond) (?:above|over) (?:this|the) line.{0,60}|reply above.{0,40}",
    ),
    Wording(
        "fi",
        opens=r"kirjoitit|päivämäärä|viestissä",
        weekdays=r"ma|ti|ke|to|pe|la|su|maanan|tiist|keskiv|torst|perjan|lauan|sunnun",
        wrote=r"kirjoitti|kirjoittaa|kirjoitit|kirjoittanut",
        sender=r"lähettäjä",
        sent=r"lähetetty|lähetysaika|lähetyspäivä|päivämäärä|päiväys|pvm|päivä",
        to=r"vastaanottajat?|kenelle|saajat?",
        copy=r"kopio|kopiot|tärkeys|vastausosoite|cc",
        subject=r"aihe|otsikko",
        original=r"alkuperäinen (?:viesti|sähköposti|posti)",
        forwarded=r"(?:välitetty|edelleenlähetetty|edelleen lähetetty) (?:viesti|sähköposti)",
        begins_forwarded=r"välitetty viesti alkaa|(?:edelleenlähetetty|välitetty) viesti",
        device=r"lähetetty [^,.!?:]{2,60}(?:sta|stä|stani|stäni|lta|ltä)|(?:hanki|lataa) outlook .{1,30}"
        r"|lähetetty [^,.!?:]{2,40} -sovelluksella|ei viruksia.{0,30}",
        answers_below=r"(?:vasta\w+|komment\w+|katso|ks\.?) .{0,20}"
        r"(?:alla|alempana|tekstin joukossa|punaisella)",
        above=r"(?:ole hyvä ja )?(?:kirjoita|kirjoittakaa)? ?(?:vastauksesi|vastaus|vastauksenne) tämän "
        r"(?:rivin|viivan) yläpuolelle|vastaa(?:thaan)? tämän (?:rivin|viivan) yläpuolelle",
    ),
)
