"""A command as it was given: by whom, where, about which ticket, with which words; and what is said to it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.telegram.agents.desk import Agent, AgentsDesk
from replies.answering import Refused
from replies.chats.sayings import Button, button_token
from replies.faq.search import Faq
from replies.ready import ReadyAnswer
from replies.wording import Wording
from storage.recordings import NewRecording

_PER_ROW = 2
_LONGEST_DATA = 64  # bytes: https://core.telegram.org/bots/api#inlinekeyboardbutton
_BARE = re.compile(r"#?([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Extras:
    """What only commands have to know. `own_addresses`: the desk's, in lower case.

    `calendars`: by whose hours each agent works; who is not there, by the desk's first.
    """

    desk_name: str = ""
    ready: tuple[ReadyAnswer, ...] = ()
    own_addresses: frozenset[str] = frozenset()
    calendars: Mapping[str, str] = field(default_factory=dict)
    faq: Faq | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One command. `words`: what follows its name and number. `item_id`: the message that it replies to.

    `ticket_id` is None for a command that is about no ticket. `recording`: of a call, given with its time.
    """

    agent: Agent
    desk: AgentsDesk
    extras: Extras
    name: str
    words: str
    ticket_id: int | None = None
    item_id: int | None = None
    recording: NewRecording | None = None

    @property
    def texts(self) -> Wording:
        """The desk's own language."""
        return self.desk.words

    @property
    def ticket(self) -> int:
        """The ticket that it is about; only for a command that is about one."""
        assert self.ticket_id is not None
        return self.ticket_id

    @property
    def number(self) -> str:
        """The ticket's number as people see it."""
        return self.desk.cards.numbering.format(self.ticket)

    def said(self, key: str, *rows: Sequence[Button], **values: object) -> "Said":
        """A text of the catalogue; `number` is the ticket's, unless given."""
        if self.ticket_id is not None:
            values = {"number": self.number, **values}
        return Said(self.texts.text(key, **values), tuple(tuple(row) for row in rows), self.ticket_id)

    def choice(self, label: str, *words: str) -> Button:
        """A button that gives the same command with these words."""
        data = ":".join((self.name, str(self.ticket_id or 0), *words))
        if len(data.encode()) > _LONGEST_DATA:
            raise ValueError(f"{data} is too long for a button")
        return Button(label[:60], data)


@dataclass(frozen=True, slots=True)
class Said:
    """What is said to a command; pressing a button gives another one. `ticket_id`: which it is about.

    `links`: which words of the text lead where, in their order.
    """

    text: str
    rows: tuple[tuple[Button, ...], ...] = ()
    ticket_id: int | None = None
    links: tuple[tuple[str, str], ...] = ()


def rows_of(buttons: Sequence[Button], per_row: int = _PER_ROW) -> tuple[tuple[Button, ...], ...]:
    """Buttons in rows."""
    return tuple(tuple(buttons[at : at + per_row]) for at in range(0, len(buttons), per_row))


def wrong(asked: Asked, key: str, **values: object) -> Refused:
    """What is wrong with a command, in the desk's language, naming what is allowed."""
    return Refused(asked.texts.text(f"refused.{key}", **values), key, **values)


def number_in(text: str, desk: AgentsDesk, *, bare: bool) -> tuple[int | None, str]:
    """The ticket that a command's words begin with, and the words after it.

    `bare`: digits alone count as well, where no other number can be meant; #42 always does.
    """
    first, _, rest = text.partition(" ")
    found = desk.cards.numbering.find(first)
    if len(found) == 1:
        return found[0], rest.strip()
    plain = _BARE.fullmatch(first)
    if plain and (bare or first.startswith("#")) and int(plain[1]) > 0:
        return int(plain[1]), rest.strip()
    return None, text


def token_of(name: str) -> str:
    """An agent's name as buttons carry it: names may be longer than a button's data."""
    return button_token(name)


def agent_in(text: str, people: Sequence[Agent]) -> tuple[Agent | None, str]:
    """The agent whom the words begin with, by his name or its first word, and the words after it."""
    first, _, rest = text.partition(" ")
    for one in people:
        if first == token_of(one.name):
            return one, rest.strip()
    folded = text.casefold()
    named = [one for one in people if f"{folded} ".startswith(f"{one.name.casefold()} ")]
    if named:
        longest = max(named, key=lambda one: len(one.name))
        return longest, text[len(longest.name) :].strip()
    short = [one for one in people if one.name.casefold().split()[:1] == [first.casefold()]]
    return (short[0], rest.strip()) if len(short) == 1 else (None, text)
