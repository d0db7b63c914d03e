"""What agents are told: deliveries of the channel `agents`, and who is told instead of one that can't be."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from desk.channels import telegram_address, telegram_user
from storage.agents import accounts
from storage.database import Database
from storage.models import Delivery, DeliveryState
from storage.outbox import Due, Outbox, Owed
from storage.statements import fetch
from storage.topics import topic_of

CHANNEL = "agents"
STAFF = "staff"  # the staff chat itself; `staff:LINE` the chat of a line that has its own
HEADS = "role:head"
LEADERS = "role:head,admin"
PRIVATE = ("weekly",)  # kinds that the staff chat is not told in somebody's stead
_ROLE, _AGENT = "role:", "agent:"
_NO_DOMAIN = "agents.invalid"  # in a chat nothing refers to a Message-ID


def agent(name: str) -> str:
    """The recipient that stands for an agent of that name, however he is reached."""
    return f"{_AGENT}{name}"


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the desk's, as the configuration names him; a `telegram_id` of None may be enrolled."""

    name: str
    role: str
    telegram_id: int | None = None
    email: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell. `key` makes it once, in up to 80 characters; `facts` as `replies.notices` says.

    `recipient`: HEADS, LEADERS, STAFF, `agent(name)` or an address such as `tg:1001`.
    """

    key: str
    kind: str
    recipient: str
    facts: dict[str, Any] = field(default_factory=dict)
    ticket_id: int | None = None


async def owe_notice(notice: Notice, now: datetime, *, suppressed: str = "") -> bool:
    """Owe a notice inside the unit of its cause; False when it was owed before. `suppressed` as in `owe`."""
    owed = Owed(
        notice.key, notice.ticket_id, notice.kind, notice.recipient, "", notice.facts, channel=CHANNEL
    )
    return await _owe_once(owed, _NO_DOMAIN, now, suppressed)


async def owe_quarantine(now: datetime) -> None:
    """Owe, inside the unit that sets an entry aside, the word that something waits in quarantine.

    Once in an hour, so that whoever sends a thousand such mails can't have the leaders written to a thousand
    times. `now` is aware.
    """
    hour = f"{now.astimezone(UTC):%Y%m%dT%H}"
    await owe_notice(Notice(f"quarantined:{hour}", "quarantined", LEADERS), now)


async def was_owed(key: str) -> bool:
    """Whether a notice with that key is there."""
    return await Delivery.filter(key=key).exists()


class Notices(Outbox):
    """The outbox of the channel `agents`: roles and names become people, each by the way that he is reached.

    Whoever can't be written to is written to by mail; who has no address, in the staff chat.
    """

    def __init__(
        self, database: Database, colleagues: Sequence[Colleague], *, chat: bool, domain: str
    ) -> None:
        """`chat`: whether there is an agents' bot. `domain`: of the desk's mail address."""
        super().__init__(database)
        self._colleagues, self._chat, self._domain = tuple(colleagues), chat, domain

    async def claim(self, channel: str, most: int, now: datetime) -> list[Due]:
        """As in `Outbox`; what is for several, or for somebody by his name, is passed on at once."""
        claimed = await super().claim(channel, most, now)
        for due in claimed:
            if not self._is_final(due.recipient):
                await self._pass_on(due, now)
        final = [due for due in claimed if self._is_final(due.recipient)]
        if claimed and not final:
            return await self.claim(channel, most, now)
        return [await _with_link(due) for due in final]

    async def dead(self, due: Due, error: str, now: datetime) -> None:
        """As in `Outbox`, but instead of a note in the ticket the next way to tell it is owed."""

        async def unit() -> None:
            kept = Delivery.filter(id=due.id, state=DeliveryState.SENDING)
            if await kept.update(claimed_until=None, state=DeliveryState.DEAD, error=error):
                await self._owe(due, await self._instead(due), now)

        await self._database.writer.run(unit)

    def _is_final(self, recipient: str) -> bool:
        return self._chat and not recipient.startswith((_ROLE, _AGENT))

    async def _pass_on(self, due: Due, now: datetime) -> None:
        async def unit() -> None:
            ways = await self._ways(due)
            how: dict[str, Any] = {"state": DeliveryState.SENT, "sent_at": now}
            how["receipt"] = f"passed on to {len(ways)}"
            if not ways and not due.facts.get("mailed"):
                how = {"state": DeliveryState.DEAD, "error": "nobody has a chat or a mail address"}
            if await Delivery.filter(id=due.id, state=DeliveryState.SENDING).update(
                claimed_until=None, **how
            ):
                await self._owe(due, ways, now)

        await self._database.writer.run(unit)

    async def _owe(self, due: Due, ways: Sequence[Owed], now: datetime) -> None:
        for place, way in enumerate(ways):
            # By its parent's id, so that passing it on twice tells nobody twice.
            await _owe_once(replace(way, key=f"{due.id}>{place}"), self._domain, now)

    async def _ways(self, due: Due) -> list[Owed]:
        people = self._people(due.recipient)
        if due.facts.get("mailed"):  # they have it by mail already
            enrolled = [await self._enrolled(one) for one in people]
            return [_to(due, telegram_address(one)) for one in enrolled if one is not None and self._chat]
        ways = [way for one in people for way in await self._way_to(due, one)]
        if not ways and self._chat:
            ways = [_to(due, STAFF)]
        return ways

    def _people(self, recipient: str) -> list[Colleague]:
        if recipient.startswith(_AGENT):
            name = recipient.removeprefix(_AGENT)
            if named := [one for one in self._colleagues if one.name == name]:
                return named
        if telegram := telegram_user(recipient):
            return [one for one in self._colleagues if one.telegram_id == telegram]
        roles = recipient.removeprefix(_ROLE).split(",") if recipient.startswith(_ROLE) else ["head", "admin"]
        found = [one for one in self._colleagues if one.role in roles]
        # A desk without a head has somebody who set it up.
        return found or [one for one in self._colleagues if one.role == "admin"]

    async def _way_to(self, due: Due, who: Colleague) -> list[Owed]:
        telegram = await self._enrolled(who)
        if self._chat and telegram is not None:
            return [_to(due, telegram_address(telegram))]
        return self._without_chat(due, who)

    def _without_chat(self, due: Due, who: Colleague) -> list[Owed]:
        if who.email:
            return [_to(due, who.email, channel="mail")]
        if not self._chat:
            return []
        instead = _to(due, STAFF, {"for": who.name})
        if due.kind in PRIVATE:
            instead = replace(instead, kind="unreached", facts={"for": who.name})
        return [instead]

    async def _enrolled(self, who: Colleague) -> int | None:
        """His account in Telegram: the configured one, else the one that he enrolled."""
        if who.telegram_id:
            return who.telegram_id
        return next((one.telegram_id for one in await accounts() if one.name == who.name), None)

    async def _instead(self, due: Due) -> list[Owed]:
        """How a notice is told that could not be delivered: another way each time, so it comes to an end."""
        telegram = telegram_user(due.recipient)
        if telegram is None:  # a staff chat could not be written to
            if due.recipient != STAFF:
                return [_to(due, STAFF)]
            return [_to(due, one.email, channel="mail") for one in self._people(LEADERS) if one.email]
        for one in self._colleagues:
            if await self._enrolled(one) == telegram:
                return [] if due.facts.get("mailed") and one.email else self._without_chat(due, one)
        return [_to(due, STAFF)]


def _to(due: Due, recipient: str, more: dict[str, Any] | None = None, *, channel: str = CHANNEL) -> Owed:
    facts = {name: value for name, value in due.facts.items() if name != "for"}
    return Owed("", due.ticket_id, due.kind, recipient, due.language, facts | (more or {}), channel=channel)


async def _with_link(due: Due) -> Due:
    """With a link to the ticket's topic, which may have been made only after the notice was owed."""
    if due.ticket_id is None or not (found := await topic_link(due.ticket_id)):
        return due
    return replace(due, facts={**due.facts, "link": found})


