"""What stands in a ticket's topic: its title and colour, the card on top, each item of its thread."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from desk.service_level import ServiceLevel
from desk.ticket import Numbering
from replies.chats.letters import sayings_of
from replies.chats.sayings import FILE, PICTURE, Button, ChatFile, Saying
from replies.languages import Languages
from replies.names import plain_line, plain_text
from replies.wording import Wording
from storage.tickets import TicketNow
from storage.topics import Item

TITLE = 128  # characters: https://core.telegram.org/bots/api#createforumtopic
# The colours that Telegram allows, the most urgent first: red, orange, yellow, violet, green, blue.
COLOURS = (0xFB6F5F, 0xFF93B2, 0xFFD67E, 0xCB86DB, 0x8EEE98, 0x6FB9F0)


@dataclass(frozen=True, slots=True)
class Cards:
    """Words what agents see of a ticket, in the desk's language."""

    languages: Languages
    language: str
    numbering: Numbering
    timezone: ZoneInfo
    levels: tuple[ServiceLevel, ...]

    @property
    def words(self) -> Wording:
        """The desk's own language."""
        return Wording(self.languages, self.language, chat=True)

    def title(self, ticket: TicketNow) -> str:
        """Number and subject, as the topic is called."""
        subject = plain_line(ticket.subject) or self.words.text("staff.no-subject")
        return f"{self.numbering.format(ticket.id)} · {subject}"[:TITLE]

    def colour(self, ticket: TicketNow) -> int:
        """One of Telegram's six, by level: the shorter the promise, the warmer."""

        def patience(level: ServiceLevel) -> tuple[bool, Decimal]:
            return level.react_within.unit == "days", level.react_within.amount

        by_promise = sorted(self.levels, key=patience)
        keys = [level.key for level in by_promise]
        return COLOURS[min(keys.index(ticket.level) if ticket.level in keys else 5, len(COLOURS) - 1)]

    def card(self, ticket: TicketNow) -> Saying:
        """The card: who, how urgent, until when, whose; with the buttons of its state."""
        words = self.words
        level = next((one for one in self.levels if one.key == ticket.level), None)
        title = level.title(self.language, self.language) if level else ticket.level
        lines = [
            self.title(ticket),
            words.text("staff.client", client=self._client(ticket)),
            words.text("staff.level", level=title),
            words.text("staff.due", deadline=words.deadline(ticket.reaction_due_at, self.timezone))
            if ticket.reacted_at is None
            else words.text("staff.reacted"),
            words.text("staff.state", state=words.text(f"staff.state.{ticket.state}")),
            words.text("staff.assignee", name=plain_line(ticket.assignee or "") or "–"),
        ]
        return Saying("\n".join(lines), self._buttons(ticket))

    def item(self, item: Item) -> tuple[Saying, ...]:
        """An item of the thread: what the client wrote, what an agent answered elsewhere, or a note."""
        words = self.words
        author = plain_line(item.author or item.address)
        head = words.text(f"staff.item.{item.direction}", author=author)
        lines = [head, plain_text(item.new_text or item.text).strip()]
        if item.origin:
            lines.insert(1, words.text("staff.origin", author=plain_line(item.origin)))
        lines += [words.text("staff.declined", name=plain_line(str(one["name"]))) for one in item.declined]
        files = [ChatFile(one["sha256"], one["name"], one["media_type"], PICTURE) for one in item.screenshots]
        files += [
            ChatFile(one["sha256"], one["name"], one["media_type"], PICTURE if one["as_picture"] else FILE)
            for one in item.attachments
        ]
        return sayings_of("\n".join(line for line in lines if line), tuple(files))

    def _client(self, ticket: TicketNow) -> str:
        name = plain_line(ticket.client_name)
        return f"{name} ({ticket.client_address})" if name else ticket.client_address

    def _buttons(self, ticket: TicketNow) -> tuple[tuple[Button, ...], ...]:
        words = self.words
        if ticket.state == "closed":
            return ((Button(words.text("staff.button.reopen"), f"reopen:{ticket.id}"),),)
        return (
            (
                Button(words.text("staff.button.take"), f"take:{ticket.id}"),
                Button(words.text("staff.button.close"), f"close:{ticket.id}"),
            ),
        )

    def time_left(self, ticket: TicketNow, now: datetime) -> bool:
        """Whether the reaction is still due."""
        return ticket.reacted_at is None and now < ticket.reaction_due_at
