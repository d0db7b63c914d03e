"""`otklik tickets plan` and `stage`: the date and the stages of an improvement."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.cli.common import DEFAULT_CONFIG, ConfigOption, JsonOption, Status, fail
from bot.cli.ticket_options import AgentOption, Number
from bot.cli.ticket_verbs import do
from bot.moments import parse_day
from desk.stages import Stage
from replies.verbs import improving


def register(group: typer.Typer) -> None:
    """Add the commands to `otklik tickets`."""
    group.command()(plan)
    group.command()(stage)


def plan(
    number: Number,
    date: Annotated[str, typer.Argument(metavar="DATE", help="The last day, such as 2026-12-15.")],
    agent: AgentOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Set the day by which an improvement is ready; the client is told."""
    try:
        day = parse_day(date)
    except ValueError as exc:
        fail(f"DATE: {exc}", Status.WRONG_USAGE)
    do(
        config,
        number,
        agent,
        as_json,
        lambda database, desk, ticket_id, who: database.writer.run(
            lambda: improving.plan(desk, ticket_id, day, who, datetime.now(UTC))
        ),
    )


def stage(
    number: Number,
    name: Annotated[Stage, typer.Argument(metavar="STAGE", help=f"One of: {', '.join(Stage)}.")],
    why: Annotated[str, typer.Option(metavar="TEXT", help="Why; needed to go back.")] = "",
    agent: AgentOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Let an improvement enter a stage, leaving the one that it is in."""
    do(
        config,
        number,
        agent,
        as_json,
        lambda database, desk, ticket_id, who: database.writer.run(
            lambda: improving.enter_stage(desk, ticket_id, name, who, why, datetime.now(UTC))
        ),
    )
