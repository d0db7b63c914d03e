"""`otklik tickets …`, what else agents do: take, wait, postpone, merge, split, sort, hand over, log time."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import DEFAULT_CONFIG, ConfigOption, JsonOption, Status, fail, load_settings
from bot.cli.ticket_options import AgentOption, Number, ticket_id_of
from bot.cli.ticket_verbs import LedTo, WhyOption, do
from bot.config import Settings
from bot.moments import parse_moment
from bot.rules import file_store, rules
from desk.postponing import Reason
from desk.sound import LARGEST
from desk.ticket import PRIORITIES, Line
from desk.time_spent import Activity, length_of
from replies.answering import Desk, Refused
from replies.verbs import life, merging, sorting, spending, splitting
from storage import facts
from storage.database import Database
from storage.recordings import NewRecording
from storage.threads import in_thread


def register(group: typer.Typer) -> None:
    """Add the commands to `otklik tickets`."""
    for command in (take, wait, postpone, merge, split, priority, line):
        group.command()(command)
    group.command("time")(log_time)


def take(
    number: Number,
    agent: AgentOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Take a ticket: the agent works on it from now on."""

    async def verb(database: Database, desk: Desk, ticket_id: int, who: str) -> None:
        await database.writer.run(lambda: life.take(desk, ticket_id, who, datetime.now(UTC)))

    do(config, number, agent, as_json, verb)


def wait(
    number: Number,
    agent: AgentOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Wait for the client; the clock stands still meanwhile."""

    async def verb(database: Database, desk: Desk, ticket_id: int, who: str) -> None:
        await database.writer.run(lambda: life.wait(desk, ticket_id, who, datetime.now(UTC)))

    do(config, number, agent, as_json, verb)


def postpone(
    number: Number,
    reason: Annotated[Reason, typer.Argument(help="Why; the client gets its text.")],
    note: Annotated[str, typer.Option(metavar="TEXT", help="Words for the client besides.")] = "",
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Go on by itself at the first opening from then.")
    ] = None,
    agent: AgentOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Put a ticket off for a reason that the client is told."""
    why = life.Postponement(reason, note, _opening(load_settings(config), until))

    async def verb(database: Database, desk: Desk, ticket_id: int, who: str) -> None:
        await database.writer.run(lambda: life.postpone(desk, ticket_id, who, why, datetime.now(UTC)))

    do(config, number, agent, as_json, verb)


def merge(
    number: Number,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The ticket that goes on.")],
    agent: AgentOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Merge a ticket into another of the same client; prints the one that goes on."""
    into_id = ticket_id_of(load_settings(config), into)

    async def verb(database: Database, desk: Desk, ticket_id: int, who: str) -> LedTo:
        now = datetime.now(UTC)
        return LedTo(await database.writer.run(lambda: merging.merge(desk, ticket_id, into_id, who, now)))

    do(config, number, agent, as_json, verb)


def split(
    number: Number,
    message: Annotated[
        int, typer.Argument(metavar="MESSAGE", min=1, help="Its place in `tickets show`, 1 for the first.")
    ],
    agent: AgentOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Make a message of the client's a ticket of its own; prints the new one."""

    async def verb(database: Database, desk: Desk, ticket_id: int, who: str) -> LedTo:
        ticket = await facts.ticket(ticket_id)
        messages = ticket["messages"] if ticket is not None else []
        if ticket is not None and message > len(messages):
            raise Refused(f"{desk.numbering.format(ticket_id)} has {len(messages)} messages, no {message}")
        item = int(messages[message - 1]["id"]) if messages else 0
        now = datetime.now(UTC)
        return LedTo(await database.writer.run(lambda: splitting.split(desk, ticket_id, item, who, now)))

    do(config, number, agent, as_json, verb)


def priority(
    number: Number,
    value: Annotated[
        int, typer.Argument(metavar="PRIORITY", min=min(PRIORITIES), max=max(PRIORITIES), help="1, 2 or 3.")
    ],
    agent: AgentOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Give a ticket a priority."""

    async def verb(database: Database, desk: Desk, ticket_id: int, who: str) -> None:
        now = datetime.now(UTC)
        await database.writer.run(lambda: sorting.set_priority(desk, ticket_id, str(value), who, now))

    do(config, number, agent, as_json, verb)


def line(
    number: Number,
    to: Annotated[Line, typer.Argument(metavar="LINE", help=f"One of {', '.join(Line)}.")],
    why: WhyOption = "",
    agent: AgentOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Hand a ticket over to another line, whose chat gets it with all of its thread."""
    members = [one.name for one in load_settings(config).agents if one.line == to]

    async def verb(database: Database, desk: Desk, ticket_id: int, who: str) -> None:
        now = datetime.now(UTC)
        await database.writer.run(
            lambda: sorting.hand_over(desk, ticket_id, to.value, who, why, now, members=members)
        )

    do(config, number, agent, as_json, verb)


def log_time(
    number: Number,
    length: Annotated[str, typer.Argument(metavar="LENGTH", help="Such as 1:30, 90m or 1.5h.")],
    activity: Annotated[Activity, typer.Argument(help="What it was spent on.")],
    note: Annotated[str, typer.Option(metavar="TEXT", help="A note for the history.")] = "",
    recording: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Of a call or a remote session: Opus, MP3, M4A or WAV."),
    ] = None,
    agent: AgentOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Log working time on a ticket, with the recording of a call or a remote session."""
    try:
        spent_for = length_of(length)
    except ValueError as exc:
        fail(str(exc), Status.WRONG_USAGE)
    settings = load_settings(config)

    async def verb(database: Database, desk: Desk, ticket_id: int, who: str) -> None:
        kept = None
        if recording is not None:
            spending.check_recorded(activity)
            if await facts.ticket(ticket_id) is not None:  # else nothing is kept, and the verb refuses
                kept = await in_thread(_kept, settings, recording)
        spent = spending.Spent(spent_for, activity, note, kept)
        now = datetime.now(UTC)
        await database.writer.run(lambda: spending.spend(desk, ticket_id, who, spent, now))

    do(config, number, agent, as_json, verb)


def _kept(settings: Settings, path: Path) -> NewRecording:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as exc:
        raise Refused(f"{path}: {exc.strerror or exc}") from exc
    return spending.keep_recording(file_store(settings), content, path.name)


def _opening(settings: Settings, until: str | None) -> datetime | None:
    """The first opening (UTC) from a moment on, by the desk's first calendar."""
    if until is None:
        return None
    known = rules(settings)
    try:
        moment = parse_moment(until, known.zone)
    except ValueError as exc:
        fail(f"--until: {exc}", Status.WRONG_USAGE)
    return next(iter(known.calendars.values())).next_opening(moment)
