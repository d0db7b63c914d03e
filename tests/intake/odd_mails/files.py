"""What it brings: odd parts, names and wrappings."""

from typing import Any

FILES: dict[str, dict[str, Any]] = {
    "attachment-is-another-mail": {
        "text": "Please look at this mail.",
        "attachments": [("Kuitti lasku.eml", "message/rfc822")],
        "declined": [("inner.png", "format")],
        "forwarded": ("other@elsewhere.example", "", "Kuitti/lasku", ""),
    },
    "attachment-log-as-text-plain": {
        "text": "The log is attached.",
        "attachments": [("error.log", "text/plain")],
        "declined": [("error.log", "format")],
    },
    "attachment-name-as-quoted-encoded-word": {"declined": [("Отчёт за май.xlsx", "format")]},
    "attachment-name-climbs-out": {
        "declined": [("pwned", "format"), ("evil.dll", "format"), ("pwned_1", "format")]
    },
    "attachment-name-in-rfc2231-pieces": {"attachments": [("Ведомность.pdf", "application/pdf")]},
    "attachment-name-in-two-places": {"attachments": [("new.pdf", "application/pdf")]},
    "attachment-name-raw-koi8-r": {"attachments": [("Ведомость за май.pdf", "application/pdf")]},
    "attachment-name-sections-out-of-order": {"attachments": [("План-part.pdf", "application/pdf")]},
    "attachment-name-with-controls": {
        "declined": [(".htaccess Bcc: x", "format"), ("invoice_gnp.exe", "format")]
    },
    "attachment-uuencoded-in-the-text": {
        "text": "The log is below.\n\n\nThank you.",
        "attachments": [("till.log", "application/octet-stream")],
        "declined": [("till.log", "format")],
    },
    "attachment-uuencoded-picture": {"text": "", "screenshots": ["shot.png"]},
    "message-external-body": {"text": "Fetch it.", "attachments": [("", "message/external-body")]},
    "message-partial": {"text": "", "attachments": [("", "message/partial")]},
    "multipart-appledouble": {"text": "From a Mac.", "declined": [("plan.pdf", "format")]},
    "multipart-boundary-empty": {
        "text": "--\nContent-Type: text/plain\n\nwords\n----",
        "defects": ("no-boundary",),
    },
    "multipart-boundary-is-another-one": {"text": "words", "defects": ("boundary-guessed",)},
    "multipart-boundary-missing": {
        "text": "Found all the same.",
        "attachments": [("a.pdf", "application/pdf")],
        "defects": ("boundary-guessed",),
    },
    "multipart-boundary-never-occurs": {
        "text": "Just words, though the header promises parts.",
        "defects": ("no-boundary",),
    },
    "multipart-boundary-with-trailing-spaces": {"text": "Spaces behind it."},
    "multipart-digest": {"attachments": [("first.eml", "message/rfc822"), ("second.eml", "message/rfc822")]},
    "multipart-html-before-plain": {"text": "plain words"},
    "multipart-inner-boundary-begins-like-outer": {
        "text": "plain words",
        "attachments": [("a.pdf", "application/pdf")],
    },
    "multipart-never-closed": {"text": "The end is missing.", "attachments": [("a.zip", "application/zip")]},
    "multipart-preamble-and-epilogue": {"text": "The words."},
    "multipart-related-without-alternative": {"text": "A picture: [a till]", "screenshots": ["till.png"]},
    "multipart-signed-with-s-mime": {
        "text": "Signed words.",
        "declined": [],
        "attachments": [("smime.p7s", "application/pkcs7-signature")],
    },
    "part-in-uuencode": {"attachments": [("note.txt", "text/plain")]},
    "winmail-dat-holds-html": {"text": "Чек не выходит"},
    "winmail-dat-holds-rtf": {"text": "Чек не out\ntwice"},
    "winmail-dat-holds-the-text": {"text": "Касса закрыта, чек не выходит."},
    "winmail-dat-is-damaged": {"text": "Something is attached.", "declined": []},
    "winmail-dat-is-something-else": {"text": "Not what it says.", "declined": [("winmail.dat", "format")]},
    "winmail-dat-with-a-picture": {
        "text": "The shot is attached.",
        "attachments": [("winmail.dat", "application/ms-tnef")],
        "screenshots": ["Снимок кассы.png"],
        "declined": [("счёт.xlsx", "format")],
    },
}
