"""Calendars as configured, and the Russian production calendar by hand."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.calendars import build_calendar
from desk.working_time import Calendar

MOSCOW = ZoneInfo("Europe/Moscow")


def main(**changes: Any) -> Calendar:
    """The configuration's default calendar, with changes."""
    keys: dict[str, Any] = {
        "timezone": "Europe/Moscow",
        "days": ["mon", "tue", "wed", "thu", "fri"],
        "hours": ["05:00-14:00"],
        "holidays": "RU",
        "extra_days_off": [],
        "extra_working_days": [],
        "shortened": {},
    }
    return build_calendar("main", **(keys | changes))


def due(received: str, hours: float, calendar: Calendar | None = None) -> str:
    moment = datetime.fromisoformat(received).replace(tzinfo=MOSCOW)
    found = (calendar or main()).after_hours(moment, timedelta(hours=hours))
    return f"{found.astimezone(MOSCOW):%a %Y-%m-%d %H:%M}"


def shown(calendar: Calendar, day: str) -> list[str]:
    return [f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in calendar.hours_on(date.fromisoformat(day))]


# Labour Code art. 112: holidays are 1–8 January, 23 February, 8 March, 1 and 9 May, 12 June, 4 November;
# one on a weekend moves to the next working day, except those of January, which the government moves
# elsewhere, as it may move weekends too: by its resolution 1314 of 10.08.2023 for 2024, 1335 of 04.10.2024
# for 2025, and that of 24.09.2025 for 2026.
@pytest.mark.parametrize(
    ("received", "hours", "expected"),
    [
        # 2024: Saturday 27 April works for Monday 29 April. Friday has one hour left, Saturday the other.
        ("2024-04-26 13:00", 2, "Sat 2024-04-27 06:00"),
        # Off: Sunday 28, 29 (for 27 April), 30 April (for 2 November), 1 May (holiday).
        ("2024-04-27 13:30", 1, "Thu 2024-05-02 05:30"),
        # Off: 9 May (holiday), 10 May (for Saturday 6 January), the weekend.
        ("2024-05-08 13:00", 2, "Mon 2024-05-13 06:00"),
        # Saturday 2 November works (for 30 April); Sunday and Monday 4 November (holiday) are off.
        ("2024-11-01 13:00", 2, "Sat 2024-11-02 06:00"),
        ("2024-11-02 13:00", 2, "Tue 2024-11-05 06:00"),
        # Saturday 28 December works for Monday 30; 31 is off for Sunday 7 January; then 1–8 January 2025.
        ("2024-12-27 14:00", 8, "Sat 2024-12-28 13:00"),
        ("2024-12-28 13:00", 2, "Thu 2025-01-09 06:00"),
        # 2025: 1 May is a holiday, 2 May off for Saturday 4 January.
        ("2025-04-30 13:00", 2, "Mon 2025-05-05 06:00"),
        # 8 May off for Sunday 23 February, 9 May a holiday.
        ("2025-05-07 13:30", 1, "Mon 2025-05-12 05:30"),
        # 12 June is a holiday, 13 June off for Saturday 8 March.
        ("2025-06-11 13:00", 2, "Mon 2025-06-16 06:00"),
        # 23 February fell on a Sunday and 8 March on a Saturday, both moved to May and June: no Monday off.
        ("2025-02-21 13:00", 2, "Mon 2025-02-24 06:00"),
        ("2025-03-07 13:00", 2, "Mon 2025-03-10 06:00"),
        # Saturday 1 November works for Monday 3 November; 4 November is a holiday.
        ("2025-10-31 13:00", 2, "Sat 2025-11-01 06:00"),
        ("2025-11-01 12:00", 3, "Wed 2025-11-05 06:00"),
        # New Year 2026: 31 December off for Sunday 5 January 2025, 1–8 January, 9 January off for Saturday
        # 3 January, the weekend. Two hours on 30 December, six on Monday 12 January.
        ("2025-12-30 12:00", 8, "Mon 2026-01-12 11:00"),
        # 2026: 23 February is a Monday. 8 March is a Sunday: Monday 9 is off by art. 112.
        ("2026-02-20 13:00", 2, "Tue 2026-02-24 06:00"),
        ("2026-03-06 14:00", 1, "Tue 2026-03-10 06:00"),
        # 1 May is a Friday; the promise ends exactly when Monday 4 May closes.
        ("2026-04-30 13:00", 10, "Mon 2026-05-04 14:00"),
        # 9 May is a Saturday: Monday 11 is off by art. 112.
        ("2026-05-08 10:00", 5, "Tue 2026-05-12 06:00"),
        ("2026-06-11 13:00", 2, "Mon 2026-06-15 06:00"),
        # 4 November is a Wednesday, and no weekend works for it.
        ("2026-11-03 13:00", 2, "Thu 2026-11-05 06:00"),
        # 31 December 2026 is off for Sunday 4 January.
        ("2026-12-30 13:00", 1, "Wed 2026-12-30 14:00"),
        # The letters of the desk.
        ("2026-11-23 05:30", 8, "Mon 2026-11-23 13:30"),
        ("2026-11-23 05:30", 6, "Mon 2026-11-23 11:30"),
        ("2026-11-23 05:30", 40, "Fri 2026-11-27 09:30"),
    ],
)
def test_hours_in_the_russian_production_calendar(received: str, hours: float, expected: str) -> None:
    assert due(received, hours) == expected


