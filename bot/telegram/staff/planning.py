"""What a ticket's place lacks next, by what the database holds and what is shown there: a rule, no I/O."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.telegram.staff.doing import (
    Card,
    Close,
    Done,
    EditCard,
    Farewell,
    Mark,
    Pin,
    Place,
    Rename,
    Reopen,
    Say,
    Step,
    Tell,
    Wait,
)
from replies.chats.card import Cards
from replies.chats.events import line_name
from replies.chats.items import Part, is_shown, missing, said_by, says_text, stand_in, text_mark, worded
from replies.chats.marks import marking
from replies.chats.sayings import Saying
from storage.posts import Answered, Shown
from storage.tickets import TicketNow
from storage.topics import Item, Moved, TopicNow

ALBUM_QUIET = timedelta(seconds=2)  # after which the parts of an album are thought to be all there


@dataclass(frozen=True, slots=True)
class View:
    """A ticket and its place as they stand.

    `chat_id`: the staff chat where it belongs. `written`: items that agents wrote in this very place.
    `comment`: what the client wrote with his last stars. `album_at`: when the newest part of an album came.
    `spoilt`: items that can't be shown, and why (see `stand_in`).
    """

    ticket: TicketNow
    chat_id: int
    now: datetime
    topic: TopicNow | None = None
    items: Sequence[Item] = ()
    events: Sequence[Moved] = ()
    shown: Sequence[Shown] = ()
    written: frozenset[int] = frozenset()
    answers: Sequence[Answered] = ()
    comment: str = ""
    album_at: datetime | None = None
    spoilt: Mapping[int, str] = field(default_factory=dict)


Rule = Callable[[View, TopicNow, Cards], Step | None]


def next_step(view: View, cards: Cards) -> Step:
    """The one thing to do next."""
    if view.topic is None:
        return Done() if view.ticket.state == "closed" else Place()
    for rule in RULES:
        step = rule(view, view.topic, cards)
        if step is not None:
            return step
    return Done()


def digest(saying: Saying) -> str:
    """By which a card is known to be current."""
    return hashlib.sha256(repr(saying).encode()).hexdigest()


def card_mark(step: Card) -> str:
    """The mark of the card's message."""
    return text_mark(step.item) if step.item is not None else ""


def _elsewhere(view: View, topic: TopicNow, cards: Cards) -> Step | None:
    if topic.chat_id == view.chat_id or view.ticket.state == "closed":
        return None
    line = line_name(view.ticket.line, cards.words)
    return Farewell(Saying(cards.words.text("staff.moved", line=line)))


def _card(view: View, topic: TopicNow, cards: Cards) -> Step | None:
    if topic.card_id is not None:
        return None
    first = next((item for item in view.items if is_shown(item)), None)
    if first is not None and first.id not in view.written and not _text_shown(first, view):
        if (wait := _album_on_its_way(view)) is not None:
            return wait
        if first.id not in view.spoilt and (not topic.posted_item or topic.posted_item >= first.id):
            saying = cards.with_request(view.ticket, view.now, topic, first)
            if saying is not None:
                return Card(saying, first)
    return Card(cards.card(view.ticket, view.now, topic))


def _pin(view: View, topic: TopicNow, cards: Cards) -> Step | None:
    return None if topic.pinned or topic.thread_id is None else Pin()


def _title(view: View, topic: TopicNow, cards: Cards) -> Step | None:
    title = cards.title(view.ticket)
    return Rename(title) if topic.thread_id is not None and title != topic.title else None


def _open(view: View, topic: TopicNow, cards: Cards) -> Step | None:
    """A topic is opened for work, and for a moment when there is something to be said in it."""
    if not topic.closed or topic.thread_id is None:
        return None
    said = _thread(view, topic, cards)
    return Reopen() if view.ticket.state != "closed" or isinstance(said, Say | Tell) else None


def _thread(view: View, topic: TopicNow, cards: Cards) -> Step | None:
    """Items and history in the order in which they came."""
    found = _next_part(view, topic, cards)
    if found is None:
        return _told(view, view.events, topic, cards)
    item, part = found
    told = _told(view, [one for one in view.events if one.at < item.at], topic, cards)
    if told is not None:
        return told
    if (wait := _album_on_its_way(view)) is not None:
        return wait
    more = [*view.shown, *(Shown(item.id, 0, mark) for mark in part.marks)]
    return Say(part, item, item.id in view.spoilt or missing(item, more, cards.words) is None)


def _next_part(view: View, topic: TopicNow, cards: Cards) -> tuple[Item, Part] | None:
    for item in view.items:
        if item.id in view.written or not (is_shown(item) or _text_shown(item, view)):
            continue
        known = _text_shown(item, view)
        # What was passed over before, or stands in a chat of earlier days, is not begun again.
        if item.id <= topic.posted_item and not known:
            continue
        if item.id in view.spoilt:
            if known:
                continue
            return item, stand_in(item, view.spoilt[item.id], cards.words)
        part = missing(item, view.shown, cards.words)
        if part is not None:
            return item, part
    return None


def _text_shown(item: Item, view: View) -> bool:
    return any(one.item_id == item.id and says_text(one.mark) for one in view.shown)


def _told(view: View, events: Sequence[Moved], topic: TopicNow, cards: Cards) -> Step | None:
    # What became of an answer is said below it, where its author sees it: see `_marks`.
    marked = {str(item) for item in view.written}
    events = [one for one in events if one.what != "undeliverable" or one.before not in marked]
    said = cards.notices.saying(view.ticket, events, topic.created_at, view.comment)
    return Tell(said, events[-1].id) if said is not None else None


def _album_on_its_way(view: View) -> Wait | None:
    if view.album_at is None or view.now - view.album_at >= ALBUM_QUIET:
        return None
    return Wait(max(0.1, (view.album_at + ALBUM_QUIET - view.now).total_seconds()))


def _marks(view: View, topic: TopicNow, cards: Cards) -> Step | None:
    found = marking(list(view.answers), cards.words)
    return Mark(found) if found is not None else None


def _card_current(view: View, topic: TopicNow, cards: Cards) -> Step | None:
    request = next(
        (worded(item, cards.words, said_by(one.mark, item)) for one in view.shown for item in view.items
         if one.message_id == topic.card_id and one.item_id == item.id), "",
    )  # fmt: skip
    saying = cards.card(view.ticket, view.now, topic, request)
    seen = max([topic.seen_event, *(one.id for one in view.events)])
    posted = max([topic.posted_item, *(one.id for one in view.items)])
    new = digest(saying)
    if new == topic.card_sha256 and seen == topic.seen_event and posted == topic.posted_item:
        return None
    return EditCard(saying if new != topic.card_sha256 else None, new, seen, posted)


def _closed(view: View, topic: TopicNow, cards: Cards) -> Step | None:
    over = view.ticket.state == "closed" and topic.thread_id is not None and not topic.closed
    return Close() if over else None


# The first that finds something to do has its way.
RULES: tuple[Rule, ...] = (_elsewhere, _card, _pin, _title, _open, _thread, _marks, _card_current, _closed)
