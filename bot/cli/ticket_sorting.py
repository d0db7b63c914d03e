"""`otklik tickets level` and `kind`: the verbs that change what a ticket is entitled to."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from bot.cli.common import DEFAULT_CONFIG, ConfigOption, JsonOption, fail, load_settings, print_json, say
from bot.cli.database import with_database
from bot.cli.ticket_options import AgentOption, Number, agent_name, ticket_id_of
from bot.cli.ticket_verbs import WhyOption
from bot.cli.ticket_views import listed, listed_line
from bot.rules import rules, verbs_desk
from desk.service_level import AUTO
from desk.ticket import Kind, NotAllowed
from replies.answering import Refused, set_level_now
from replies.verbs import entitling
from replies.verbs.sorting import set_kind
from storage import facts
from storage.database import Database


def level(
    number: Number,
    key: Annotated[
        str,
        typer.Argument(metavar="LEVEL", help='The level\'s key, or "auto" for that of the rules.'),
    ],
    why: WhyOption = "",
    agent: AgentOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Give a ticket another service level; the client is told, with --why as the reason."""
    settings = load_settings(config)
    ticket_id, who, desk = ticket_id_of(settings, number), agent_name(settings, agent), verbs_desk(settings)

    async def unit() -> object:
        now = datetime.now(UTC)
        if key == AUTO:
            return await entitling.level_by_rules(desk, ticket_id, who, why, now)
        return await set_level_now(desk, ticket_id, key, who, why, now)

    async def work(database: Database) -> Mapping[str, Any] | None:
        await database.writer.run(unit)
        return await facts.ticket(ticket_id)

    try:
        ticket = with_database(settings, work)
    except (Refused, NotAllowed) as exc:
        fail(str(exc))
    _tell(config, ticket, as_json)


def kind(
    number: Number,
    kind: Annotated[Kind, typer.Argument(metavar="KIND", help="consultation, bug or improvement.")],
    agent: AgentOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Say what a ticket is about; whether the plan covers that is told, and moves nothing by itself."""
    settings = load_settings(config)
    ticket_id, who, desk = ticket_id_of(settings, number), agent_name(settings, agent), verbs_desk(settings)

    async def unit() -> entitling.Today | None:
        now = datetime.now(UTC)
        await set_kind(desk, ticket_id, kind.value, who, now)
        return await entitling.coverage(desk, ticket_id, now)

    async def work(database: Database) -> tuple[entitling.Today | None, Mapping[str, Any] | None]:
        return await database.writer.run(unit), await facts.ticket(ticket_id)

    try:
        found, ticket = with_database(settings, work)
    except (Refused, NotAllowed) as exc:
        fail(str(exc))
    _tell(config, ticket, as_json)
    if found is not None:
        covers = "covers" if found.case.entitled.covered else "does not cover"
        verb = f"otklik tickets level {desk.numbering.format(ticket_id)} {AUTO}"
        advice = f"`{verb}` gives it {found.level.key}"
        typer.echo(f'the plan "{found.case.entitled.plan}" {covers} that: {advice}', err=True)


def _tell(config: Any, ticket: Mapping[str, Any] | None, as_json: bool) -> None:
    assert ticket is not None  # the verb has just found it
    known = rules(load_settings(config))
    if as_json:
        print_json(listed(ticket, known.numbering.format))
    else:
        say(listed_line(ticket, known.numbering.format, known.zone))