async def topic_link(ticket_id: int) -> str:
    """The address of a ticket's topic (https://core.telegram.org/api/links#private-message-links), or ""."""
    topic = await topic_of(ticket_id)
    chat = str(topic.chat_id) if topic else ""
    place = (topic.thread_id or topic.card_id) if topic else None
    return f"https://t.me/c/{chat.removeprefix('-100')}/{place}" if chat.startswith("-100") and place else ""


async def _owe_once(owed: Owed, domain: str, now: datetime, suppressed: str = "") -> bool:
    """As `storage.outbox.owe`, but an intent that is there already is left as it is, whoever wrote it."""
    state = DeliveryState.SUPPRESSED if suppressed else DeliveryState.OWED
    values: dict[str, Any] = {
        "key": owed.key,
        "ticket_id": owed.ticket_id,
        "kind": owed.kind,
        "channel": owed.channel,
        "recipient": owed.recipient,
        "language": owed.language,
        "facts": json.dumps(owed.facts, ensure_ascii=False),
        "message_id": f"<otklik.{owed.ticket_id or 0}.{secrets.token_hex(16)}@{domain}>",
        "created_at": now,
        "next_attempt_at": owed.not_before or now,
        "state": state.value,
        "error": suppressed,
        "attempts": 0,
        "in_reply_to": "",
        "references": "",
        "receipt": "",
    }
    names, marks = ", ".join(f'"{name}"' for name in values), ", ".join("?" for _ in values)
    sql = f"INSERT INTO deliveries ({names}) VALUES ({marks}) ON CONFLICT (key) DO NOTHING RETURNING id"  # noqa: S608
    return bool(await fetch(sql, *values.values()))