def test_24_working_days_across_the_new_year() -> None:
    # After 1 December 2025: 2–5 (4), 8–12 (9), 15–19 (14), 22–26 (19), 29 and 30 (21); 31 is off, then the
    # holidays to 11 January; 12, 13 and 14 January (24).
    received = datetime(2025, 12, 1, 10, 0, tzinfo=MOSCOW)
    assert main().after_days(received, 24) == datetime(2026, 1, 14, 10, 0, tzinfo=MOSCOW)
    # After 23 November 2026: 24–27 (4), 30 and 1–4 December (9), 7–11 (14), 14–18 (19), 21–25 (24).
    received = datetime(2026, 11, 23, 5, 30, tzinfo=MOSCOW)
    assert main().after_days(received, 24) == datetime(2026, 12, 25, 5, 30, tzinfo=MOSCOW)


# The sums of the official production calendars: 248, 247 and 247 working days.
@pytest.mark.parametrize(("year", "working"), [(2024, 248), (2025, 247), (2026, 247)])
def test_a_year_has_as_many_working_days_as_published(year: int, working: int) -> None:
    calendar, day, open_days = main(), date(year, 1, 1), Counter[bool]()
    while day.year == year:
        open_days[bool(calendar.hours_on(day))] += 1
        day += timedelta(days=1)
    assert open_days[True] == working


def test_a_working_saturday_is_known_when_it_is_the_first_day_ever_asked_for() -> None:
    assert shown(main(), "2025-11-01") == ["05:00-14:00"]


def test_a_country_without_holidays_listed_and_no_country_at_all_work_through() -> None:
    assert shown(main(holidays=""), "2026-01-01") == ["05:00-14:00"]
    assert shown(main(holidays=""), "2024-04-27") == []
    assert shown(main(holidays="FI"), "2026-12-06") == []


def test_the_configuration_adds_and_removes_days_and_shortens_some() -> None:
    calendar = main(
        extra_days_off=["2026-05-08"],
        extra_working_days=["2026-05-09", "2026-05-02"],
        shortened={"2026-12-30": ["05:00-13:00"], "2026-05-02": ["06:00-07:00"]},
    )
    assert shown(calendar, "2026-05-08") == []
    assert shown(calendar, "2026-05-09") == ["05:00-14:00"]  # a holiday and a Saturday
    assert shown(calendar, "2026-05-02") == ["06:00-07:00"]
    assert shown(calendar, "2026-12-30") == ["05:00-13:00"]
    assert due("2026-12-30 12:00", 2, calendar) == "Mon 2027-01-11 06:00"


