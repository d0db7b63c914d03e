"""Who is told what of the desk's own affairs: roles become people, each by the way that he is reached."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desk.figures import figures
from intake.mailbox.alarm import STOPPED, Alarms
from replies import notices
from replies.chats.agents_letters import AgentsLetters
from replies.chats.sayings import Script
from replies.compose import Desk, compose
from replies.delivery_error import DeliveryError
from replies.languages import LANGUAGES, Languages
from replies.notices import figures_as_facts, told
from replies.outbox import Deliveries
from replies.wording import Wording
from storage.agents import enrol
from storage.database import Database
from storage.models import Delivery
from storage.notices import HEADS, LEADERS, STAFF, Colleague, Notice, Notices, agent, owe_notice
from storage.outbox import Due
from storage.topics import Topics
from tests.desk_on_disk import NOW, NUMBERING, DeskOnDisk, mail

MOSCOW = ZoneInfo("Europe/Moscow")
TEXTS = Languages()
DESK = Desk("АгроСофт", "support@example.org", "ru", "https://help.example.org", MOSCOW, {}, {})
WORDS = AgentsLetters(DESK, TEXTS, NUMBERING)

VERA = Colleague("Вера", "head", 1001, "vera@example.org")
ANNA = Colleague("Анна", "agent", None, "anna@example.org")
IGOR = Colleague("Игорь", "admin")

DUE_AT = "2026-11-23T13:30:00+03:00"
TICKET = {"number": "AS-000042", "due_at": DUE_AT, "assignee": "Анна", "overdue": True, "link": ""}
EMPTY = figures_as_facts(figures(()))
FACTS: dict[str, dict[str, Any]] = {
    "warned": {"due_at": DUE_AT, "assignee": "Анна"},
    "breached": {"tickets": [TICKET], "more": 0},
    "resolution-warned": {"due_at": DUE_AT, "assignee": "Анна"},
    "resolution-breached": {"tickets": [TICKET], "more": 3},
    "recounted": {"count": 12400},
    "escalated": {"why": "касса стоит", "assignee": ""},
    "urgent": {"claim": "Срочно", "assignee": None},
    "daily": {"day": "2026-11-23", "count": 1, "more": 0, "groups": [{"assignee": "", "tickets": [TICKET]}]},
    "weekly": {"since": "2026-11-16", "until": "2026-11-22", "figures": EMPTY, "former": EMPTY},
    "resumed": {"assignee": "Анна"},
    "unreached": {},
    "quarantined": {},
    "gap": {"bot": "clients", "since": "2026-11-21T05:00:00+00:00", "until": "2026-11-22T06:00:00+00:00"},
}


class Chats:
    """The agents' bot as far as notices go: who has started it, and what was said to whom."""

    def __init__(self, *started: str) -> None:
        self.started, self.said = started, dict[str, list[str]]()

    async def deliver(self, sender: str, recipient: str, message_id: str, content: bytes) -> str:
        if recipient not in self.started:
            raise DeliveryError("Forbidden: bot can't initiate conversation with a user", permanent=True)
        texts = [one.text for one in Script.from_bytes(content).sayings]
        self.said.setdefault(recipient, []).extend(texts)
        return "1"

    async def close(self) -> None:
        """Nothing is open."""


async def deliver(database: Database, chats: Chats | None, *colleagues: Colleague) -> None:
    """Deliver what is owed on the channel until nothing of it is left."""
    outbox = Notices(database, colleagues, chat=chats is not None, domain="example.org")
    worker = Deliveries("agents", outbox, WORDS, chats or Chats(), sole=True)
    running = asyncio.create_task(worker.run())
    unfinished = Delivery.filter(channel="agents", state__in=("owed", "sending"))
    try:
        async with asyncio.timeout(10):
            while await unfinished.exists():
                worker.wake()
                await asyncio.sleep(0.01)
    finally:
        await worker.stop()
        await running


async def owes(database: Database, kind: str = "gap", recipient: str = LEADERS, **more: Any) -> None:
    notice = Notice(f"{kind}:1", kind, recipient, FACTS.get(kind, {}), **more)
    assert await database.writer.run(lambda: owe_notice(notice, datetime.now(UTC)))


async def mailed(database: Database) -> list[str]:
    return [one.recipient for one in await Delivery.filter(channel="mail", kind="gap").order_by("id")]


