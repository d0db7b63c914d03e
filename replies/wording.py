"""Numbers, dates, deadlines, names and lists as each language writes them (the desk's style sheets)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_day_names

from desk.figures import rounded
from desk.periods import Frequency, Period
from desk.service_level import Promise
from desk.working_time import END_OF_DAY, Calendar, Hours
from replies.languages import Languages
from replies.names import person_to_greet, plain_line, shown_file_name

MOST_NAMED = 10  # files named in one sentence; of more, only the number is told

_NBSP = "\u00a0"
_DAY = {
    "ru": f"d{_NBSP}MMMM y{_NBSP}'г.'",
    "uk": f"d{_NBSP}MMMM y{_NBSP}'р.'",
    "en": f"d{_NBSP}MMMM y",
    "fi": "d.M.y",
}
_SHORT_DAY = {"ru": "dd.MM.y", "uk": "dd.MM.y", "en": f"d{_NBSP}MMM y", "fi": "d.M.y"}
_QUARTERS = {"ru": "{} кв. {}", "uk": "{} кв. {}", "en": "Q{} {}", "fi": "Q{}/{}"}
_OUTER = {"ru": "«»", "uk": "«»", "en": "“”", "fi": "””"}
_INNER = {"ru": "„“", "uk": "„“", "en": "‘’", "fi": "’’"}
_UNITS = ("bytes", "kilobytes", "megabytes", "gigabytes")
_OLD_ZONE_NAMES = {"Europe/Kiev": "Europe/Kyiv"}


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of one language, and how it writes what goes into them.

    `chat`: for a message in a chat; a text `KEY.chat` then stands in for the mail's.
    """

    languages: Languages
    language: str
    chat: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "language", self.languages.resolve(self.language))

    def text(self, key: str, **values: object) -> str:
        """The text of that name; see `Languages.text`."""
        in_chat = f"{key}.chat"
        if self.chat and self.languages.has(in_chat):
            key = in_chat
        return self.languages.text(self.language, key, **values)

    def plural(self, key: str, n: int | Decimal, **values: object) -> str:
        """The text of that name in the form for the number `n`; see `Languages.plural`."""
        return self.languages.plural(self.language, key, n, **values)

    # --- numbers ---

    def number(self, n: int | Decimal) -> str:
        """12 400, 1,5 as the language writes them, without needless zeros."""
        return self.languages.number(self.language, n)

    def decimal(self, value: Fraction | Decimal, places: int = 2) -> str:
        """Rounded, halves away from zero, and always with that many decimals: 4,00."""
        whole, _, decimals = f"{rounded(Fraction(value), places):f}".partition(".")
        sign = "." if self.language == "en" else ","
        return f"{whole}{sign}{decimals}" if decimals else whole

    def percent(self, share: Fraction | None) -> str:
        """A share from 0 to 1 in whole per cent, a dash where there was nothing to divide by."""
        if share is None:
            return "–"
        return f"{self.decimal(share * 100, 0)}{'' if self.language == 'en' else _NBSP}%"

    def of_five(self, mean: Fraction | None) -> str:
        """`4,00 из 5`; a dash without a mean."""
        return "–" if mean is None else self.text("number.of-five", mean=self.decimal(mean))

    def size(self, count: int) -> str:
        """A size given in bytes: 512 Б, 1,5 МБ, 10 МБ (1 КБ is 1024 bytes)."""
        amount, unit = Fraction(count), 0
        while rounded(amount, 1) >= 1024 and unit < len(_UNITS) - 1:
            amount, unit = amount / 1024, unit + 1
        shown = rounded(amount, 1 if amount < 100 else 0)
        return self.text(f"size.{_UNITS[unit]}", n=self.number(shown))

    def duration(self, promise: Promise, *, genitive: bool = False) -> str:
        """`8 рабочих часов`; the genitive is for "в течение …", "протягом …", "… kuluessa"."""
        return self.plural(f"duration.{promise.unit}{'.genitive' if genitive else ''}", promise.amount)

    # --- moments ---

    def day(self, day: date) -> str:
        """`23 ноября 2026 г.`"""
        return format_date(day, _DAY[self.language], locale=self.language)

    def clock(self, moment: datetime | time) -> str:
        """`13:30`, in Finnish `klo 13.30`, of a moment that is in its zone already."""
        if self.language == "fi":
            return f"klo{_NBSP}{moment.hour}.{moment.minute:02}"
        return f"{moment.hour:02}:{moment.minute:02}"

    def moment(self, moment: datetime, zone: ZoneInfo) -> str:
        """`23 ноября 2026 г., 13:30` of an aware moment, without the zone's name."""
        local = _local(moment, zone)
        return f"{self.day(local)}{' ' if self.language == 'fi' else ', '}{self.clock(local)}"

    def deadline(self, moment: datetime, zone: ZoneInfo) -> str:
        """`23 ноября 2026 г., 13:30 (МСК)` of an aware moment; ValueError for a naive one."""
        return f"{self.moment(moment, zone)} ({self.zone(zone, moment)})"

    def former(self, old: datetime, new: datetime, zone: ZoneInfo) -> str:
        """The deadline that `new` replaces, told after it: the time alone if the day is the same."""
        before, after = _local(old, zone), _local(new, zone)
        return self.clock(before) if before.date() == after.date() else self.moment(old, zone)

    def zone(self, zone: ZoneInfo, moment: datetime) -> str:
        """What clients call a time zone; for one without a name of ours `UTC+5`, as it is at `moment`."""
        key = _OLD_ZONE_NAMES.get(zone.key, zone.key)
        if f"zone.{key}" in self.languages.keys():  # noqa: SIM118 - no mapping
            return self.text(f"zone.{key}")
        offset = moment.astimezone(zone).utcoffset() or timedelta()
        minutes = abs(offset) // timedelta(minutes=1)
        if not minutes:
            return "UTC"
        rest = f":{minutes % 60:02}" if minutes % 60 else ""
        return f"UTC{'+' if offset > timedelta() else '−'}{minutes // 60}{rest}"

    def span(self, opens: time, closes: time) -> str:
        """`05:00–14:00`, in Finnish `5–14` (after a "klo" of the caller's)."""
        start, end = (opens.hour, opens.minute), (closes.hour, closes.minute)
        if closes == END_OF_DAY:
            end = (24, 0)
        if self.language != "fi":
            return "–".join(f"{hour:02}:{minute:02}" for hour, minute in (start, end))
        if start[1] == end[1] == 0:
            return f"{start[0]}–{end[0]}"
        return "–".join(f"{hour}.{minute:02}" for hour, minute in (start, end))

    def opening_hours(self, calendar: Calendar, at: datetime, *, inside: bool = False) -> str:
        """`По рабочим дням, 05:00–14:00 (МСК)`; empty for a calendar without regular hours.

        `inside`: within a sentence, `по рабочим дням 05:00–14:00 (МСК)`.
        """
        if not calendar.regular_hours:
            return ""
        kinds = dict.fromkeys(hours for hours in calendar.week if hours)
        parts = [self._days_and_hours(calendar, hours, ".inside" if inside else "") for hours in kinds]
        line = "; ".join(parts)
        line = line if inside else line[0].upper() + line[1:]
        return self.text("hours.zone", hours=line, zone=self.zone(calendar.timezone, at))

    def period(self, period: Period) -> str:
        """A report's period: `23.11.2026`, `23–29.11.2026`, `нояб. 2026`, `IV кв. 2026`, `2026`."""
        first = period.first_day
        match period.frequency:
            case Frequency.YEAR:
                return str(first.year)
            case Frequency.QUARTER:
                quarter = (first.month + 2) // 3
                shown = ("I", "II", "III", "IV")[quarter - 1] if self.language in ("ru", "uk") else quarter
                return _QUARTERS[self.language].format(shown, first.year)
            case Frequency.MONTH:
                return format_date(first, "LLL y", locale=self.language)
            case Frequency.WEEK:
                return self._week(first, first + timedelta(days=6))
        return self.short_day(first)

    def short_day(self, day: date) -> str:
        """`23.11.2026`, for tables and charts."""
        return format_date(day, _SHORT_DAY[self.language], locale=self.language)

    def days(self, first: date, last: date) -> str:
        """`01.11.2026–30.11.2026`, a span of days with both included."""
        return f"{self.short_day(first)}–{self.short_day(last)}"

    def _week(self, first: date, last: date) -> str:
        if first.month != last.month:
            return f"{self.short_day(first)}–{self.short_day(last)}"
        return f"{first.day}{'.' if self.language == 'fi' else ''}–{self.short_day(last)}"

    # --- names and lists ---

    def greeting(self, name: str | None, vocative: str | None = None) -> str:
        """The greeting, by name if the directory has one that can be used as it is.

        Ukrainian greets in the vocative alone, so there `name` is never used.
        """
        given = vocative if self.language == "uk" else name
        person = person_to_greet(given, first_name_alone=self.language in ("en", "fi"))
        return self.text("letter.greeting.named", name=person) if person else self.text("letter.greeting")

    def quotable(self, text: str) -> str:
        """`text` fit to stand inside quotation marks: the same marks within become the inner ones."""
        outer, inner = _OUTER[self.language], _INNER[self.language]
        return plain_line(text).translate(str.maketrans(outer, inner))

    def file(self, name: str, *, quoted: bool) -> str:
        """A file's name as it can be shown to its sender."""
        shown = shown_file_name(name)
        if not shown:
            return self.text("list.file", name=self.text("file.unnamed"))
        return self.text("list.file", name=self.quotable(shown)) if quoted else shown

    def files(self, names: Sequence[str], *, quoted: bool) -> str:
        """The first ten names in a row, and how many more there are."""
        shown = [self.file(name, quoted=quoted) for name in names[:MOST_NAMED]]
        if more := len(names) - len(shown):
            return self.text("list.more", rest=", ".join(shown), n=self.number(more))
        return self._row(shown, "list.last")

    def row(self, items: Sequence[str]) -> str:
        """Items in a row: `консультации, исправление ошибок и доработка программы`."""
        return self._row(items, "list.last")

    def formats(self, names: Sequence[str]) -> str:
        """`JPG, GIF и PNG`; in Finnish `JPG-, GIF- ja PNG-`, to which the text joins its noun."""
        return self._row([self.text("list.format", name=name) for name in names], "list.format.last")

    def _row(self, items: Sequence[str], last: str) -> str:
        if len(items) < 2:
            return "".join(items)
        return self.text(last, rest=", ".join(items[:-1]), last=items[-1])

    def _days_and_hours(self, calendar: Calendar, hours: Hours, where: str) -> str:
        spans = self._row([self.span(*interval) for interval in hours], "list.last")
        days = [number for number, of_day in enumerate(calendar.week) if of_day == hours]
        if days == [0, 1, 2, 3, 4] and not any(calendar.week[5:]):
            return self.text(f"hours.working-days{where}", hours=spans)
        if len(days) == 7:
            return self.text(f"hours.daily{where}", hours=spans)
        return self.text(f"hours.days{where}", days=self._day_names(days), hours=spans)

    def _day_names(self, days: Sequence[int]) -> str:
        """`пн–чт, сб`: runs of three days or more with a dash."""
        names = get_day_names("abbreviated", "stand-alone", locale=self.language)
        runs = [
            [names[day] for _, day in run]
            for _, run in groupby(enumerate(days), key=lambda pair: pair[1] - pair[0])
        ]
        return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs)


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(zone)
