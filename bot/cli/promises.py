"""`otklik due`: when a promise given at a moment falls due, and which working time that counts."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

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
from desk.clock import Pause, due_with, merged
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
    pause: Annotated[
        list[str] | None,
        typer.Option(metavar="FROM..TO", help="A time for which the clock stood still; any number."),
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
    except ValueError as exc:
        fail(f"--at: {exc}", Status.WRONG_USAGE)
    pauses = [_pause(one, zone) for one in pause or ()]
    try:
        found = due_with(promised.react_within, known.calendars[name], received_at, pauses)
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
                "pauses": [
                    [one.since.astimezone(zone), _end(one).astimezone(zone)] for one in merged(pauses)
                ],
                "intervals": [[a.astimezone(zone), b.astimezone(zone)] for a, b in found.intervals],
            }
        )
        return
    say(f"{promised.react_within} from {received_at.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}, calendar {name}")
    for one in merged(pauses):
        begins, ends = one.since.astimezone(zone), _end(one).astimezone(zone)
        say(f"  not counted: {begins:%a %Y-%m-%d %H:%M:%S} – {ends:%a %Y-%m-%d %H:%M:%S}")
    for opens, closes in found.intervals:
        say(f"  {opens.astimezone(zone):%a %Y-%m-%d %H:%M:%S} – {closes.astimezone(zone):%H:%M:%S}")
    say(f"due {found.due_at.astimezone(zone):%a %Y-%m-%d %H:%M:%S %Z}")


def _pause(text: str, zone: ZoneInfo) -> Pause:
    """A pause as it is typed; anything else ends the command."""
    since, dots, until = text.partition("..")
    try:
        if not dots:
            raise ValueError(f"{text!r} has no two dots between the beginning and the end")
        pause = Pause(parse_moment(since.strip(), zone), parse_moment(until.strip(), zone))
        if _end(pause) < pause.since:
            raise ValueError(f"{text!r} ends before it begins")
    except ValueError as exc:
        fail(f"--pause: {exc}; allowed: FROM..TO", Status.WRONG_USAGE)
    return pause


def _end(pause: Pause) -> datetime:
    return pause.until or pause.since


def replace_microseconds(moment: datetime) -> datetime:
    """A moment to the second, as promises are told."""
    return moment.replace(microsecond=0)
