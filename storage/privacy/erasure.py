"""Erases a person: his words, names and addresses go, the figures that hold nobody's name stay."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.ticket import State
from storage.chat_models import Attachment
from storage.clocks import stop_clocks
from storage.database import Database
from storage.models import (
    Address,
    Client,
    Closure,
    Delivery,
    DeliveryState,
    Entry,
    EntryState,
    Event,
    Message,
    Participant,
    Screenshot,
    Ticket,
)
from storage.privacy.chats import erase_in_chats
from storage.privacy.holding import hold
from storage.privacy.person import Person, find, look
from storage.privacy.traces import chunks
from storage.recordings import forget_recordings

ERASED = "[erased]"
_UNPROCESSED = (EntryState.RECORDED, EntryState.PROCESSING)
_UNSENT = (DeliveryState.OWED, DeliveryState.SENDING, DeliveryState.DEAD)


class NobodyHasIt(Exception):
    """The desk keeps nothing of anybody with this address."""


class StillArriving(Exception):
    """A mail of his waits to be processed: it would bring back what is erased now."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was erased. `files` are digests in the file store that lost a reference."""

    tickets: int
    messages: int
    screenshots: int
    mails: int
    deliveries: int
    files: frozenset[str]


async def erase(database: Database, address: str, who: str, now: datetime) -> Erased:
    """Erase the person who has a mail address (in lower case), in one transaction; `now` is UTC.

    His open tickets are closed, for there is nobody to answer. The files are the caller's to remove, by
    `storage.unused`. Raises NobodyHasIt, StillArriving or Unavailable, and then nothing was changed.
    """
    seen = await look(address)

    async def unit() -> Erased:
        await hold(address)
        person = await find(address, seen)
        if person is None:
            raise NobodyHasIt(f"nobody has the address {address}")
        await _check_all_processed([*person.entries, *person.carried])
        screenshots, shot_files = await _screenshots(person.messages)
        sent_files = await _attachments(person.messages)
        for some in chunks(person.tickets):
            sent_files |= await forget_recordings(some, ERASED)
        mail_files = await _entries(person.entries, now)
        await _envelopes(person.carried)
        await _messages(person.messages)
        await _tickets(person, who, now)
        await _deliveries(person)
        await _history(person)
        await _directory(person, now)
        return Erased(
            tickets=len(person.tickets),
            messages=len(person.messages),
            screenshots=screenshots,
            mails=len(person.entries),
            deliveries=len(person.deliveries),
            files=frozenset(shot_files | mail_files | sent_files),
        )

    return await database.writer.run(unit)


async def _check_all_processed(entries: Sequence[int]) -> None:
    for some in chunks(entries):
        waiting = await Entry.filter(id__in=some, state__in=_UNPROCESSED).count()
        if waiting:
            raise StillArriving(f"{waiting} of his mails wait to be processed; try again when they are")


async def _screenshots(messages: Sequence[int]) -> tuple[int, set[str]]:
    count, files = 0, set()
    for some in chunks(messages):
        rows = Screenshot.filter(message_id__in=some)
        for original, thumbnail in await rows.values_list("sha256", "thumbnail"):
            files |= {str(original), str(thumbnail or original)}
        count += await rows.delete()
    return count, files


async def _attachments(messages: Sequence[int]) -> set[str]:
    """Remove the files that agents sent him: they were made for him, and their names may tell of him."""
    files: set[str] = set()
    for some in chunks(messages):
        rows = Attachment.filter(message_id__in=some)
        files |= {str(one) for one in await rows.values_list("sha256", flat=True)}
        await rows.delete()
    return files


async def _entries(entries: Sequence[int], now: datetime) -> set[str]:
    """Empty mails as they came. Their keys stay, mere digests: a mail that comes again is known by them."""
    files: set[str] = set()
    for some in chunks(entries):
        rows = Entry.filter(id__in=some)
        files |= {
            str(one) for one in await rows.exclude(body_sha256="").values_list("body_sha256", flat=True)
        }
        await rows.filter(state=EntryState.QUARANTINED).update(state=EntryState.DISCARDED)
        for number, outcome in await rows.values_list("id", "outcome"):
            # The first word says what became of it; what follows may quote the mail.
            word = re.split(r"[\s(:]", outcome, maxsplit=1)[0]
            if word != outcome:
                await Entry.filter(id=number).update(outcome=word)
        await rows.update(
            body=None, body_sha256="", envelope={}, conversation="", trouble="", accepted_by="", purged_at=now
        )
    return files


