"""How the staff chat is told of follow-ups, and of what came by the client's page."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from replies.chats.notices import Notices
from replies.languages import LANGUAGES, Languages
from replies.wording import Wording
from storage.tickets import TicketNow
from storage.topics import Moved

AT = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
TICKET = TicketNow(
    id=42, client_id=1, client_name="", client_registered=False, client_address="olga@client.example",
    state="open", subject="", channel="mail", language="ru", level="standard", promise="8 working hours",
    kind=None, priority=None, line="first", assignee=None, created_at=AT, reaction_due_at=AT, reacted_at=None,
    closed_at=None,
)  # fmt: skip


def told(language: str, what: str, who: str, before: str = "", after: str = "") -> str:
    words = Wording(Languages(), language, chat=True)
    notices = Notices(words, ZoneInfo("Europe/Moscow"), ())
    saying = notices.saying(TICKET, [Moved(1, AT, who, what, before, after, "")], AT, "")
    assert saying is not None
    return saying.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", ["followed up", "follow-up of"])
def test_both_tickets_of_a_follow_up_name_the_other(language: str, what: str) -> None:
    assert "AS-000017" in told(language, what, "olga@client.example", "AS-000017", "AS-000042")


@pytest.mark.parametrize("who", ["olga@client.example", "tg:5", "client"])
def test_whoever_holds_the_link_is_told_as_the_client(who: str) -> None:
    assert told("ru", "reopened", who) == told("ru", "reopened", "olga@client.example")
    assert "client" not in told("ru", "escalated", who)
