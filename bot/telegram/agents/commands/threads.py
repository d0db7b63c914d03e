"""Where messages belong, and whose: merge, split, person, block."""

from datetime import datetime

from bot.telegram.agents.commands.asked import Asked, Said, number_in, rows_of, wrong
from desk.addresses import comparable
from replies.answering import the_ticket
from replies.chats.items import shown_address
from replies.names import plain_line
from replies.verbs.merging import merge as merge_tickets
from replies.verbs.splitting import split as split_ticket
from storage.directory import NotBlockable, block_now
from storage.participants import TakesPart, add_participant
from storage.splitting import movable_messages
from storage.tickets import Change, note_changes, open_tickets, ticket_now

_MOST = 8  # buttons
_MAIL = 254  # characters of a mail address


async def merge_into_which(asked: Asked) -> Said | None:
    """Offer the other open tickets of the client."""
    if asked.words:
        return None
    ticket = await the_ticket(asked.ticket, asked.desk.desk)
    others = [one for one in await open_tickets(ticket.client_id) if one != ticket.id][-_MOST:]
    if not others:
        raise wrong(asked, "merge.none", number=asked.number, name=asked.name)
    found = [other for one in others if (other := await ticket_now(one)) is not None]
    choices = [asked.choice(asked.desk.cards.title(one), str(one.id)) for one in found]
    return asked.said("ask.merge", *rows_of(choices, 1))


async def merge(asked: Asked, now: datetime) -> Said:
    """Merge this ticket into another one of the same client."""
    into, _ = number_in(asked.words, asked.desk, bare=True)
    if into is None:
        raise wrong(asked, "merge.none", number=asked.number, name=asked.name)
    into = await merge_tickets(asked.desk.desk, asked.ticket, into, asked.agent.name, now)
    return asked.said("done.merged", into=asked.desk.cards.numbering.format(into))


async def split_which(asked: Asked) -> Said | None:
    """Offer the client's messages, unless the command replies to one."""
    if asked.words or asked.item_id is not None:
        return None
    ticket = await the_ticket(asked.ticket, asked.desk.desk)
    movable = await movable_messages(ticket.id, ticket.client_id)
    if len(movable) < 2:
        raise wrong(asked, "split.only")
    labels = [(plain_line(one.text, 50) or "…", str(one.id)) for one in movable[-_MOST:]]
    return asked.said("ask.split", *rows_of([asked.choice(label, value) for label, value in labels], 1))


async def split(asked: Asked, now: datetime) -> Said:
    """Move a message of the client's to a ticket of its own."""
    given = int(asked.words) if asked.words.isascii() and asked.words.isdigit() else asked.item_id
    if given is None:
        raise wrong(asked, "split.not-his")
    new = await split_ticket(asked.desk.desk, asked.ticket, given, asked.agent.name, now)
    return asked.said("done.split", new=asked.desk.cards.numbering.format(new))


async def add_person(asked: Asked, now: datetime) -> Said:
    """Let somebody's mail join the ticket."""
    address = comparable(asked.words.strip("<>,; ").removeprefix("mailto:"))
    local, at, domain = address.partition("@")
    spoilt = any(char.isspace() for char in address) or len(address) > _MAIL or "@" in domain
    if not (local and at and "." in domain) or spoilt:
        raise wrong(asked, "address", given=plain_line(asked.words, 60), name=asked.name)
    if address in asked.extras.own_addresses:
        raise wrong(asked, "own-address", address=address)
    await the_ticket(asked.ticket, asked.desk.desk)
    try:
        await add_participant(asked.ticket, address, asked.agent.name, now)
    except TakesPart as exc:
        raise wrong(asked, "takes-part", address=address, number=asked.number) from exc
    return asked.said("done.person", address=address)


async def block(asked: Asked, now: datetime) -> Said:
    """Refuse the ticket's client further service, for a reason."""
    if not asked.words:
        raise wrong(asked, "why", name=asked.name)
    desk = asked.desk
    ticket = await the_ticket(asked.ticket, desk.desk)
    try:
        await block_now(
            ticket.client_address, asked.agent.name, asked.words, now, domain=desk.desk.domain,
            language=ticket.language,
        )  # fmt: skip
    except NotBlockable as exc:
        raise wrong(asked, "blocked", address=shown_address(ticket.client_address, asked.texts)) from exc
    await note_changes(ticket.id, now, Change(asked.agent.name, "blocked", why=asked.words))
    shown = plain_line(ticket.client_name) or shown_address(ticket.client_address, asked.texts)
    return asked.said("done.blocked", client=shown)
