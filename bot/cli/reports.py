"""`otklik report NAME`: a report as table, JSON, CSV or PNG chart."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.common import DEFAULT_CONFIG, ConfigOption, Status, fail, load_settings, say
from bot.cli.database import with_database
from bot.config import Settings
from bot.moments import day_start, parse_day
from bot.rules import languages, rules
from desk.figures import By, RatingFacts, by_group, by_period, figures
from desk.periods import Frequency
from desk.periods import preceding as preceding_days
from replies.comparison import Preceding, Row
from replies.export import RatingsReport, as_csv, as_json, as_table
from replies.wording import Wording
from storage import facts
from storage.facts import RatedClosure

GROUPS = ("agent", "line", "level", "kind", "priority", "channel")
NAMES = ("ratings",)


class Format(StrEnum):
    """In which form a report is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    PNG = "png"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(report)


def report(
    name: Annotated[str, typer.Argument(metavar="NAME", help=f"One of: {', '.join(NAMES)}.")],
    since: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day; default: 30 days ago.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="Last day; default: today.")
    ] = None,
    by: Annotated[By, typer.Option(help="By which date a closure counts.")] = By.CLOSED,
    group: Annotated[
        str | None, typer.Option(metavar="KEY", help=f"Group by one of: {', '.join(GROUPS)}.")
    ] = None,
    frequency: Annotated[Frequency, typer.Option(help="How long the periods are.")] = Frequency.WEEK,
    only: Annotated[
        list[str] | None, typer.Option("--filter", metavar="KEY=VALUE", help="Only these; may be repeated.")
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="With the preceding period, and what has changed.")
    ] = False,
    form: Annotated[Format, typer.Option("--format", help="In which form.")] = Format.TABLE,
    json_form: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="ru, uk, en or fi; default: the desk's.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Print a report; a chart goes to standard output as PNG, so send it to a file."""
    if name not in NAMES:
        fail(f"there is no report {name!r} in this version; it has: {', '.join(NAMES)}")
    if group is not None and group not in GROUPS:
        fail(f"--group: {group!r}; allowed: {', '.join(GROUPS)}", Status.WRONG_USAGE)
    settings = load_settings(config)
    zone = rules(settings).zone
    first, last = _span(since, until, zone)
    wanted = _filters(only or [])
    before = preceding_days(first, last) if compare else None
    spans = [(first, last), *([before] if before else [])]
    found = with_database(settings, lambda _: _read([_moments(span, zone) for span in spans], by))
    kept, *former = [_kept(closures, wanted) for closures in found]
    start, end = _moments((first, last), zone)
    rows: tuple[Row, ...] = (
        _grouped(kept, group) if group else by_period(kept, frequency, zone, on=by, since=start, until=end)
    )
    preceding = None
    if before:
        preceding = Preceding(*before, _grouped(former[0], group), figures(former[0]))
    told = RatingsReport(settings.desk.name, by, first, last, rows, figures(kept), group, preceding)
    _print(
        told, Format.JSON if json_form else form, Wording(languages(settings), _language(settings, language))
    )


def _print(told: RatingsReport, form: Format, words: Wording) -> None:
    if form is Format.TABLE:
        say(as_table(told, words).rstrip("\n"))
        return
    if form is Format.PNG:
        if sys.stdout.isatty():
            fail("a terminal can't show a PNG; send it to a file: otklik report … --format png > chart.png")
        # Imported here: drawing costs half a second and 60 MB.
        from replies.charts import ratings_chart

        content = ratings_chart(told, words)
    elif form is Format.CSV:
        content = as_csv(told)
    else:
        content = as_json(told, words).encode("utf-8", "backslashreplace")
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _language(settings: Settings, language: str | None) -> str:
    if language is not None and language not in ("ru", "uk", "en", "fi"):
        fail(f"--language: {language!r}; allowed: ru, uk, en, fi", Status.WRONG_USAGE)
    return language or settings.desk.language


def _span(since: str | None, until: str | None, zone: ZoneInfo) -> tuple[date, date]:
    try:
        last = parse_day(until) if until else datetime.now(UTC).astimezone(zone).date()
        first = parse_day(since) if since else last - timedelta(days=29)
    except ValueError as exc:
        fail(str(exc), Status.WRONG_USAGE)
    if first > last:
        fail(f"--from {first} lies after --to {last}", Status.WRONG_USAGE)
    return first, last


def _moments(span: tuple[date, date], zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when (included) until when (excluded) the days of a span last, in UTC."""
    first, last = span
    return day_start(first, zone), day_start(last + timedelta(days=1), zone)


async def _read(spans: Sequence[tuple[datetime, datetime]], by: By) -> list[list[RatedClosure]]:
    return [await facts.closures(start, end, by.value) for start, end in spans]


def _kept(closures: Iterable[RatedClosure], wanted: Mapping[str, str]) -> list[RatingFacts]:
    told = [_facts(one) for one in closures]
    return [one for one in told if all(one.keys.get(key) == value for key, value in wanted.items())]


def _grouped(kept: Sequence[RatingFacts], group: str | None) -> tuple[Row, ...]:
    return tuple(by_group(kept, group).items()) if group else ()


def _filters(only: list[str]) -> Mapping[str, str]:
    wanted = {}
    for one in only:
        key, equals, value = one.partition("=")
        if not equals or key not in GROUPS:
            fail(
                f"--filter: {one!r}; allowed: KEY=VALUE with KEY one of {', '.join(GROUPS)}",
                Status.WRONG_USAGE,
            )
        wanted[key] = value
    return wanted


def _facts(closure: RatedClosure) -> RatingFacts:
    keys = {key: getattr(closure, key) for key in GROUPS}
    return RatingFacts(
        closed_at=closure.closed_at,
        invited=closure.invited,
        stars=closure.stars,
        satisfied=closure.satisfied,
        recommend=closure.recommend,
        comment=closure.comment or None,
        created_at=closure.created_at,
        first_answer_at=closure.reacted_at,
        rated_at=closure.rated_at,
        keys={key: value for key, value in keys.items() if value},
    )
