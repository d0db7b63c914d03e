"""The table of commands: what each is called, what it does, who may give it, and where."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.telegram.agents.commands import (
    companies,
    faq,
    improvements,
    life,
    lists,
    people,
    reports,
    sorting,
    threads,
    work,
)
from bot.telegram.agents.commands.asked import Asked, Said
from bot.telegram.agents.rights import ROLES

Ask = Callable[[Asked], Awaitable[Said | None]]
Do = Callable[[Asked, datetime], Awaitable[Said]]

TICKET, CHAT, EITHER = "ticket", "chat", "either"


@dataclass(frozen=True, slots=True)
class Command:
    """A command; its help is the text `help.NAME`.

    `where`: TICKET, in a ticket's topic or with its number; CHAT, anywhere in the staff chat; EITHER,
    anywhere, and in a ticket's topic about that ticket. `ask` reads alone: it says what is wanted, or None
    once nothing more is to be chosen, when `do` makes the effects.
    `numbered`: its words may begin with the number of another ticket, so in a topic one number is that.
    `apart`: what `ask` looks up takes its time, or files, so it runs outside any transaction.
    """

    where: str
    ask: Ask | None = None
    do: Do | None = None
    roles: tuple[str, ...] = ROLES
    numbered: bool = False
    apart: bool = False


COMMANDS: Mapping[str, Command] = {
    "take": Command(TICKET, do=life.take),
    "assign": Command(TICKET, sorting.whom, sorting.assign),
    "line": Command(TICKET, sorting.which_line, sorting.hand_over),
    "level": Command(TICKET, sorting.which_level, sorting.set_level),
    "priority": Command(TICKET, sorting.which_priority, sorting.set_priority),
    "kind": Command(TICKET, sorting.which_kind, sorting.set_kind),
    "plan": Command(TICKET, do=improvements.plan),
    "stage": Command(TICKET, improvements.which_stage, improvements.enter),
    "wait": Command(TICKET, do=life.wait),
    "postpone": Command(TICKET, life.which_reason, life.postpone),
    "close": Command(TICKET, life.as_what, life.close),
    "reopen": Command(TICKET, do=life.reopen),
    "merge": Command(TICKET, threads.merge_into_which, threads.merge, numbered=True),
    "split": Command(TICKET, threads.split_which, threads.split),
    "person": Command(TICKET, do=threads.add_person),
    "time": Command(TICKET, work.which_activity, work.log_time),
    "ready": Command(TICKET, work.which_answer, work.send_ready),
    "faq": Command(TICKET, faq.which_entry, faq.send_entry, apart=True),
    "client": Command(TICKET, lists.client),
    "block": Command(TICKET, do=threads.block),
    "company": Command(EITHER, companies.company),
    "note": Command(TICKET, do=companies.note),
    "link": Command(TICKET, companies.which_company, companies.link),
    "unlink": Command(TICKET, do=companies.unlink),
    "edit": Command(EITHER, do=companies.edit, roles=("head", "admin")),
    "find": Command(CHAT, lists.find),
    "mine": Command(CHAT, lists.mine),
    "queue": Command(CHAT, lists.queue),
    "away": Command(CHAT, people.who_is_away, people.go_away),
    "back": Command(CHAT, do=people.back),
    "report": Command(CHAT, reports.report),
}
# Commands whose handlers stand in other rooms, which help tells of as well.
ELSEWHERE: Mapping[str, tuple[str, ...]] = {"undo": ROLES, "summary": ROLES}
HELP = Command(CHAT, reports.help_on({**{name: one.roles for name, one in COMMANDS.items()}, **ELSEWHERE}))


def command_of(name: str) -> Command | None:
    """The command of that name; /start is what a bot is greeted with."""
    return HELP if name in ("help", "start") else COMMANDS.get(name)
