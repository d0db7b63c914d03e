"""Notices of failed delivery without a report's structure, and people who write about one."""

import pytest

from intake.incoming import IncomingMessage
from tests.intake.understood import understood

RETURNED = (
    "Received: from desk.example by relay.example\nMessage-ID: <1@desk.example>\nTo: olga@client.example"
)


def notice(
    body: str, subject: str = "Hello", sender: str = "service@relay.example", **arguments: str | None
) -> IncomingMessage:
    """A mail without any field that says what it is."""
    return understood(f"From: {sender}\nSubject: {subject}\n\n{body}\n", **arguments)


@pytest.mark.parametrize(
    "opening",
    [
        "Hi. This is the qmail-send program at relay.example.\nI wasn't able to deliver your message.",
        "This message was created automatically by mail delivery software.\nA message you sent failed.",
        "This is the mail system at host relay.example.",
        "The original message was received at Mon, 23 Nov 2026 05:30:00 +0300",
        "Your message\n\n  To: olga@client.example\n  Subject: x\n\ndid not reach the recipient(s):",
        "Delivery has failed to these recipients or groups:",
        "This report relates to a message you sent with the following header fields:",
        "Это письмо создано автоматически сервером relay.example.",
        "На жаль, не вдалося доставити ваше повідомлення.",
        "Ihre Nachricht an olga@client.example konnte nicht zugestellt werden.",
    ],
)
@pytest.mark.parametrize("mark", ["nobody in From", "the null sender", "its subject and the returned mail"])
def test_a_notice_is_known_by_its_first_words_with_a_second_sign(opening: str, mark: str) -> None:
    if mark == "nobody in From":
        message = notice(opening, sender="Mail System <>")
    elif mark == "the null sender":
        message = notice(opening, envelope_from="")
    else:
        message = notice(f"{opening}\n\n{RETURNED}", subject="Returned mail: see transcript")
    assert (message.refusal, message.bounce) == ("bounce", True)


@pytest.mark.parametrize(
    "subject",
    [
        "Undelivered Mail Returned to Sender",
        "Mail delivery failed: returning message to sender",
        "Delivery Status Notification (Failure)",
        "failure notice",
        "Недоставленное сообщение",
        "Не удалось доставить: Ваш вопрос",
        "Не вдалося доставити: Ваше запитання",
        "Viestiä ei voitu toimittaa",
        "Unzustellbar: Ihre Anfrage",
        "Non remis : votre demande",
        "No se puede entregar: su consulta",
        "Niedostarczalne: pytanie",
        "Não foi entregue: pergunta",
        "Nedoručitelné: dotaz",
        "系统退信",
        "Ei voi toimittaa: Pyyntösi on vastaanotettu",
        "Не удается доставить: Обращение принято",
        "Kan inte levereras: Ditt ärende",
        "Não é possível entregar: o seu pedido",
    ],
)
def test_a_notice_is_known_by_its_subject_when_a_machine_signs_it(subject: str) -> None:
    assert notice("words", subject, sender="postmaster@relay.example").bounce
    assert notice("words", subject, envelope_from="").bounce
    assert not notice(
        "words", subject, sender="olga@client.example", envelope_from="olga@client.example"
    ).bounce


def test_a_delivery_status_outside_a_report_makes_a_bounce_of_a_machines_mail_only() -> None:
    parts = (
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n{}\n--b\n"
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; a.example\n\n"
        "Final-Recipient: rfc822; olga@client.example\nAction: failed\nStatus: 5.1.1\n\n--b--"
    )
    machines = "From: Mail Delivery Service <mds@relay.example>\nSubject: Report\n"
    assert understood(machines + parts.format("See below.")).bounce
    persons = "From: olga@client.example\nSubject: Fwd: Undelivered Mail\n"
    assert not understood(persons + parts.format("What does this mean?")).bounce


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("What is this?", "Hi. This is the qmail-send program at relay.example.\nThat is all I get."),
        ("Fwd: Undelivered Mail Returned to Sender", f"This is the mail system at relay.\n\n{RETURNED}"),
        ("Undelivered Mail Returned to Sender", f"Please have a look at this:\n\n{RETURNED}"),
        ("Недоставленное сообщение от вашей программы", "Здравствуйте! Отчёт не уходит, что делать?"),
        ("Не удаётся доставить отчёт в налоговую", "Программа так пишет, подскажите."),
        ("Delivery failed", "Your programme says delivery failed: user unknown. What shall I do?"),
    ],
)
def test_a_person_who_writes_about_a_bounce_is_taken_in(subject: str, body: str) -> None:
    message = notice(body, subject, sender="olga@client.example", envelope_from="olga@client.example")
    assert (message.refusal, message.bounce) == (None, False)


def test_a_person_who_attaches_a_bounce_is_taken_in() -> None:
    message = understood(
        "From: olga@client.example\nSubject: Undeliverable: our letter\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nCould you tell why this came back?\n--b\n"
        f"Content-Type: message/rfc822\n\nFrom: MAILER-DAEMON@relay.example\n{RETURNED}\n\nfailed\n--b--\n"
    )
    assert message.refusal is None
