"""What stands in a ticket's place in a staff chat: its title and colour, and the card on top."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from desk.products import Product, product_of
from desk.service_level import Promise, ServiceLevel
from desk.ticket import Numbering
from desk.time_left import tells_until, told
from desk.timing import PAUSED_IN
from desk.working_time import Calendar
from replies.chats.events import line_name
from replies.chats.items import shown_address, worded
from replies.chats.notices import Notices
from replies.chats.sayings import Button, Saying
from replies.chats.splitting import MESSAGE, length
from replies.languages import Languages
from replies.names import plain_line
from replies.wording import Wording
from storage.tickets import TicketNow
from storage.topics import Item, TopicNow

TITLE = 128  # characters: https://core.telegram.org/bots/api#createforumtopic
# The colours that Telegram allows, the most urgent first: red, orange, yellow, violet, green, blue.
COLOURS = (0xFB6F5F, 0xFF93B2, 0xFFD67E, 0xCB86DB, 0x8EEE98, 0x6FB9F0)


@dataclass(frozen=True, slots=True)
class Cards:
    """Words what agents see of a ticket, in the desk's language.

    `people`: agents' Telegram ids by their names; `heads`: the names of the heads of support; `lines`: those
    of each line's agents. `paused_in`: the states in which clocks stand still.
    """

    languages: Languages
    language: str
    numbering: Numbering
    timezone: ZoneInfo
    levels: tuple[ServiceLevel, ...]
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    people: Mapping[str, int] = field(default_factory=dict)
    heads: tuple[str, ...] = ()
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    products: tuple[Product, ...] = ()
    paused_in: frozenset[str] = PAUSED_IN

    @property
    def words(self) -> Wording:
        """The desk's own language."""
        return Wording(self.languages, self.language, chat=True)

    @property
    def notices(self) -> Notices:
        """What has happened, in words."""
        return Notices(
            self.words, self.timezone, self.levels, self.people, self.heads, self.lines, self.products
        )

    def title(self, ticket: TicketNow) -> str:
        """Number and subject, as the topic is called."""
        subject = plain_line(ticket.subject) or self.words.text("staff.no-subject")
        return f"{self.numbering.format(ticket.id)} · {subject}"[:TITLE].strip()

    def colour(self, ticket: TicketNow) -> int:
        """One of Telegram's six, by level: the shorter the promise, the warmer."""

        def patience(level: ServiceLevel) -> tuple[bool, Decimal]:
            return level.react_within.unit == "days", level.react_within.amount

        by_promise = sorted(self.levels, key=patience)
        keys = [level.key for level in by_promise]
        return COLOURS[min(keys.index(ticket.level) if ticket.level in keys else 5, len(COLOURS) - 1)]

    def card(
        self, ticket: TicketNow, now: datetime, topic: TopicNow | None = None, request: str = ""
    ) -> Saying:
        """The card: who, how urgent, until when, whose; with the buttons of its state.

        `request`: the first item of the thread where it stands below the card, in the same message.
        """
        words = self.words
        lines = [
            self.title(ticket),
            words.text("staff.client", client=self._client(ticket)),
            *self._entitled(ticket),
            words.text("staff.level", level=self.notices.level(ticket.level)),
            *self._deadlines(ticket, now),
            words.text("staff.state", state=words.text(f"staff.state.{ticket.state}")),
            words.text("staff.line", line=line_name(ticket.line, words)),
            words.text("staff.assignee", name=plain_line(ticket.assignee or "") or "–"),
        ]
        if ticket.stage:
            stage = words.text(f"staff.stage.{ticket.stage}")
            lines.insert(-2, words.text("staff.stage", stage=stage))
        if topic is not None and topic.deleted:
            lines.append(words.text("staff.remade"))
        text = "\n".join(lines)
        return Saying(f"{text}\n\n{request}" if request else text, self._buttons(ticket))

    def with_request(self, ticket: TicketNow, now: datetime, topic: TopicNow, item: Item) -> Saying | None:
        """The card with a request below it, None where they are too long for one message."""
        saying = self.card(ticket, now, topic, worded(item, self.words))
        # The card grows when there is an assignee with a long name, or a deadline has passed.
        return saying if length(saying.text) <= MESSAGE - 500 else None

    def changes_at(self, ticket: TicketNow, now: datetime) -> datetime | None:
        """When (UTC) the card will tell another time that is left, None when it tells none."""
        calendar = self._calendar(ticket)
        if calendar is None:
            return None
        times = (tells_until(calendar, now, due_at) for _, due_at in _open_deadlines(ticket))
        return min((at for at in times if at is not None), default=None)

    def _calendar(self, ticket: TicketNow) -> Calendar | None:
        """By which its clocks run; None while they stand still."""
        if ticket.state == "closed" or ticket.state in self.paused_in:
            return None
        level = next((one for one in self.levels if one.key == ticket.level), None)
        return self.calendars.get(level.calendar) if level else None

    def _deadlines(self, ticket: TicketNow, now: datetime) -> list[str]:
        """By when it is to be answered and settled, and how much time is left for each."""
        answered = ticket.reacted_at is not None
        lines = [self.words.text("staff.reacted")] if answered else []
        return lines + [self._deadline(key, due_at, ticket, now) for key, due_at in _open_deadlines(ticket)]

    def _deadline(self, key: str, due_at: datetime, ticket: TicketNow, now: datetime) -> str:
        words, calendar = self.words, self._calendar(ticket)
        due = words.text(key, deadline=words.deadline(due_at, self.timezone))
        if ticket.state in self.paused_in:
            return words.text("staff.stands", due=due)
        if calendar is None:
            return due
        if now >= due_at:
            return words.text("staff.overdue", due=due)
        step = told(calendar.worked(now, due_at))
        if step is None:
            return words.text("staff.left.little", due=due)
        amount = words.duration(Promise(step, "hours"), genitive=True)
        return words.text("staff.left", due=due, amount=amount)

    def _entitled(self, ticket: TicketNow) -> list[str]:
        """The client's company with its curator, and what the request is about."""
        lines, words = [], self.words
        if company := plain_line(ticket.company):
            curator = plain_line(ticket.curator)
            key = "staff.company.curator" if curator else "staff.company"
            lines.append(words.text(key, company=company, curator=curator))
        product, version = product_of(self.products, ticket.product), plain_line(ticket.version)
        title = plain_line(product.title if product else ticket.product)
        if title:
            old = product is not None and product.is_outdated(version)
            key = f"staff.product{'.outdated' if old else '.version' if version else ''}"
            lines.append(words.text(key, product=title, version=version))
        elif version:
            lines.append(words.text("staff.version", version=version))
        return lines

    def _client(self, ticket: TicketNow) -> str:
        name, address = plain_line(ticket.client_name), shown_address(ticket.client_address, self.words)
        return f"{name} ({address})" if name else address

    def _buttons(self, ticket: TicketNow) -> tuple[tuple[Button, ...], ...]:
        words = self.words
        rows = BUTTONS["closed"] if ticket.state == "closed" else BUTTONS["open"]
        return tuple(
            tuple(Button(words.text(f"staff.button.{verb}"), f"{verb}:{ticket.id}") for verb in row)
            for row in rows
        )


def _open_deadlines(ticket: TicketNow) -> list[tuple[str, datetime]]:
    """The deadlines that are not met, each with the text that names it."""
    found = [] if ticket.reacted_at is not None else [("staff.due", ticket.reaction_due_at)]
    if ticket.resolution_due_at is not None and ticket.state != "closed":
        found.append(("staff.settle", ticket.resolution_due_at))
    return found


# The verbs of the buttons: `VERB:TICKET` is what comes back (see bot/telegram/agents).
BUTTONS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "open": (("take", "wait", "close"), ("level", "line", "assign")),
    "closed": (("reopen",),),
}


def place_link(chat_id: int, thread_id: int | None, message_id: int | None) -> str:
    """A link to a place in a supergroup for its members; "" in a group that has none."""
    digits = str(chat_id)
    if not digits.startswith("-100"):
        return ""
    return "https://t.me/c/" + "/".join(str(one) for one in (digits[4:], thread_id, message_id) if one)
