"""Real mail is odd: each file in tests/mails is named by its oddity, and here is what is made of it."""

from pathlib import Path
from typing import Any

import pytest

from intake.incoming import IncomingMessage
from tests.intake.understood import understood

MAILS = Path(__file__).parents[1] / "mails"

ODDITIES: dict[str, dict[str, Any]] = {
    "absence-notice-answered-by-a-person": {"refusal": None, "auto_reply": False},
    "absence-notice-without-header": {"refusal": "auto-reply", "auto_reply": True, "bounce": False},
    "attachment-is-another-mail": {
        "text": "Please look at this mail.",
        "attachments": [("Kuitti lasku.eml", "message/rfc822")],
        "declined": [("Kuitti lasku.eml", "format")],
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
    "attachment-name-with-controls": {
        "declined": [(".htaccess Bcc: x", "format"), ("invoice_gnp.exe", "format")]
    },
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
        "text": "See the log <https://disk.yandex.ru/d/abc123>.",
        "links_to_shares": ("https://disk.yandex.ru/d/abc123",),
    },
    "body-html-only-outlook-reply": {"reply_text": "Добрый день!\n\nОшибка осталась."},
    "body-only-in-a-named-part": {
        "text": "The text has a file name.",
        "attachments": [("message.txt", "text/plain")],
        "declined": [],
    },
    "body-plain-empty-html-full": {"text": "Only the HTML part says it."},
    "body-utf-8-cut-inside-a-letter": {"text": "Отчёт не открывается.\ufffd"},
    "body-utf-8-labelled-latin-1": {"text": "Отчёт не открывается."},
    "bounce-forwarded-by-a-person": {"refusal": None, "bounce": False},
    "bounce-of-exim-from-a-person-like-sender": {"refusal": "bounce", "bounce": True},
    "bounce-of-qmail-without-structure": {"refusal": "bounce", "bounce": True},
    "bounce-report": {"refusal": "bounce", "bounce": True, "auto_reply": False},
    "calendar-invitation": {"text": "Let us talk at ten.", "declined": [], "refusal": None},
    "from-address-as-quoted-name": {"from_addr": "olga@client.example", "from_name": "victim@victim.example"},
    "from-group": {"from_addr": "", "refusal": "no-sender"},
    "from-missing-reply-to-present": {"from_addr": "", "refusal": "no-sender"},
    "from-name-holds-crlf": {
        "from_addr": "olga@client.example",
        "from_name": "Olga Bcc: victim@victim.example",
        "refusal": None,
    },
    "from-name-turned-round": {"from_name": "Olga elpmaxe.mitciv@mitciv"},
    "from-twice": {"from_addr": ""},
    "from-two-addresses": {"from_addr": ""},
    "from-unclosed-comment-hides-address": {"from_addr": ""},
    "from-unquoted-comma-in-name": {"from_addr": "riikka@client.example", "from_name": "Virtanen, Riikka"},
    "from-without-angle-brackets": {"from_addr": "olga@client.example", "from_name": "Olga Ivanova"},
    "header-content-type-is-garbage": {"text": "Ошибка 42.", "subject": "Program error"},
    "header-junk-between-fields": {"from_addr": "olga@client.example", "defects": ("header-junk",)},
    "header-mailbox-separator": {"from_addr": "olga@client.example", "text": "The program does not start."},
    "header-without-empty-line-before-parts": {
        "text": "No line was left empty.",
        "defects": ("no-empty-line",),
    },
    "line-ends-lf-only": {"text": "one\ntwo", "from_addr": "olga@client.example"},
    "list-announcement": {"refusal": "list", "auto_reply": False},
    "multipart-boundary-never-occurs": {
        "text": "Just words, though the header promises parts.",
        "defects": ("no-boundary",),
    },
    "multipart-inner-boundary-begins-like-outer": {
        "text": "plain words",
        "attachments": [("a.pdf", "application/pdf")],
    },
    "multipart-never-closed": {"text": "The end is missing.", "attachments": [("a.zip", "application/zip")]},
    "nul-bytes-everywhere": {"subject": "It broke", "from_name": "Olga", "from_addr": "olga@client.example"},
    "part-in-uuencode": {"attachments": [("note.txt", "text/plain")]},
    "receipt-of-displaying": {"refusal": "auto-reply", "auto_reply": True},
    "signed-with-pgp": {
        "text": "Signed words.",
        "attachments": [("signature.asc", "application/pgp-signature")],
        "declined": [],
    },
    "subject-folded-with-zero-widths": {"subject": "Cannot log gni in"},
    "subject-raw-cp1251": {"subject": "Не печатается накладная"},
    "subject-raw-koi8-r-unlabelled": {
        "subject": "Ошибка при проведении документа",
        "text": "Добрый день! При проведении документа программа закрывается.",
    },
    "subject-raw-utf-8": {"subject": "Помилка під час друку"},
    "subject-word-holds-crlf-and-bcc": {"subject": "Error Bcc: victim@victim.example <script>"},
    "subject-word-in-unknown-charset": {"subject": "Не работает"},
    "subject-word-with-bare-spaces": {"subject": "Tulostus ei toimi päivän jälkeen"},
    "subject-words-split-inside-a-letter": {"subject": "Не печатает отчёт"},
}


def seen(message: IncomingMessage, column: str) -> object:
    """A column, as it is written in the table above."""
    match column:
        case "attachments":
            return [(one.name, one.content_type) for one in message.attachments]
        case "declined":
            return [(one.name, one.reason) for one in message.declined]
        case _:
            return getattr(message, column)


@pytest.mark.parametrize("name", ODDITIES)
def test_an_odd_mail_is_understood(name: str) -> None:
    message = understood((MAILS / f"{name}.eml").read_bytes())
    expected = ODDITIES[name]
    assert {column: seen(message, column) for column in expected} == expected


def test_every_mail_in_the_folder_has_its_line_in_the_table() -> None:
    assert {path.stem for path in MAILS.glob("*.eml")} == set(ODDITIES)
