"""`otklik tickets add-person` and `remove-person`: who takes part in a ticket besides its client."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError

from bot.cli.common import DEFAULT_CONFIG, ConfigOption, JsonOption, fail, load_settings, print_json, say
from bot.cli.database import with_database
from bot.cli.ticket_options import AgentOption, Number, agent_name, ticket_id_of
from bot.config.fields import MailAddress
from bot.rules import own_addresses, rules
from storage import facts
from storage.database import Database
from storage.participants import NoTicket, Participants, TakesNoPart, TakesPart

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="The person's e-mail address.")]
Change = Callable[[Participants, int, str, str, datetime], Awaitable[None]]


def add_person(
    number: Number,
    address: Address,
    agent: AgentOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Let a person's mail join a ticket. Answers go on going to the client alone, who alone rates."""
    _change(config, number, address, agent, as_json, Participants.add)


def remove_person(
    number: Number,
    address: Address,
    agent: AgentOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Undo add-person: what the person has written stays."""
    _change(config, number, address, agent, as_json, Participants.remove)


def _change(config: Any, number: str, address: str, agent: str | None, as_json: bool, change: Change) -> None:
    settings = load_settings(config)
    ticket_id, who = ticket_id_of(settings, number), agent_name(settings, agent)
    try:
        person = TypeAdapter(MailAddress).validate_python(address).lower()
    except ValidationError:
        fail(f"{address!r} is no e-mail address; allowed: one such as olga@example.org")
    if person in own_addresses(settings):
        fail(f"{person} is the desk's own address")

    async def work(database: Database) -> list[str]:
        await change(Participants(database), ticket_id, person, who, datetime.now(UTC))
        ticket = await facts.ticket(ticket_id)
        return [] if ticket is None else [one["address"] for one in ticket["participants"]]

    written = rules(settings).numbering.format(ticket_id)
    try:
        persons = with_database(settings, work)
    except NoTicket:
        fail(f"there is no ticket {number}")
    except (TakesPart, TakesNoPart) as exc:
        fail(str(exc))
    if as_json:
        print_json({"number": written, "participants": persons})
    else:
        say(f"{written}: besides its client takes part: {', '.join(persons) or 'nobody'}")
