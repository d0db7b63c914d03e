"""Replies find their ticket by the address too, where the configuration gives addresses tags."""

from datetime import UTC, datetime
from email import message_from_bytes

from desk import tags
from desk.ticket import Numbering
from replies.compose import Desk
from replies.languages import Languages
from replies.letters import Letters
from storage.outbox import Due
from tests.desk_on_disk import LEVELS, MAIN

SECRET = b"0123456789abcdef0123456789abcdef"
DESK = Desk(
    name="АгроСофт",
    address="support@example.org",
    default_language="ru",
    public_url="https://desk.example",
    timezone=MAIN.timezone,
    calendars={"main": MAIN},
    levels={level.key: level for level in LEVELS},
)


def answer(ticket_id: int | None, separator: str) -> bytes:
    """The mail of an agent's answer."""
    now = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
    facts = {"agent": "Анна", "text": "Обновите программу."}
    to, message_id = "olga@client.example", "<1@example.org>"
    due = Due(5, ticket_id, "answer", "mail", to, "ru", facts, message_id, "", "", now, 0, None)
    letters = Letters(DESK, Languages(), Numbering("AS-{number:06d}"), SECRET, separator)
    return letters(due)


def test_a_reply_goes_to_the_tickets_signed_address() -> None:
    reply_to = str(message_from_bytes(answer(42, "+"))["Reply-To"]).strip("<>")
    assert reply_to.endswith("@example.org")
    assert tags.read(tags.tag_in(reply_to, "+"), SECRET) == (tags.TICKET, 42)


def test_without_a_separator_it_goes_to_from() -> None:
    assert message_from_bytes(answer(42, ""))["Reply-To"] is None