async def test_a_role_becomes_all_who_have_it_by_chat_or_else_by_mail(database: Database) -> None:
    chats, other = Chats("tg:1001"), Colleague("Олег", "head", None, "oleg@example.org")
    await owes(database, recipient=HEADS)
    await deliver(database, chats, ANNA, VERA, other, IGOR)
    assert list(chats.said) == ["tg:1001"]
    assert await mailed(database) == ["oleg@example.org"]


async def test_an_enrolled_account_is_as_good_as_a_configured_one(database: Database) -> None:
    chats = Chats("tg:2002")
    await database.writer.run(lambda: enrol("Анна", 2002, NOW))
    await owes(database, recipient=agent("Анна"))
    await deliver(database, chats, ANNA, VERA)
    assert list(chats.said) == ["tg:2002"]


async def test_whoever_never_started_the_bot_gets_a_mail(database: Database) -> None:
    await owes(database)
    await deliver(database, Chats(), VERA)
    assert await mailed(database) == ["vera@example.org"]


async def test_whoever_has_no_address_either_is_told_in_the_staff_chat(database: Database) -> None:
    chats = Chats(STAFF)
    await owes(database)
    await deliver(database, chats, replace(VERA, email=""), IGOR)
    texts = chats.said[STAFF]
    assert [text.partition("\n")[0] for text in texts] == ["Для: Игорь", "Для: Вера"]


async def test_the_ratings_of_a_week_are_not_read_out_in_the_staff_chat(database: Database) -> None:
    chats = Chats(STAFF)
    await owes(database, "weekly")
    await deliver(database, chats, IGOR)
    (text,) = chats.said[STAFF]
    assert text.startswith("Для: Игорь\nЕсть сообщение для руководителя")


async def test_where_the_staff_chat_is_closed_to_us_heads_get_a_mail(database: Database) -> None:
    await owes(database, recipient=f"{STAFF}:second")
    await deliver(database, Chats(), VERA, ANNA)
    assert await mailed(database) == ["vera@example.org"]


@pytest.mark.parametrize("recipient", [HEADS, LEADERS, STAFF, "tg:1001"])
async def test_without_an_agents_bot_everything_goes_by_mail(database: Database, recipient: str) -> None:
    await owes(database, recipient=recipient)
    await deliver(database, None, VERA, ANNA)
    assert await mailed(database) == ["vera@example.org"]


async def test_a_desk_without_a_head_tells_its_admin(database: Database) -> None:
    await owes(database, recipient=HEADS)
    await deliver(database, None, ANNA, replace(IGOR, email="igor@example.org"))
    assert await mailed(database) == ["igor@example.org"]


async def test_a_notice_that_nobody_can_get_is_a_dead_letter(database: Database) -> None:
    await owes(database, recipient=HEADS)
    await deliver(database, None, IGOR)
    (dead,) = await Delivery.all()
    assert (dead.state, dead.error) == ("dead", "nobody has a chat or a mail address")


async def test_who_has_a_mail_already_is_not_sent_another(database: Database) -> None:
    alarm = {"what": "stopped", "mailbox": "support", "since": NOW.isoformat(), "reason": "", "mailed": True}
    notice = Notice("alarm:support:stopped:1:chat", "alarm", LEADERS, alarm)
    await database.writer.run(lambda: owe_notice(notice, datetime.now(UTC)))
    chats = Chats()
    await deliver(database, chats, VERA, ANNA, IGOR)
    assert await Delivery.filter(channel="mail").count() == 0
    assert {one.state for one in await Delivery.all()} == {"sent", "dead"}


@pytest.mark.parametrize("addresses", [(), ("vera@example.org",)])
async def test_a_mailbox_alarm_is_told_in_chat_besides_by_mail(
    database: Database, addresses: tuple[str, ...]
) -> None:
    alarms = Alarms(database, addresses, "ru", "example.org", lambda: None, in_chat=LEADERS)
    now = datetime.now(UTC)
    assert await alarms.tell("support", STOPPED, now, "signing in failed", now)
    assert not await alarms.tell("support", STOPPED, now, "signing in failed", now)
    chats = Chats("tg:1001")
    await deliver(database, chats, VERA)
    (text,) = chats.said["tg:1001"]
    assert "support" in text and "signing in failed" in text
    assert [one.recipient for one in await Delivery.filter(channel="mail")] == list(addresses)


