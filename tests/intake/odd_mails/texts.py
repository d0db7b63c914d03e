"""What it says: odd charsets, encodings, line ends and markup."""

from typing import Any

TEXTS: dict[str, dict[str, Any]] = {
    "body-apple-mail-text-picture-text": {
        "text": "Before the picture.\nAfter the picture.",
        "declined": [("shot.png", "format")],
    },
    "body-base64-without-padding": {"text": "Печать не идёт!"},
    "body-cp1251-labelled-nonsense": {"text": "Отчёт не открывается, помогите, пожалуйста."},
    "body-flowed-with-delsp": {
        "text": "The invoice is printed twice. And then the program stops.\n> quoted\n-- \nOlga"
    },
    "body-html-asks-for-remote-things": {
        "text": "See the log (https://disk.yandex.ru/d/abc123).",
        "links_to_shares": ("https://disk.yandex.ru/d/abc123",),
    },
    "body-html-only-outlook-reply": {"reply_text": "Добрый день!\n\nОшибка осталась."},
    "body-only-in-a-named-part": {
        "text": "The text has a file name.",
        "attachments": [("message.txt", "text/plain")],
        "declined": [],
    },
    "body-plain-empty-html-full": {"text": "Only the HTML part says it."},
    "body-utf-8-cut-inside-a-letter": {"text": "Отчёт не открывается.�"},
    "body-utf-8-labelled-latin-1": {"text": "Отчёт не открывается."},
    "calendar-file-attached": {"text": "My holidays.", "declined": [("holidays.ics", "format")]},
    "calendar-invitation": {"text": "Let us talk at ten.", "declined": [], "refusal": None},
    "calendar-invitation-alone": {
        "text": "Stock-taking, first day\n2026-11-23 10:00–11:30 (Europe/Helsinki)\nStore 4",
        "declined": [],
    },
    "calendar-invitation-in-utc-for-days": {"text": "Fair\n2026-11-23 22:00–2026-11-25 06:00 (UTC)"},
    "charset-big5": {"text": "發票無法列印"},
    "charset-capitals-in-windows-1251": {"text": "НЕ РАБОТАЕТ ПРИНТЕР НА СКЛАДЕ"},
    "charset-cp866-labelled-us-ascii": {
        "text": "Накладная не печатается, а программа сообщает об ошибке. Подскажите, пожалуйста, что делать."
    },
    "charset-default": {"text": "Päivitys epäonnistui"},
    "charset-empty": {"text": "Größe"},
    "charset-gb2312-holds-gb18030": {"text": "發票打印不了 €"},
    "charset-html-names-another": {"text": "Не открывается отчёт"},
    "charset-in-single-quotes": {"text": "Die Rechnung – fällig"},
    "charset-iso-2022-jp": {"text": "印刷できません。"},
    "charset-iso-2022-jp-unlabelled": {"text": "印刷できません。"},
    "charset-iso-2022-jp-with-escape-in-name": {"text": "印刷できません。"},
    "charset-iso-2022-jp-with-vendor-letters": {"text": "①㈱ ｱｳ ok"},
    "charset-iso-8859-2-holds-windows-1250": {
        "text": "Kasa „źle” liczy sprzedaż świąteczną – proszę sprawdzić."
    },
    "charset-iso-8859-5": {
        "text": "Накладная не печатается, а программа сообщает об ошибке. Подскажите, пожалуйста, что делать."
    },
    "charset-koi8-r-labelled-windows-1251": {
        "text": "Накладная не печатается, а программа сообщает об ошибке. Подскажите, пожалуйста, что делать."
    },
    "charset-ks-c-5601": {"text": "인쇄가 안 됩니다 똠"},
    "charset-mac-cyrillic": {
        "text": "Накладная не печатается, а программа сообщает об ошибке. Подскажите, пожалуйста, что делать."
    },
    "charset-shift-jis-of-windows": {"text": "①番の伝票"},
    "charset-unknown-8bit": {
        "text": "Накладная не печатается, а программа сообщает об ошибке. Подскажите, пожалуйста, что делать."
    },
    "charset-unlabelled-capitals": {"text": "НЕ РАБОТАЕТ ПРИНТЕР НА СКЛАДЕ"},
    "charset-utf-16-with-mark": {"text": "Не открывается"},
    "charset-utf-7": {"text": "Der Preis für ein Stück"},
    "charset-utf8mb4": {"text": "Лист не надсилається 😀"},
    "charset-windows-1251-labelled-iso-8859-1": {
        "text": "Накладная не печатается, а программа сообщает об ошибке. Подскажите, пожалуйста, что делать."
    },
    "charset-windows-1251-labelled-koi8-r": {
        "text": "Накладная не печатается, а программа сообщает об ошибке. Подскажите, пожалуйста, что делать."
    },
    "charset-with-comment": {"text": "The invoice is missing."},
    "encoding-7bit-with-8-bit-letters": {"text": "Tämä ei toimi"},
    "encoding-base64-in-padded-pieces": {"sizes": [29]},
    "encoding-base64-with-a-footer": {"sizes": [29]},
    "encoding-base64-with-line-of-junk": {"text": "Не печатает"},
    "encoding-named-twice": {"text": "Plain="},
    "encoding-quoted-printable-broken": {"text": "100% =ZZ of it is ä broken"},
    "encoding-spelt-with-a-hyphen": {"text": "Привет"},
    "encoding-unknown": {"text": "As it came."},
    "encrypted-with-pgp": {"text": "", "declined": [("encrypted.asc", "format")], "defects": ("encrypted",)},
    "encrypted-with-pgp-in-the-text": {
        "text": "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----",
        "defects": ("encrypted",),
    },
    "encrypted-with-s-mime": {
        "text": "",
        "attachments": [("smime.p7m", "application/pkcs7-mime")],
        "declined": [("smime.p7m", "format")],
        "defects": ("encrypted",),
    },
    "html-headings-and-breaks": {"text": "Report\none\ntwo\n\nDetails\nthree"},
    "html-hidden-preheader": {"text": "The till is closed."},
    "html-labelled-plain": {"text": "<p>Angle brackets</p>"},
    "html-links-with-and-without-words": {"text": "the log (https://help.example/a?b=1), client.example, me"},
    "html-nested-lists": {"text": "1. Open\n2. Choose\n- a\n- b\n3. Print"},
    "html-pictures-with-words": {"text": "Shot: [the error window]"},
    "html-table-of-errors": {"text": "Till | Error\n1 | E-42\n2"},
    "line-ends-cr-cr-lf": {"text": "one\n\ntwo", "from_addr": "olga@client.example"},
    "line-ends-cr-only": {"text": "one\ntwo", "from_addr": "olga@client.example"},
    "line-ends-lf-only": {"text": "one\ntwo", "from_addr": "olga@client.example"},
    "line-ends-mixed": {"text": "one\ntwo\nthree"},
    "signed-with-pgp": {
        "text": "Signed words.",
        "attachments": [("signature.asc", "application/pgp-signature")],
        "declined": [],
    },
    "text-begins-like-uuencode": {
        "text": "begin 644 times\nand it fails each time, at the end\nend",
        "attachments": [],
    },
    "text-enriched-only": {"text": "It broke, 1 < 2."},
    "text-of-unknown-kind-only": {"text": "Written in a notebook."},
    "text-part-with-blank-name": {"text": "The words.\nMore words.", "attachments": []},
}
