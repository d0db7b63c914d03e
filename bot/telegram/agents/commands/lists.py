"""What agents look up: find, mine, queue, client. They change nothing."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.telegram.agents.commands.asked import Asked, Said, number_in, wrong
from desk.addresses import comparable
from desk.channels import telegram_user
from desk.mail_domains import company_domain
from desk.ticket import Line
from desk.time_spent import shown
from replies.chats.card import place_link
from replies.chats.items import shown_address
from replies.chats.notices import line_name
from replies.names import plain_line
from storage.absences import stood_in_for
from storage.companies.card import company_of_client
from storage.looked_up import (
    Found,
    Listed,
    client_card,
    client_of,
    others_at,
    ticket_listed,
    tickets_of_address,
    tickets_with_words,
    unfinished,
)
from storage.recordings import time_of

_MOST = 20  # tickets in one list
_PAST = 10  # of a client's card
_SUBJECT = 60  # characters
_WORDS = 5  # that are looked for together


async def queue(asked: Asked) -> Said:
    """What is to be done, the oldest deadline first, of all lines or of one."""
    line = asked.words.casefold() or None
    if line is not None and line not in list(Line):
        raise wrong(asked, "not-allowed-value", given=plain_line(line, 60), allowed=", ".join(Line))
    found = await unfinished(_MOST, line=line)
    head = asked.texts.text("list.queue", count=found.count)
    if line is not None:
        head = asked.texts.text("list.queue.line", count=found.count, line=line_name(line, asked.texts))
    return _listed(asked, found, head)


async def mine(asked: Asked) -> Said:
    """What the agent has to do, and those for whom he stands in."""
    others = await stood_in_for(asked.agent.name, datetime.now(UTC))
    found = await unfinished(_MOST, assignees=[asked.agent.name, *others])
    head = asked.texts.text("list.mine", count=found.count)
    if others:
        names = ", ".join(plain_line(one) for one in others)
        head = f"{head}\n{asked.texts.text('list.mine.others', names=names)}"
    return _listed(asked, found, head)


async def find(asked: Asked) -> Said:
    """Tickets by number, address, domain or words."""
    if not asked.words:
        raise wrong(asked, "find", name=asked.name, number=asked.desk.cards.numbering.format(42))
    found = await _found(asked)
    return _listed(asked, found, asked.texts.text("list.found", count=found.count))


async def _found(asked: Asked) -> Found:
    words = asked.words.split()
    number, rest = number_in(asked.words, asked.desk, bare=True)
    if number is not None and not rest:
        return await ticket_listed(number)
    if len(words) == 1 and ("@" in words[0] or telegram_user(words[0]) is not None):
        return await tickets_of_address(comparable(words[0]), _MOST)
    return await tickets_with_words(words[:_WORDS], _MOST)


async def client(asked: Asked) -> Said:
    """The ticket's client, his company as far as it is known, and his past tickets."""
    client_id = await client_of(asked.ticket)
    card = None if client_id is None else await client_card(client_id, _PAST)
    if client_id is None or card is None:
        raise wrong(asked, "no-ticket", number=asked.number)
    texts = asked.texts
    lines = [
        plain_line(card.name) or texts.text("client.no-name"),
        texts.text("client.registered" if card.registered else "client.unregistered"),
        texts.text("client.addresses", addresses=", ".join(shown_address(a, texts) for a in card.addresses)),
        texts.text("client.language", spoken=card.language or "–"),
    ]
    if card.blocked_why is not None:
        lines.append(texts.text("client.blocked", why=plain_line(card.blocked_why, 300) or "–"))
    lines += await _company(asked, card.addresses, client_id)
    if (company := await company_of_client(client_id)) is not None:
        name = f"{plain_line(company.name)} · {plain_line(company.registration)}"
        lines.insert(2, asked.texts.text("client.company", company=name))
    lines += await _time(asked)
    lines += ["", texts.text("client.tickets", count=card.count, unfinished=card.unfinished)]
    lines += [row_of(asked, one) for one in card.tickets]
    return Said("\n".join(lines), (), asked.ticket_id, _links(asked, card.tickets))


async def _time(asked: Asked) -> list[str]:
    """What was worked on the ticket, by activity, and its recordings, the newest last."""
    texts, spent = asked.texts, await time_of(asked.ticket)
    if not spent:
        return []
    sums: dict[str, timedelta] = {}
    for one in spent:
        sums[one["activity"]] = sums.get(one["activity"], timedelta()) + timedelta(seconds=one["seconds"])
    told = [f"{texts.text(f'activity.{name}')} {shown(length)}" for name, length in sums.items()]
    lines = ["", texts.text("client.time", spent=", ".join(told))]
    recorded = [(one, file) for one in spent for file in one["recordings"]]
    for one, file in recorded[-_PAST:]:
        lines.append(
            texts.text(
                "client.recording", at=texts.moment(one["at"], asked.desk.cards.timezone),
                name=plain_line(one["agent"]), activity=texts.text(f"activity.{one['activity']}"),
                length=shown(timedelta(seconds=one["seconds"])), file=plain_line(file["name"], _SUBJECT),
            )
        )  # fmt: skip
    return lines


async def _company(asked: Asked, addresses: Sequence[str], client_id: int) -> list[str]:
    """What the mail domains tell of a company: who else writes from there."""
    lines = []
    for domain in dict.fromkeys(filter(None, map(company_domain, addresses))):
        clients, tickets = await others_at(domain, client_id)
        lines.append(asked.texts.text("client.domain", domain=domain, clients=clients, requests=tickets))
    return lines


def _listed(asked: Asked, found: Found, head: str) -> Said:
    lines = [head, *(row_of(asked, one) for one in found.tickets)]
    if more := found.count - len(found.tickets):
        lines.append(asked.texts.text("list.more-tickets", count=more))
    return Said("\n".join(lines), (), None, _links(asked, found.tickets))


def row_of(asked: Asked, one: Listed) -> str:
    """A ticket in a list: number, state, time left, whose, subject."""
    texts = asked.texts
    parts = [
        asked.desk.cards.numbering.format(one.id),
        texts.text(f"staff.state.{one.state}"),
        _left(asked, one),
        plain_line(one.assignee or ""),
        plain_line(one.subject, _SUBJECT) or texts.text("staff.no-subject"),
    ]
    return " · ".join(part for part in parts if part)


def _left(asked: Asked, one: Listed) -> str:
    """How much working time is left for the first answer, or since when it is late."""
    if one.reacted_at is not None or one.state == "closed":
        return ""
    now, desk = datetime.now(UTC), asked.desk.desk
    level = next((level for level in desk.levels if level.key == one.level), None)
    calendar = desk.calendars.get(level.calendar) if level else None
    if calendar is None:
        return asked.texts.deadline(one.reaction_due_at, asked.desk.cards.timezone)
    if one.reaction_due_at < now:
        return asked.texts.text("list.late", late=shown(calendar.worked(one.reaction_due_at, now)))
    return asked.texts.text("list.left", left=shown(calendar.worked(now, one.reaction_due_at)))


def _links(asked: Asked, tickets: Sequence[Listed]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (asked.desk.cards.numbering.format(one.id), url)
        for one in tickets
        if one.chat_id is not None and (url := place_link(one.chat_id, one.thread_id, None))
    )
