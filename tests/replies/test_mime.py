"""Mails as bytes: identical for identical input, 7-bit, and closed to whatever is in a value."""

import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replies.compose import Letter
from replies.mime import Unmailable, ascii_address, build

SECRET = b"0123456789abcdef0123456789abcdef"
LETTER = Letter(
    "[#AS-000042] Обращение принято",
    "Здравствуйте!\n\nМы приняли Ваше обращение, его номер\u00a0— AS-000042.\n",
    "<p>Здравствуйте!</p>\n",
)
GIVEN: dict[str, Any] = {
    "sender_name": "АгроСофт",
    "sender": "support@example.org",
    "recipient": "olga@client.example",
    "message_id": "<otklik.42.confirmation@example.org>",
    "date": datetime(2026, 11, 23, 2, 30, tzinfo=UTC),
    "ticket_number": "AS-000042",
    "in_reply_to": "<1@client.example>",
    "references": ("<0@client.example>",),
    "auto_submitted": "auto-replied",
}
HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "X-Otklik-Ticket",
    "MIME-Version",
    "Content-Type",
]


def built(letter: Letter = LETTER, **other: Any) -> bytes:
    return build(letter, **{**GIVEN, **other})


def read(mail: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(mail, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def part(mail: bytes, subtype: str) -> str:
    body = read(mail).get_body((subtype,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_the_same_letter_gives_the_same_bytes() -> None:
    assert built() == built()
    assert built() != built(message_id="<otklik.43.confirmation@example.org>")


def test_it_has_the_headers_of_an_automatic_reply() -> None:
    mail = read(built())
    assert mail.keys() == HEADERS
    assert mail["From"] == "АгроСофт <support@example.org>"
    assert mail["To"] == "olga@client.example"
    assert mail["Subject"] == "[#AS-000042] Обращение принято"
    assert mail["Date"] == "Mon, 23 Nov 2026 02:30:00 +0000"
    assert mail["Message-ID"] == "<otklik.42.confirmation@example.org>"
    assert mail["In-Reply-To"] == "<1@client.example>"
    assert mail["References"] == "<0@client.example> <1@client.example>"
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Otklik-Ticket"] == "AS-000042"
    assert "List-Unsubscribe" not in mail


def test_what_a_person_wrote_is_not_called_automatic() -> None:
    mail = read(built(auto_submitted=None))
    assert "Auto-Submitted" not in mail
    assert "X-Auto-Response-Suppress" not in mail


def test_a_first_mail_of_a_thread_answers_none() -> None:
    mail = read(built(in_reply_to=None, references=()))
    assert "In-Reply-To" not in mail
    assert "References" not in mail


def test_the_number_can_be_searched_for_in_the_raw_subject() -> None:
    assert re.search(rb"\r\nSubject: \[#AS-000042\](?:\r\n)? =\?utf-8\?B\?", built())


def test_text_and_html_are_alternatives_the_html_last() -> None:
    mail = read(built())
    assert mail.get_content_type() == "multipart/alternative"
    assert [one.get_content_type() for one in mail.iter_parts()] == ["text/plain", "text/html"]
    assert part(built(), "plain") == LETTER.text
    assert part(built(), "html") == LETTER.html


def check_wire_form(mail: bytes) -> None:
    """Seven bits, CR LF and nothing else, no line that a relay might cut or fold."""
    mail.decode("ascii")
    assert b"\0" not in mail
    assert mail.count(b"\r") == mail.count(b"\n") == mail.count(b"\r\n")
    assert max(map(len, mail.split(b"\r\n"))) <= 78


def test_it_passes_relays_that_know_seven_bits_alone() -> None:
    check_wire_form(built(replace(LETTER, text="ы" * 5000 + "\n", html="x" * 5000 + "\n")))


def test_a_mail_about_no_ticket_names_none() -> None:
    mail = read(built(Letter("S", "t", "t"), ticket_number=""))
    assert mail.keys() == [name for name in HEADERS if name != "X-Otklik-Ticket"]


@given(st.text(), st.text(), st.text(), st.text(min_size=1))
def test_no_text_breaks_the_wire_form_or_adds_a_header(
    subject: str, text: str, name: str, number: str
) -> None:
    mail = built(Letter(subject, text, text), sender_name=name, ticket_number=number)
    check_wire_form(mail)
    assert read(mail).keys() == HEADERS


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc",))))
def test_texts_come_out_as_they_went_in(text: str) -> None:
    lines = f"{text}\nlast line\n"
    assert part(built(replace(LETTER, text=lines)), "plain") == lines


@given(st.text(st.sampled_from('aы😀 =?_"<>(),.@'), min_size=1, max_size=120))
def test_subjects_and_names_come_out_as_they_went_in(text: str) -> None:
    line = " ".join(text.split())
    mail = email.message_from_bytes(built(replace(LETTER, subject=text), sender_name=text))
    subject, sender = (
        str(email.header.make_header(email.header.decode_header(mail[name]))) for name in ("Subject", "From")
    )
    assert subject == line
    assert sender == f"{line} <support@example.org>".strip()


INJECTIONS = [
    "x\r\nBcc: victim@example.org",
    "x\nBcc: victim@example.org",
    "x\rBcc: victim@example.org",
    "x\r\n\r\n<script>",
    "x\u2028Bcc: victim@example.org",
    "x\x85Bcc: victim@example.org",
    "x\0\r\n.\r\nMAIL FROM:<a@b.c>",
    "=?utf-8?B?eA0KQmNjOiB2aWN0aW1AZXhhbXBsZS5vcmc=?=",
]


@pytest.mark.parametrize("value", INJECTIONS)
def test_line_ends_in_a_value_add_no_header_and_no_recipient(value: str) -> None:
    mail = built(replace(LETTER, subject=value), sender_name=value, ticket_number=value)
    check_wire_form(mail)
    assert read(mail).keys() == HEADERS
    assert "Bcc:" not in re.findall(rb"^[A-Za-z-]+:", mail, re.MULTILINE)
    assert [str(address) for address in read(mail)["To"].addresses] == ["olga@client.example"]


@pytest.mark.parametrize("value", INJECTIONS)
def test_of_a_stranger_s_message_ids_only_real_ones_are_taken(value: str) -> None:
    mail = built(in_reply_to=f"<{value}>", references=(value, f"<{value}@x>", "<ok@x>"))
    check_wire_form(mail)
    assert read(mail).keys() == [name for name in HEADERS if name != "In-Reply-To"]
    assert str(read(mail)["References"]).replace("<script>", "").split() == ["<ok@x>"]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@b.c, victim@example.org",
        "a@b.c\r\nRCPT TO:<victim@example.org>",
        "a@b.c>\r\nDATA",
        "<a@b.c>",
        "a b@c.d",
        '"a@b"@c.d',
        "a@b@c.d",
        "a@.c",
        "a@[127.0.0.1]",
        "оль га@example.org",
        "ольга\u202e@example.org",
        "ольга\n@example.org",
        "ольга@b c",
        "a@b.c\0",
        "a" * 65 + "@b.c",
        "@b.c",
    ],
)
def test_only_one_plain_address_is_written_to(address: str) -> None:
    with pytest.raises(Unmailable):
        built(recipient=address)
    with pytest.raises(Unmailable):
        built(sender=address)


def test_an_international_domain_is_written_in_ascii() -> None:
    assert ascii_address("olga@пример.рф") == "olga@xn--e1afmkfd.xn--p1ai"
    assert b"\r\nTo: <olga@xn--e1afmkfd.xn--p1ai>\r\n" in built(recipient="olga@пример.рф")


def test_an_international_address_is_written_to_but_never_written_from() -> None:
    mail = built(recipient="ольга@пример.рф")
    assert "\r\nTo: <ольга@xn--e1afmkfd.xn--p1ai>\r\n" in mail.decode("utf-8")
    with pytest.raises(Unmailable):
        built(sender="ольга@example.org")


def test_a_moment_is_written_in_utc_and_must_be_aware() -> None:
    moscow = datetime(2026, 11, 23, 5, 30, 0, 5, tzinfo=timezone(timedelta(hours=3)))
    assert built(date=moscow) == built()
    with pytest.raises(ValueError, match="aware"):
        built(date=datetime(2026, 11, 23))


@pytest.mark.parametrize("message_id", ["", "x@y", "<x@y", "<x y@z>", "<x@y>\r\nBcc: a@b.c"])
def test_our_own_message_id_must_be_one(message_id: str) -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        built(message_id=message_id)


def test_a_long_thread_keeps_its_first_and_its_newest_ids() -> None:
    ids = [f"<{n}@client.example>" for n in range(500)]
    kept = str(read(built(references=ids, in_reply_to=ids[-1]))["References"]).split()
    assert kept == [ids[0], *ids[-19:]]


def test_references_name_each_id_once_and_the_answered_one_last() -> None:
    mail = read(built(references=("<1@x> <2@x>", "<1@x>", "<" + "y" * 300 + "@x>"), in_reply_to="<1@x>"))
    assert str(mail["References"]).split() == ["<2@x>", "<1@x>"]


def test_attachments_come_beside_the_text_under_their_names() -> None:
    name, content = "Ведомость за ноябрь, очень длинное имя файла.png", bytes(range(256)) * 20
    mail = built(attachments=[(name, "image/png", content), ("a.txt", "text/plain", b"")])
    check_wire_form(mail)
    parsed = read(mail)
    assert parsed.get_content_type() == "multipart/mixed"
    first, second = parsed.iter_attachments()
    assert (first.get_filename(), first.get_content_type(), first.get_content()) == (
        name,
        "image/png",
        content,
    )
    assert (second.get_filename(), second.get_payload(decode=True)) == ("a.txt", b"")
    assert part(mail, "plain") == LETTER.text


@pytest.mark.parametrize("name", [*INJECTIONS, 'a"; filename=b.exe', "%00'", "a" * 1000])
def test_an_attachment_s_name_can_t_leave_its_header(name: str) -> None:
    mail = built(attachments=[(name, "image/png", b"x")])
    check_wire_form(mail)
    attachment = next(read(mail).iter_attachments())
    assert attachment.keys() == ["Content-Type", "Content-Transfer-Encoding", "Content-Disposition"]


def test_an_attachment_s_type_must_be_one() -> None:
    with pytest.raises(ValueError, match="media type"):
        built(attachments=[("a", "image/png\r\nX: y", b"")])


def test_a_text_can_t_end_its_part() -> None:
    boundary = read(built()).get_boundary()
    text = f"a\n--{boundary}--\n--{boundary}\nContent-Type: text/html\n\n<script>\n"
    assert part(built(replace(LETTER, text=text)), "plain") == text