async def _envelopes(carried: Sequence[int]) -> None:
    """Take his address out of the envelopes of other people's mails. An empty one would mean a bounce."""
    for some in chunks(carried):
        for row in await Entry.filter(id__in=some).only("id", "envelope"):
            await Entry.filter(id=row.id).update(envelope={**row.envelope, "mail_from": ERASED})


async def _messages(messages: Sequence[int]) -> None:
    """Empty messages; an agent's name on his answer is the agent's, and figures count by it."""
    for some in chunks(messages):
        rows = Message.filter(id__in=some)
        await rows.update(
            text=ERASED, new_text="", address="", message_id="", authenticity="", declined=[], shares=[]
        )
        await rows.filter(direction="in").update(author="")


async def _tickets(person: Person, who: str, now: datetime) -> None:
    for some in chunks(person.tickets):
        rows = Ticket.filter(id__in=some)
        for number, state in await rows.exclude(state=State.CLOSED.value).values_list("id", "state"):
            await Event.create(
                ticket_id=number,
                at=now,
                who=who[:100],
                what="closed",
                before=state,
                after=State.CLOSED.value,
                why="the client was erased",
            )
        await stop_clocks(some, now)
        await rows.exclude(state=State.CLOSED.value).update(state=State.CLOSED.value, closed_at=now)
        await rows.update(subject=ERASED)
        closures = Closure.filter(ticket_id__in=some)
        # Stars and answers stay, they are figures. An invitation that was not used yet must bring no more.
        await closures.filter(withdrawn_at__isnull=True).update(withdrawn_at=now)
        await closures.exclude(comment="").update(comment=ERASED)  # how many there were is a figure


async def _deliveries(person: Person) -> None:
    """Empty what was sent, and stop what was not; what came back stays undeliverable."""
    for some in chunks(person.deliveries):
        rows = Delivery.filter(id__in=some)
        await rows.filter(state__in=_UNSENT).update(state=DeliveryState.CANCELLED, claimed_until=None)
        await rows.update(content=None, facts={}, in_reply_to="", references="", error="", receipt="")
        # On his ticket another person may have got a copy: whom it went to is that person's.
        await rows.filter(recipient__in=person.addresses).update(recipient="")
        if person.tickets:
            await _recipients_of_old(some, person)


async def _recipients_of_old(deliveries: Sequence[int], person: Person) -> None:
    """Empty recipients on his tickets that are nobody else's: addresses which were his once."""
    pairs = (
        await Delivery.filter(id__in=deliveries)
        .exclude(recipient="")
        .values_list("id", "ticket_id", "recipient")
    )
    theirs = set(
        await Address.filter(address__in={one for *_, one in pairs}).values_list("address", flat=True)
    )
    for number, ticket, recipient in pairs:
        added = await Participant.filter(ticket_id=ticket, address=recipient).exists()
        if recipient not in theirs and not added:
            await Delivery.filter(id=number).update(recipient="")


async def _history(person: Person) -> None:
    """Take his addresses and words out of the history of every ticket he is on."""
    # Whole addresses alone: his may be the end of another person's.
    his = "|".join(re.escape(one) for one in person.addresses)
    address = re.compile(rf"(?<![\w.+-])(?:{his})(?![\w-])", re.IGNORECASE)
    own = set(person.tickets)
    for some in chunks([*person.tickets, *person.shared]):
        for row in await Event.filter(ticket_id__in=some).order_by("id"):
            old = (row.who, row.before, row.after, row.why)
            new = [address.sub(ERASED, one) for one in old]
            if row.ticket_id in own:
                new[1:] = _without_words(row.what, *new)
            if tuple(new) != old:
                row.who, row.before, row.after, row.why = (
                    one[:most] for one, most in zip(new, (100, 300, 300, None), strict=True)
                )
                await row.save()


def _without_words(what: str, who: str, before: str, after: str, why: str) -> tuple[str, str, str]:
    """A line without what people typed: a rating's comment, and a reason that is not the program's own."""
    if what == "rated":
        before, after = before.partition(":")[0], after.partition(":")[0]
    if why and who not in ("otklik", ERASED) and why != "the client was erased":
        why = ERASED
    return before, after, why


async def _directory(person: Person, now: datetime) -> None:
    await Participant.filter(address__in=person.addresses).delete()
    await erase_in_chats(person.addresses, person.client_id)
    if person.client_id is None:
        return
    await Address.filter(client_id=person.client_id).delete()
    await Client.filter(id=person.client_id).update(
        name="", vocative="", language="", blocked_why="", company_id=None, erased_at=now
    )
