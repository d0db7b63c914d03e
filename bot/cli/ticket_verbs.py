"""How a verb on one ticket is carried out on the command line, and the ticket told as it is then."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.common import fail, load_settings, print_json, say
from bot.cli.database import with_database
from bot.cli.ticket_options import agent_name, ticket_id_of
from bot.cli.ticket_views import listed, listed_line
from bot.rules import rules, verbs_desk
from desk.ticket import NotAllowed
from replies.answering import Desk, Refused
from storage import facts
from storage.database import Database

WhyOption = Annotated[str, typer.Option(metavar="TEXT", help="Why, for the history.")]

Verb = Callable[[Database, Desk, int, str], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class LedTo:
    """The ticket that a verb has led to."""

    ticket_id: int


def do(config: Path, number: str, agent: str | None, as_json: bool, verb: Verb) -> object:
    """Carry out a verb and tell the ticket as it is then; what is refused ends the command with status 1.

    Of a verb that leads to another ticket that one is told. Returns what the verb has returned.
    """
    settings = load_settings(config)
    ticket_id, who, desk = ticket_id_of(settings, number), agent_name(settings, agent), verbs_desk(settings)

    async def work(database: Database) -> tuple[object, dict[str, Any]]:
        outcome = await verb(database, desk, ticket_id, who)
        ticket = await facts.ticket(outcome.ticket_id if isinstance(outcome, LedTo) else ticket_id)
        assert ticket is not None  # the verb has just found it
        return outcome, ticket

    try:
        outcome, ticket = with_database(settings, work)
    except (Refused, NotAllowed) as exc:
        fail(str(exc))
    not_invited = {"not_invited": outcome} if isinstance(outcome, str) else {}
    if as_json:
        print_json({**listed(ticket, desk.numbering.format), **not_invited})
    else:
        say(listed_line(ticket, desk.numbering.format, rules(settings).zone))
        if outcome and not_invited:
            say(f"the client is not asked for a rating: {outcome}")
    return outcome
