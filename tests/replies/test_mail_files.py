"""An agent's files reach a client who mails as attachments of one letter."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from desk.ticket import Numbering
from replies.compose import Desk
from replies.languages import Languages
from replies.letters import Letters
from storage.outbox import Due

LANGUAGES = Languages()
DESK = Desk(
    "АгроСофт", "support@example.org", "ru", "https://desk.example", ZoneInfo("Europe/Moscow"), {}, {}
)
CONTENTS = {"a" * 64: b"\x89PNG first", "b" * 64: b"\x89PNG second", "c" * 64: b"\x00\r\n.\r\nbytes\n"}


def letter(text: str, files: list[dict[str, Any]]) -> EmailMessage:
    facts = {"text": text, "agent_name": "Анна", "files": files}
    due = Due(
        id=7, ticket_id=42, kind="answer", channel="mail", recipient="olga@client.example", language="ru",
        facts=facts, message_id="<otklik.42.0@example.org>", in_reply_to="", references="",
        created_at=datetime(2026, 11, 23, 3, tzinfo=UTC), attempts=1, content=None,
    )  # fmt: skip
    words = Letters(
        DESK, LANGUAGES, Numbering("AS-{number:06d}"), b"s" * 32, file=lambda told: CONTENTS[told["sha256"]]
    )
    read = message_from_bytes(words(due), policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def file(digest: str, name: str, media_type: str = "image/png") -> dict[str, Any]:
    return {"sha256": digest, "name": name, "media_type": media_type, "size": 1, "as_picture": True}


def test_an_album_of_two_pictures_is_two_attachments_of_one_mail() -> None:
    mail = letter("Нажмите сюда", [file("a" * 64, "photo-1.jpg"), file("b" * 64, "photo-2.jpg")])
    assert mail.get_content_type() == "multipart/mixed"
    found = [(one.get_filename(), one.get_content()) for one in mail.iter_attachments()]
    assert found == [("photo-1.jpg", b"\x89PNG first"), ("photo-2.jpg", b"\x89PNG second")]
    body = mail.get_body(("plain",))
    assert body is not None and "Нажмите сюда" in body.get_content()


def test_a_file_arrives_byte_by_byte_under_its_name() -> None:
    mail = letter("Вот", [file("c" * 64, "Отчёт за год.xlsx", "application/vnd.ms-excel")])
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "Отчёт за год.xlsx"
    assert attached.get_content_type() == "application/vnd.ms-excel"
    assert attached.get_content() == CONTENTS["c" * 64]


def test_an_answer_of_files_alone_says_so() -> None:
    mail = letter("", [file("a" * 64, "photo-1.jpg")])
    body = mail.get_body(("plain",))
    assert body is not None and "Файлы приложены к письму." in body.get_content()


def test_an_answer_without_files_has_no_attachments() -> None:
    mail = letter("Готово", [])
    assert mail.get_content_type() == "multipart/alternative"
    assert list(mail.iter_attachments()) == []


@given(st.text(max_size=300), st.text(max_size=100))
def test_no_name_and_no_type_of_a_file_adds_a_header_or_a_part(name: str, media_type: str) -> None:
    mail = letter("Вот", [file("a" * 64, name, media_type)])
    (attached,) = mail.iter_attachments()
    assert attached.get_content_disposition() == "attachment"
    assert attached.get_payload(decode=True) == b"\x89PNG first"
    assert mail["Bcc"] is None and len(mail.get_all("To") or []) == 1


def test_a_forwarded_mail_is_attached_as_plain_bytes_for_no_mail_may_be_in_base64() -> None:
    mail = letter("Вот", [file("a" * 64, "ask.eml", "message/rfc822")])
    (attached,) = mail.iter_attachments()
    assert attached.get_content_type() == "application/octet-stream"
