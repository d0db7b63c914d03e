"""Which ticket, and in whose name: what the commands on one ticket share."""

import getpass
from typing import Annotated

import typer

from bot.cli.common import fail
from bot.config import Settings
from bot.rules import rules

Number = Annotated[
    str, typer.Argument(metavar="NUMBER", help="The ticket's number, such as AS-000042 or 42.")
]
AgentOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="Who does it; default: the first agent configured.")
]


def ticket_id_of(settings: Settings, number: str) -> int:
    """The id of the ticket with that number; anything else ends the command."""
    if number.isascii() and number.isdigit() and 0 < int(number) < 10**18:
        return int(number)
    found = rules(settings).numbering.find(number)
    if len(found) != 1:
        fail(f"{number!r} is no ticket number; allowed: one such as {rules(settings).numbering.format(42)}")
    return found[0]


def agent_name(settings: Settings, name: str | None) -> str:
    """The agent of that name, else the first one, else whoever types; an unknown one ends the command."""
    names = [agent.name for agent in settings.agents]
    if name is None:
        return names[0] if names else getpass.getuser()
    if names and name not in names:
        fail(f"there is no agent {name!r}; configured: {', '.join(names)}")
    return name