def test_a_date_may_be_tomls_own() -> None:
    assert shown(main(extra_days_off=[date(2026, 5, 8)]), "2026-05-08") == []


def test_a_split_day_is_put_in_order() -> None:
    assert shown(main(hours=["10:00-14:00", "05:00-09:00"]), "2026-11-23") == ["05:00-09:00", "10:00-14:00"]
    assert due("2026-11-23 08:30", 1, main(hours=["05:00-09:00", "10:00-14:00"])) == "Mon 2026-11-23 10:30"


def test_hours_may_last_until_midnight() -> None:
    assert due("2026-11-23 23:30", 1, main(hours=["22:00-24:00"])) == "Tue 2026-11-24 22:30"


def test_only_the_days_of_the_week_that_are_named_are_worked() -> None:
    calendar = main(days=["sat", "sun"], holidays="")
    assert [bool(calendar.hours_on(date(2026, 11, day))) for day in range(23, 30)] == [False] * 5 + [True] * 2


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"timezone": "Europe/Moskow"}, 'timezone = "Europe/Moskow"; allowed: a time zone\'s name such as'),
        ({"timezone": "Europe"}, 'timezone = "Europe"; allowed:'),
        ({"timezone": "../etc/passwd"}, 'timezone = "../etc/passwd"; allowed:'),
        ({"timezone": ""}, 'timezone = ""; allowed:'),
        ({"days": ["mon", "Tue"]}, 'days = "Tue"; allowed: mon, tue, wed, thu, fri, sat, sun'),
        ({"days": []}, "days is empty; allowed: at least one of mon"),
        ({"hours": []}, "hours is empty; allowed: at least one interval"),
        ({"hours": ["5-14"]}, 'hours = "5-14"; allowed: "HH:MM-HH:MM" within one day, which ends at 24:00'),
        ({"hours": ["05:00-24:30"]}, 'hours = "05:00-24:30"; allowed:'),
        ({"hours": ["22:00-00:00"]}, 'hours = "22:00-00:00"; allowed:'),
        ({"hours": ["14:00-05:00"]}, 'hours: "14:00-05:00" ends before it begins'),
        ({"hours": ["05:00-10:00", "09:00-14:00"]}, 'hours: "05:00-10:00" and "09:00-14:00" overlap'),
        ({"hours": ["05:00-24:00", "22:00-23:00"]}, 'hours: "05:00-24:00" and "22:00-23:00" overlap'),
        ({"holidays": "XX"}, 'holidays = "XX"; allowed: a country\'s two capital letters such as "RU"'),
        ({"holidays": "ru"}, 'holidays = "ru"; allowed:'),
        ({"holidays": "Russia"}, 'holidays = "Russia"; allowed:'),
        ({"extra_days_off": ["2026-02-30"]}, 'extra_days_off = "2026-02-30"; allowed: a date such as'),
        ({"extra_working_days": ["20260509"]}, 'extra_working_days = "20260509"; allowed:'),
        ({"extra_days_off": [datetime(2026, 5, 8)]}, "extra_days_off = datetime"),
        ({"shortened": {"30.12.2026": ["05:00-13:00"]}}, 'shortened = "30.12.2026"; allowed:'),
        ({"shortened": {"2026-12-30": []}}, 'shortened."2026-12-30" is empty'),
        ({"shortened": {"2026-12-30": ["13:00-05:00"]}}, 'shortened."2026-12-30": "13:00-05:00" ends before'),
        (
            {"extra_days_off": ["2026-05-09"], "extra_working_days": ["2026-05-09"]},
            "extra_days_off: 2026-05-09 is also in extra_working_days or shortened",
        ),
    ],
)
def test_a_mistake_is_named_by_key_value_and_what_is_allowed(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError) as caught:
        main(**changes)
    assert str(caught.value).startswith(f"calendars.main.{complaint}")
