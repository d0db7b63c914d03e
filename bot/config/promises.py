"""What config.toml may say about working time and service levels."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from bot.calendars import build_calendar
from bot.config.fields import Day, Language, Line, PromiseText, Section, in_calendar
from desk.service_level import AUTO, Promise, ServiceLevel
from desk.working_time import Calendar

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

_HOURS = 'a list of "HH:MM-HH:MM" in order, without overlaps'


class CalendarSettings(Section):
    """When the desk works."""

    timezone: str = Field(description='a time zone by its name, such as "Europe/Moscow"')
    days: tuple[Weekday, ...] = Field(
        default=("mon", "tue", "wed", "thu", "fri"),
        min_length=1,
        description='a list of "mon", "tue", "wed", "thu", "fri", "sat", "sun"',
    )
    hours: tuple[str, ...] = Field(min_length=1, description=_HOURS)
    holidays: str = Field(default="", description='a country by its ISO code, such as "RU", or "" for none')
    extra_days_off: tuple[Day, ...] = Field(default=(), description='a list of dates such as "2026-12-31"')
    extra_working_days: tuple[Day, ...] = Field(
        default=(), description='a list of dates such as "2026-12-31"'
    )
    shortened: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description=f'a table from dates such as "2026-12-30" to {_HOURS}'
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        try:
            self.calendar("here")
        except ValueError as exc:
            raise in_calendar("here", str(exc)) from exc
        return self

    def calendar(self, name: str) -> Calendar:
        """The working time as the rules count it; ValueError, naming the key, for what makes no sense."""
        return build_calendar(
            name,
            timezone=self.timezone,
            days=self.days,
            hours=self.hours,
            holidays=self.holidays,
            extra_days_off=self.extra_days_off,
            extra_working_days=self.extra_working_days,
            shortened=self.shortened,
        )


def _rule(value: Any) -> Any:
    tables = value if isinstance(value, tuple) else (value,)
    if value is None:  # there is no rule: TOML itself has no such value
        return value
    if value == () or not all(isinstance(one, dict) for one in tables):
        raise ValueError
    return value


# Not a union of types: what is wrong would be told of each of them.
When = Annotated[Any, AfterValidator(_rule)]


def _level_key(value: str) -> str:
    if value == AUTO:
        raise ValueError("that is how the rules are asked anew")
    return value


LevelKey = Annotated[str, AfterValidator(_level_key)]


class LevelSettings(Section):
    """A named promise, and whom it is made to."""

    key: LevelKey = Field(
        pattern=r"^[a-z][a-z0-9_-]{0,39}$", description='small Latin letters, digits, - and _, but not "auto"'
    )
    title: dict[Language, Line] = Field(
        min_length=1, description="a table of titles by language: ru, uk, en, fi; at least desk.language"
    )
    react_within: PromiseText = Field(
        description='"N working hours" (at most two decimals) or "N working days", N above 0 and below 10000'
    )
    calendar: str = Field(default="main", description="the name of one of [calendars.NAME]")
    when: When = Field(
        default=None,
        description="a table of conditions, such as { registered = true }, or a list of such tables",
    )

    def level(self) -> ServiceLevel:
        """The level as the rules know it."""
        titles = {str(language): title for language, title in self.title.items()}
        return ServiceLevel(self.key, titles, Promise.parse(self.react_within), self.calendar, self.when)
