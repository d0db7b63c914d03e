"""`otklik due`: when a promise given at a moment falls due, and which working time that counts."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.cli.common import (
    DEFAULT_CONFIG,
    ConfigOption,
    JsonOption,
    Status,
    fail,
    load_settings,
    print_json,
    say,
)
from bot.moments import parse_moment
from bot.rules import rules
from desk.service_level import due as due_of
from desk.working_time import NoWorkingTime


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(due)


def due(
    level: Annotated[str, typer.Argument(metavar="LEVEL", help="The service level's key.")],
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="When the request was received; default now.")
    ] = None,
    calendar: Annotated[
        str | None, typer.Option(metavar="NAME", help="Another calendar than the level's.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Tell when a promise falls due, with the working intervals that are counted."""
    known = rules(load_settings(config))
    promised = known.level(level)
    if promised is None:
        fail(f"there is no level {level!r}; allowed: {', '.join(one.key for one in known.levels)}")
    name = calendar or promised.calendar
    if name not in known.calendars:
        fail(f"there is no calendar {name!r}; allowed: {', '.join(known.calendars)}")
    zone = known.calendars[name].timezone
    try:
        received_at = parse_moment(at, zone) if at else replace_microseconds(datetime.now(UTC))
        found = due_of(promised.react_within, known.calendars[name], received_at)
    except ValueError as exc:
        fail(f"--at: {exc}", Status.WRONG_USAGE)
    except NoWorkingTime as exc:
        fail(str(exc))
    if as_json:
        print_json(
            {
                "level": level,
                "received_at": received_at.astimezone(zone),
                "due_at": found.due_at.astimezone(zone),
                "working_seconds": found.working_seconds,
                "calendar": name,
                "intervals": [[a.astimezone(zone), b.astimezone(zone)] for a, b in found.intervals],
            }
        )
        return
    say(f"{promised.react_within} from {received_at.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}, calendar {name}")
    for opens, closes in found.intervals:
        say(f"  {opens.astimezone(zone):%a %Y-%m-%d %H:%M:%S} – {closes.astimezone(zone):%H:%M:%S}")
    say(f"due {found.due_at.astimezone(zone):%a %Y-%m-%d %H:%M:%S %Z}")


def replace_microseconds(moment: datetime) -> datetime:
    """A moment to the second, as promises are told."""
    return moment.replace(microsecond=0)
