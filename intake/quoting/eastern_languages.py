"""How mail programs announce what they quote in the Slavic, Baltic, Finno-Ugric and Turkic languages."""

from intake.quoting.wording import Wording

EASTERN_LANGUAGES = (
    Wording(
        "pl",
        opens=r"w dniu|dnia|użytkownik|wiadomość napisana przez",
        weekdays=r"pon|wt|śr|czw|pt|pią|sob|niedz|ndz|nie",
        wrote=r"(?:napisał|nadesłał|pisał)(?:a|\(a\)|/a)?|pisze|napisano",
        sender=r"od|nadawca",
        sent=r"wysłan[oey]|data(?: wysłania)?|wysłana",
        to=r"do|adresat|odbiorca",
        copy=r"dw|cc|udw|ważność|priorytet|odpowiedz do|kopia",
        subject=r"temat",
        original=r"(?:oryginalna|pierwotna|poprzednia) wiadomość|wiadomość (?:oryginalna|pierwotna)"
        r"|oryginalny e?-?mail|treść oryginalnej wiadomości",
        forwarded=r"wiadomość przesłana dalej|(?:przekazana|przesłana"
        r"|treść przekazanej) wiadomoś\w+(?: dalej)?",
        begins_forwarded=r"początek (?:przekazywanej|przekazanej|przesłanej dalej) wiadomości",
        device=r"wysłan[aoey] (?:z|ze|przez|za pomocą) {D}|pobierz (?:program )?outlook dla .{1,30}"
        r"|wolny od wirusów\W.{0,30}",
        answers_below=r"odpowied\w+ .{0,20}(?:poniżej|w tekście|na czerwono)",
        above=r"(?:prosimy )?(?:pisać|pisz|napisz|wpisz)?(?: swoją)? ?odpowied\w+ powyżej tej linii.{0,30}",
    ),
    Wording(
        "cs, sk",
        opens=r"dne|dňa|odesílatel|v",
        weekdays=r"po|út|st|čt|pá|so|ne|ut|št|pi|pondělí|úterý|středa|čtvrtek|pátek|sobota|neděle",
        wrote=r"(?:napsal|napísal|píše|psal)(?:a|\(a\)|/a)?",
        sender=r"od|odesílatel|odosielateľ",
        sent=r"odesláno|odoslané|datum|dátum|posláno",
        to=r"komu|pro|příjemce|prijemca",
        copy=r"kopie|kópia|důležitost|priorita|kopia",
        subject=r"předmět|predmet",
        original=r"(?:původní|pôvodná) (?:zpráva|správa|e-?mail)",
        forwarded=r"(?:přeposlaná|přeposlán|preposlaná|přeposlaný) (?:zpráva|správa|e-?mail)",
        begins_forwarded=r"začátek přeposlané zprávy",
        device=r"(?:odesláno|odoslané|posláno) (?:z|ze|zo|pomocí) {D}|(?:získat|získejte) outlook pro .{1,30}"
        r"|(?:bez virů|neobsahuje viry)\W.{0,30}",
        above=r"(?:prosím )?(?:pište|napište|odpovídejte)(?: svou| vaši)?(?: odpověď)? nad (?:tento řádek"
        r"|touto čar\w+|tuto čáru).{0,30}",
    ),
    Wording(
        "bg, sr, hr, sl, mk, be",
        opens=r"на|дана|dana|dne|v|u",
        weekdays=r"пн|вт|ср|чт|пт|сб|нд|пон|уто|сре|чет|пет|суб|нед|pon|uto|tor|sri|sre|čet|pet|sub|sob|ned",
        wrote=r"написа|пише|је написа(?:о|ла|о/ла)|(?:je )?(?:napisa(?:o|la|l|o/la)|pisa(?:o|l))"
        r"(?: je)?|напіса(?:ў|ла)|піша",
        sender=r"от|од|od|šalje|pošiljatelj|ад",
        sent=r"изпратено|дата|послато|датум|poslano|datum|датa",
        to=r"до|за|za|prima|каму|коме",
        copy=r"копие|копија|kopija|cc|kp|важност",
        subject=r"относно|предмет|наслов|predmet|zadeva|naslov|тэма",
        original=r"(?:оригинално|първоначално) съобщение|(?:оригинална|изворна) порука|izvorna poruka"
        r"|originalna poruka|izvirno sporočilo|originalno sporočilo",
        forwarded=r"препратено съобщение|прослеђена порука|proslijeđena poruka|prosleđena poruka"
        r"|posredovano sporočilo",
        device=r"изпратено (?:от|чрез) {D}|послато (?:са|са мог) {D}|poslano (?:s|sa|z|iz) {D}",
    ),
    Wording(
        "et, lv, lt",
        opens=r"kuupäev(?:al)?|rašė",
        weekdays=r"esmasp|teisip|kolmap|neljap|reede|laup|pühap|pirmd|otrd|trešd|ceturtd|piektd|sestd|svētd"
        r"|pr|an|tr|kt|pn|št|sk",
        wrote=r"kirjutas|rakstīja|raksta|rašė|parašė|rašo",
        sender=r"saatja|kellelt|no|nuo|siuntėjas|sūtītājs",
        sent=r"saadetud|kuupäev|nosūtīts|datums|išsiųsta|data",
        to=r"adressaat|kellele|saaja|kam|gavėjas",
        copy=r"koopia|kopija|prioriteet",
        subject=r"teema|temats|tēma|tema",
        original=r"algne (?:kiri|sõnum)|originaalkiri|algkiri|sākotnējais ziņojums|oriģinālais ziņojums"
        r"|(?:originalus|pradinis) (?:laiškas|pranešimas)",
        forwarded=r"edastatud (?:kiri|sõnum)|pārsūtīts? ziņojums|pārsūtītais ziņojums|persiųstas (?:laiškas"
        r"|pranešimas)",
        device=r"saadetud (?:minu )?{D}|nosūtīts no {D}|išsiųsta iš {D}",
    ),
    Wording(
        "hu",
        opens=r"időpont|dátum",
        weekdays=r"hétfő|kedd|szerda|csütörtök|péntek|szombat|vasárnap",
        wrote=r"(?:ezt )?írta|írja|a következőt írta",
        sender=r"feladó|küldő",
        sent=r"elküldve|dátum|küldve|küldés dátuma",
        to=r"címzett(?:ek)?",
        copy=r"másolatot kap|másolat|fontosság",
        subject=r"tárgy",
        original=r"eredeti (?:üzenet|levél|e-?mail)",
        forwarded=r"továbbított (?:üzenet|levél|e-?mail)",
        begins_forwarded=r"továbbított üzenet kezdete",
        device=r"(?:elküldve|küldve)(?: az?)? {D}|{D} küldve",
    ),
    Wording(
        "tr, az, kk, uz",
        opens=r"tarih|sana",
        weekdays=r"pzt|sal|çar|per|cum|cmt|paz|дс|сс|ср|бс|жм|сн|жс",
        wrote=r"(?:şunu |şunları )?(?:yazdı|yazmış)|(?:деп )?жазды|yozdi|yazıb",
        sender=r"kimden|gönderen|кімнен|от",
        sent=r"gönderildi|gönderilen|gönderme tarihi|tarih|жіберілді|күні",
        to=r"kime|alıcı|кімге",
        copy=r"bilgi|cc|önem|көшірме",
        subject=r"konu|тақырып(?:ы)?",
        original=r"(?:özgün|orijinal|asıl) (?:ileti|mesaj|e-?posta)|бастапқы хабар(?:лама)?",
        forwarded=r"(?:iletilen|yönlendirilen|iletilmiş) (?:ileti|mesaj|e-?posta)"
        r"|қайта жіберілген хабар(?:лама)?",
        begins_forwarded=r"ileti başlangıcı|iletilen mesajın başlangıcı",
        device=r"{D} gönderildi|(?:android|ios|iphone) için outlook.{0,20}|{D} жіберілді",
        above=r"(?:lütfen )?(?:yanıtınızı|cevabınızı)? ?bu satırın üst\w+ (?:yazın|yazınız"
        r"|yanıtlayın).{0,30}",
    ),
)
