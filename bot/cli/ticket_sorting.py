"""`otklik tickets level` and `kind`: the verbs that change what a ticket is entitled to."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.cli.common import DEFAULT_CONFIG, ConfigOption, JsonOption, load_settings
from bot.cli.ticket_options import AgentOption, Number, ticket_id_of
from bot.cli.ticket_verbs import WhyOption, do
from bot.rules import rules
from desk.service_level import AUTO
from desk.ticket import Kind
from replies.answering import Desk, set_level_now
from replies.verbs import entitling
from replies.verbs.sorting import set_kind
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

    async def verb(database: Database, desk: Desk, ticket_id: int, who: str) -> None:
        async def unit() -> object:
            now = datetime.now(UTC)
            if key == AUTO:
                return await entitling.level_by_rules(desk, ticket_id, who, why, now)
            return await set_level_now(desk, ticket_id, key, who, why, now)

        await database.writer.run(unit)

    do(config, number, agent, as_json, verb)


def kind(
    number: Number,
    kind: Annotated[Kind, typer.Argument(metavar="KIND", help="consultation, bug or improvement.")],
    agent: AgentOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Say what a ticket is about; whether the plan covers that is told, and moves nothing by itself."""

    async def verb(database: Database, desk: Desk, ticket_id: int, who: str) -> entitling.Today | None:
        async def unit() -> entitling.Today | None:
            now = datetime.now(UTC)
            await set_kind(desk, ticket_id, kind.value, who, now)
            return await entitling.coverage(desk, ticket_id, now)

        return await database.writer.run(unit)

    found = do(config, number, agent, as_json, verb)
    if isinstance(found, entitling.Today):
        settings = load_settings(config)
        written = rules(settings).numbering.format(ticket_id_of(settings, number))
        covers = "covers" if found.case.entitled.covered else "does not cover"
        advice = f"`otklik tickets level {written} {AUTO}` gives it {found.level.key}"
        typer.echo(f'the plan "{found.case.entitled.plan}" {covers} that: {advice}', err=True)