async def test_a_notice_is_owed_once(database: Database) -> None:
    notice = Notice("gap:clients:1", "gap", LEADERS, FACTS["gap"])
    owed = await asyncio.gather(
        *(database.writer.run(lambda: owe_notice(notice, datetime.now(UTC))) for _ in range(3))
    )
    assert sorted(owed) == [False, False, True]


async def test_a_notice_about_a_ticket_links_to_its_topic_and_is_no_place_to_answer(desk: DeskOnDisk) -> None:
    outcome = await desk.receives(mail())
    ticket_id = outcome.ticket_id or 0
    await Topics(desk.database).placed(ticket_id, -1001234567890, 77, "title", "", NOW)
    await owes(desk.database, "escalated", HEADS, ticket_id=ticket_id)
    chats = Chats("tg:1001")
    await deliver(desk.database, chats, VERA)
    (text,) = chats.said["tg:1001"]
    assert NUMBERING.format(ticket_id) in text and "касса стоит" in text
    assert text.endswith("\nhttps://t.me/c/1234567890/77")
    (said,) = await Delivery.filter(recipient="tg:1001")
    assert Script.from_bytes(said.content or b"").ticket_id is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", notices.KINDS)
def test_every_notice_is_worded_for_chat_and_mail_in_every_language(kind: str, language: str) -> None:
    facts = {**FACTS[kind], "number": "AS-000042" if kind in ("warned", "escalated", "urgent") else ""}
    letter = compose(kind, language, facts, DESK, TEXTS)
    due = Due(1, None, kind, "agents", "tg:1", language, FACTS[kind], "", "", "", NOW, 1, None)
    (saying,) = Script.from_bytes(WORDS(replace(due, ticket_id=42))).sayings
    assert "{" not in letter.subject + letter.text + saying.text
    first = next(iter(told(kind, Wording(TEXTS, language, chat=True), facts, "AS-000042", MOSCOW)[1]))[0]
    assert saying.text.startswith(first)


def test_a_list_of_breaches_names_each_with_its_topic_in_chat_and_without_in_a_mail() -> None:
    link = "https://t.me/c/1/2"
    facts = {"tickets": [TICKET, {**TICKET, "number": "AS-000043", "link": link}], "more": 3}
    due = Due(1, None, "breached", "agents", "tg:1", "", facts, "", "", "", NOW, 1, None)
    (saying,) = Script.from_bytes(WORDS(due)).sayings
    lines = saying.text.replace("\u00a0", " ").splitlines()
    assert "AS-000042: 23 ноября 2026 г., 13:30 (МСК), отвечает: Анна" in lines
    assert any(line.startswith("AS-000043") and line.endswith(link) for line in lines)
    assert lines[-1] == "И ещё: 3"
    assert "t.me" not in compose("breached", "ru", {**facts, "number": ""}, DESK, TEXTS).text


def test_the_day_s_list_says_what_is_overdue_and_what_has_until_when() -> None:
    later = {**TICKET, "number": "AS-000043", "overdue": False}
    facts = {**FACTS["daily"], "groups": [{"assignee": "Анна", "tickets": [TICKET, later]}]}
    _, (head, group) = told("daily", Wording(TEXTS, "en", chat=True), facts, "", MOSCOW)
    assert head == ("Waiting for a first answer today, 23\u00a0November 2026. Requests: 1.",)
    assert group[0] == "Assigned to: Анна"
    assert group[1].startswith("AS-000042: was due by") and group[2] == "AS-000043: by 13:30"


@pytest.mark.parametrize("kind", ["warned", "breached", "daily", "weekly", "gap"])
def test_a_notice_with_a_fact_missing_is_not_told_half(kind: str) -> None:
    with pytest.raises(KeyError):
        told(kind, Wording(TEXTS, "ru"), {}, "AS-000042", MOSCOW)


def test_deadlines_of_another_day_keep_their_moment() -> None:
    moved = {**FACTS["warned"], "due_at": (NOW + timedelta(days=30)).isoformat()}
    _, (paragraph, *_) = told("warned", Wording(TEXTS, "en"), moved, "AS-000042", MOSCOW)
    assert "23\u00a0December 2026" in paragraph[0]
