"""The subjects of absence notices, language by language, as regular expressions."""

from __future__ import annotations

import re

from intake.automatic.wording import any_of

# What no person writes at the head of a subject unless he quotes a program.
_ANSWERS = any_of(
    # en
    r"auto(?:matic|mated|matically generated)?[ -]?(?:e-?mail )?"
    r"(?:reply|response|responder|answer|acknowledg\w+)",
    r"(?:i am |i'm |currently )?(?:out[ -]of[ -](?:the[ -])?office|ooo)"
    r"(?: auto-?reply| notification| message| reply)?",
    *(
        "(?:vacation|holiday|absence) (?:reply|notice|message|response|autoreply)",
        "(?:i am |i'm )?on vacation",
    ),
    *(
        "(?:i am |i'm )?away from (?:my|the) (?:office|desk|e?-?mail)",
        "(?:i am |i'm )?on (?:annual|parental) leave",
    ),
    # ru, uk, be, bg, sr, kk
    *(
        "автоматический ответ",
        "авто-?ответ(?:чик)?",
        "автоматическое (?:уведомление об отсутствии|сообщение)",
    ),
    *(
        "(?:я )?вне (?:офиса|рабочего места)",
        "(?:меня )?нет на (?:рабочем )?месте",
        "я в (?:отпуске|командировке)",
    ),
    *(
        "(?:я )?нахожусь в (?:отпуске|командировке)",
        "(?:я )?отсутствую(?: на (?:работе|рабочем месте)| в офисе)?",
    ),
    "(?:сообщение|уведомление) об отсутствии",
    *(
        "автоматична відповідь",
        "авто-?відповід(?:ь|ач)",
        "(?:я )?поза офісом",
    ),
    *("мене немає (?:в офісі|на місці)", "(?:я )?перебуваю у (?:відпустці|відрядженні)"),
    *("повідомлення про відсутність", "я (?:у|в) відпустці", "аўтаматычны адказ", "автоматичен отговор"),
    *("извън офиса", "аутоматски одговор", "автоматты жауап"),
    # fi, et, lv, lt
    *("automaattinen (?:vastaus|poissaoloviesti|poissaoloilmoitus)", "automaattivastaus", "lomavastaus"),
    *(
        "poissa(?: toimistosta| töistä| työpaikalta)?",
        "(?:olen )?(?:lomalla|vuosilomalla)",
        "en ole paikalla",
    ),
    *("automaatvastus", "automātiska atbilde", "automatinis atsakymas"),
    # de, nl
    *(
        "abwesenheits(?:notiz|nachricht|assistent|benachrichtigung|info(?:rmation)?)",
        "nicht im (?:b[üu]e?ro|haus)",
    ),
    *(
        r"autom(?:atische|atisierte|\.) (?:r[üu]ck)?(?:antwort|abwesenheitsnotiz)",
        "(?:ich bin )?(?:im urlaub|außer haus)",
    ),
    *("ich bin (?:nicht im b[üu]e?ro|abwesend|derzeit nicht)", "auto(?:matisch)?[ -]?(?:antwoord|bericht)"),
    *("afwezig(?:heids(?:bericht|melding|assistent))?", "niet (?:op kantoor|aanwezig)", "buiten kantoor"),
    # fr, es, pt, it, ro, ca
    *("réponse automatique", "(?:absence|hors) du bureau", r"absent\(?e?\)? du bureau", "en congés?"),
    *("(?:message|avis|notification) d['’]absence", "(?:respuesta|contestación|mensaje) autom[áa]tic[oa]"),
    *("fuera de (?:la )?oficina", "ausente? de la oficina", "ausencia de la oficina", "de vacaciones"),
    *(
        "(?:resposta|mensagem) autom[áa]tica",
        "(?:fora|ausente) do escritório",
        "ausência temporária",
        "de férias",
    ),
    *("resposta automàtica", "risposta (?:automatica|non al computer)", "fuori (?:ufficio|sede)"),
    *("assen(?:te|za) dall['’]ufficio", "messaggio automatico", "r[ăa]spuns automat"),
    # pl, cs, sk, sl, hr, hu
    *("(?:odpowiedź automatyczna|automatyczna odpowiedź)", "auto-?odpowiedź", "(?:jestem )?poza biurem"),
    *(
        "nieobecność w biurze",
        "jestem na urlopie",
        "automatick[áa] odpov[eě][dď]",
        "mimo kancel[áa][řr](?:e|ie)?",
    ),
    *(
        "nepřítomnost v kanceláři",
        "samodejni odgovor",
        "automatski odgovor",
        "automatikus válasz",
        "házon kívül",
    ),
    # sv, no, da
    *(
        "auto(?:matis[kt]+)?[ -]?svar(?:smeddelande)?",
        "(?:frånvaro|fravær(?:s)?)(?:meddelande|melding|meddelelse|besked)",
    ),
    *("(?:ej|inte|ikke) (?:på kontoret|til stede)", "(?:är |er )?på (?:semester|ferie)"),
    # tr, el, he, ar, vi, id, th
    *("otomatik (?:yanıt|cevap)", "ofis dışında(?:yım)?", "αυτόματη απάντηση", "εκτός γραφείου"),
    *(
        "(?:תשובה|מענה) אוטומטית?י?",
        "מחוץ למשרד",
        "(?:ال)?رد (?:ال)?تلقائي",
        "trả lời tự động",
        "balasan otomatis",
    ),
    "ตอบกลับอัตโนมัติ",
    # ja, zh, ko
    *(
        "自動(?:応答|返信|回覆|答覆)",
        "不在(?:通知|のお知らせ|办公室)",
        "自动(?:回复|答复)",
        "外出时的自动答复",
    ),
    *("자동 ?(?:응답|회신|답장)", "부재 ?중"),
)
# Also the names of forms and records that a payroll program is asked about: never alone.
_RECORDS = any_of(
    *(
        "poissaolo(?:ilmoitus|viesti)",
        "abwesenheit(?:smeldung)?",
        "absence",
        "ausencia",
        "ausência",
        "assenza",
    ),
    *(
        "nieobecność",
        "urlop",
        "urlaub",
        "отпуск",
        "отсутствие",
        "відпустка",
        "відсутність",
        "frånvaro",
        "fravær",
    ),
    *(
        "dovolená",
        "nepřítomnost",
        "semester",
        "ferie",
        "loma",
        "vacation",
        "holiday",
        "vacances",
        "休暇",
        "外出",
    ),
)
_MARK = r"\s*(?:$|[:\uff1a\-–—(\[!.,])"
# After the words a subject must end or go on with a mark: "Automatic reply does not work" is a request,
# and so is "Re: Automatic reply: …", which a person wrote.
AWAY_SUBJECT = re.compile(
    any_of(
        rf"(?:{_ANSWERS}){_MARK}",
        rf"[\[(*](?:{_ANSWERS})[\])*]",
        # Notes: "AUTO: Name is out of the office (returning …)".
        r"auto:(?=.*\b(?:re:|out of|away|return|back on|leave|vacation|holiday|отпуск|офис|abwesend|büro))",
        r"(?:я )?(?:в отпуске|у відпустці) (?:до|с|по|з) \d[\d.]*(?: \w+)?\.?$",
    ),
    re.IGNORECASE,
)
RECORD_SUBJECT = re.compile(rf"(?:{_RECORDS})\b", re.IGNORECASE)
# A person asks with a question mark, or forgets it.
ASKS = re.compile(
    r"\?|[:\-–—]\s*(?:how|why|как|почему|як|чому|miten|miksi|wie|warum|comment|pourquoi)\b", re.IGNORECASE
)
