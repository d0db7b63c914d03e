"""Numbers, dates, deadlines, lengths of time, names: as the style sheets' tables write them."""

import unicodedata
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.periods import Frequency, period_of
from desk.service_level import Promise
from desk.working_time import Calendar, Hours
from replies.languages import LANGUAGES, Languages
from replies.names import LONGEST, plain_line, plain_text, shown_file_name
from replies.wording import Wording

TEXTS = Languages()
RU, UK, EN, FI = (Wording(TEXTS, language) for language in LANGUAGES)
MOSCOW = ZoneInfo("Europe/Moscow")
DUE = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
DAY = ((time(5), time(14)),)
LUNCH = ((time(5), time(10)), (time(11), time(14)))


def tied(text: str) -> str:
    """A ~ of these tests is a no-break space."""
    return text.replace("~", "\u00a0")


def hours(n: str) -> Promise:
    return Promise(Decimal(n), "hours")


def days(n: int) -> Promise:
    return Promise(Decimal(n), "days")


def week(*of_days: Hours, zone: ZoneInfo = MOSCOW) -> Calendar:
    padded = (*of_days, (), (), (), (), (), (), ())
    return Calendar("main", zone, padded[:7])  # type: ignore[arg-type]


# The tables of the style sheets: number, as a bare term, after "within"; hours, then days.
RUSSIAN = [
    (("1", "21", "101"), "рабочий час", "рабочего часа", "рабочий день", "рабочего дня"),
    (("2", "3", "4", "22", "24"), "рабочих часа", "рабочих часов", "рабочих дня", "рабочих дней"),
    (("5", "8", "11", "12", "14", "20", "40", "111"), *(("рабочих часов",) * 2), *(("рабочих дней",) * 2)),
]
UKRAINIAN = [
    (("1", "21", "101"), "робоча година", "робочої години", "робочий день", "робочого дня"),
    (("2", "3", "4", "22", "24"), "робочі години", "робочих годин", "робочі дні", "робочих днів"),
    (("5", "8", "11", "12", "14", "20", "40", "111"), *(("робочих годин",) * 2), *(("робочих днів",) * 2)),
]
ENGLISH = [
    (("1",), "working hour", "working hour", "working day", "working day"),
    (("2", "8", "21", "24", "40"), *(("working hours",) * 2), *(("working days",) * 2)),
]
FINNISH = [
    (("1",), "työtunti", "työtunnin", "työpäivä", "työpäivän"),
    (("2", "8", "21", "24", "40"), "työtuntia", "työtunnin", "työpäivää", "työpäivän"),
]
TABLE = [
    (words, n, *forms)
    for words, rows in ((RU, RUSSIAN), (UK, UKRAINIAN), (EN, ENGLISH), (FI, FINNISH))
    for numbers, *forms in rows
    for n in numbers
]


@pytest.mark.parametrize(("words", "n", "hour", "of_hours", "day", "of_days"), TABLE)
def test_a_length_of_time_stands_in_the_form_and_case_of_the_tables(
    words: Wording, n: str, hour: str, of_hours: str, day: str, of_days: str
) -> None:
    assert words.duration(hours(n)) == f"{n}\u00a0{hour}"
    assert words.duration(hours(n), genitive=True) == f"{n}\u00a0{of_hours}"
    assert words.duration(days(int(n))) == f"{n}\u00a0{day}"
    assert words.duration(days(int(n)), genitive=True) == f"{n}\u00a0{of_days}"


@pytest.mark.parametrize(
    ("words", "term", "within"),
    [
        (RU, "1,5~рабочего часа", "1,5~рабочего часа"),
        (UK, "1,5~робочої години", "1,5~робочої години"),
        (EN, "1.5~working hours", "1.5~working hours"),
        (FI, "1,5~työtuntia", "1,5~työtunnin"),
    ],
)
def test_a_fraction_has_a_form_of_its_own(words: Wording, term: str, within: str) -> None:
    assert words.duration(hours("1.5")) == words.duration(hours("1.50")) == tied(term)
    assert words.duration(hours("1.5"), genitive=True) == tied(within)


@pytest.mark.parametrize(
    ("words", "term", "within"),
    [
        (RU, "2,5~рабочего дня", "2,5~рабочего дня"),
        (UK, "2,5~робочого дня", "2,5~робочого дня"),
        (EN, "2.5~working days", "2.5~working days"),
        (FI, "2,5~työpäivää", "2,5~työpäivän"),
    ],
)
def test_a_fraction_of_days_too(words: Wording, term: str, within: str) -> None:
    assert words.plural("duration.days", Decimal("2.5")) == tied(term)
    assert words.plural("duration.days.genitive", Decimal("2.5")) == tied(within)


@given(st.integers(0, 5000))
def test_russian_and_ukrainian_forms_depend_on_the_last_two_digits_alone(n: int) -> None:
    for words in (RU, UK):
        noun = words.plural("duration.hours", n).partition("\u00a0")[2].split("\u00a0")[-1]
        same = words.plural("duration.hours", 100 + n % 100).partition("\u00a0")[2]
        assert noun == same


def test_zero_takes_the_plural() -> None:
    assert EN.plural("duration.hours", 0) == tied("0~working hours")
    assert RU.plural("duration.hours", 0) == tied("0~рабочих часов")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (RU, "23~ноября 2026~г., 13:30 (МСК)"),
        (UK, "23~листопада 2026~р., 13:30 (за московським часом)"),
        (EN, "23~November 2026, 13:30 (Moscow time)"),
        (FI, "23.11.2026 klo~13.30 (Moskovan aikaa)"),
    ],
)
def test_a_deadline_has_date_time_and_zone(words: Wording, text: str) -> None:
    assert words.deadline(DUE, MOSCOW) == tied(text)


def test_single_digits_get_zeros_in_times_alone_and_in_finnish_none() -> None:
    early = datetime(2026, 2, 3, 6, 5, tzinfo=UTC)
    assert RU.moment(early, MOSCOW) == tied("3~февраля 2026~г., 09:05")
    assert EN.moment(early, MOSCOW) == tied("3~February 2026, 09:05")
    assert FI.moment(early, MOSCOW) == tied("3.2.2026 klo~9.05")


def test_the_day_is_that_of_the_desk_s_zone() -> None:
    assert RU.moment(datetime(2026, 12, 31, 21, 30, tzinfo=UTC), MOSCOW) == tied("1~января 2027~г., 00:30")


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        RU.deadline(datetime(2026, 11, 23), MOSCOW)


@pytest.mark.parametrize(
    ("zone", "ru", "fi"),
    [
        ("Europe/Kyiv", "по киевскому времени", "Kiovan aikaa"),
        ("Europe/Kiev", "по киевскому времени", "Kiovan aikaa"),
        ("Asia/Kolkata", "UTC+5:30", "UTC+5:30"),
        ("America/New_York", "UTC−5", "UTC−5"),
        ("UTC", "UTC", "UTC"),
    ],
)
def test_a_zone_has_its_clients_name_or_its_distance_from_utc(zone: str, ru: str, fi: str) -> None:
    assert (RU.zone(ZoneInfo(zone), DUE), FI.zone(ZoneInfo(zone), DUE)) == (ru, fi)


def test_the_distance_from_utc_is_that_of_the_moment() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert EN.deadline(DUE, berlin).endswith("11:30 (UTC+1)")
    assert EN.deadline(datetime(2026, 7, 1, 10, tzinfo=UTC), berlin).endswith("12:00 (UTC+2)")


def test_the_former_deadline_is_told_by_its_time_or_by_date_and_time() -> None:
    new = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    assert (RU.former(DUE, new, MOSCOW), FI.former(DUE, new, MOSCOW)) == ("13:30", tied("klo~13.30"))
    assert RU.former(datetime(2026, 11, 24, 8, tzinfo=UTC), new, MOSCOW) == tied("24~ноября 2026~г., 11:00")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (RU, "По рабочим дням, 05:00–14:00 (МСК)"),
        (UK, "У робочі дні, 05:00–14:00 (за московським часом)"),
        (EN, "Working days, 05:00–14:00 (Moscow time)"),
        (FI, "Arkisin klo~5–14 (Moskovan aikaa)"),
    ],
)
def test_opening_hours_are_one_line(words: Wording, text: str) -> None:
    assert words.opening_hours(week(*[DAY] * 5), DUE) == tied(text)


def test_opening_hours_of_a_day_with_a_lunch_break() -> None:
    split = week(*[LUNCH] * 5)
    assert RU.opening_hours(split, DUE) == tied("По рабочим дням, 05:00–10:00 и~11:00–14:00 (МСК)")
    assert FI.opening_hours(split, DUE) == tied("Arkisin klo~5–10 ja 11–14 (Moskovan aikaa)")


def test_opening_hours_that_differ_by_day() -> None:
    short = ((time(8, 30), time(16)),)
    odd = week(DAY, DAY, DAY, DAY, short, DAY)
    assert RU.opening_hours(odd, DUE) == "Пн–чт, сб, 05:00–14:00; пт, 08:30–16:00 (МСК)"
    assert EN.opening_hours(odd, DUE) == "Mon–Thu, Sat, 05:00–14:00; Fri, 08:30–16:00 (Moscow time)"
    assert FI.opening_hours(odd, DUE) == tied("Ma–to, la klo~5–14; pe klo~8.30–16.00 (Moskovan aikaa)")


def test_opening_hours_every_day_round_the_clock_and_never() -> None:
    always = week(*[((time(0), time(0)),)] * 7)
    assert UK.opening_hours(always, DUE) == "Щодня, 00:00–24:00 (за московським часом)"
    assert FI.opening_hours(always, DUE) == tied("Joka päivä klo~0–24 (Moskovan aikaa)")
    assert RU.opening_hours(week(), DUE) == ""


def test_numbers_means_and_shares() -> None:
    assert [words.number(12400) for words in (RU, UK, EN, FI)] == [
        tied("12~400"),
        tied("12~400"),
        "12,400",
        tied("12~400"),
    ]
    assert [words.of_five(Fraction(4)) for words in (RU, UK, EN, FI)] == [
        tied("4,00 из~5"),
        tied("4,00 із~5"),
        tied("4.00 out of~5"),
        "4,00 / 5",
    ]
    assert RU.of_five(Fraction(25, 8)).startswith("3,13")
    assert (RU.percent(Fraction(1, 4)), EN.percent(Fraction(1, 4)), RU.percent(None)) == (
        tied("25~%"),
        "25%",
        "–",
    )


@pytest.mark.parametrize(
    ("count", "ru", "fi"),
    [
        (0, "0~Б", "0~t"),
        (512, "512~Б", "512~t"),
        (1536, "1,5~КБ", "1,5~kt"),
        (10 * 1024**2, "10~МБ", "10~Mt"),
        (1024**2 - 1, "1~МБ", "1~Mt"),
        (345 * 1024, "345~КБ", "345~kt"),
        (3 * 1024**4, "3~072~ГБ", "3~072~Gt"),
    ],
)
def test_sizes(count: int, ru: str, fi: str) -> None:
    assert (RU.size(count), FI.size(count)) == (tied(ru), tied(fi))


@pytest.mark.parametrize(
    ("frequency", "ru", "en"),
    [
        (Frequency.DAY, "23.11.2026", "23~Nov 2026"),
        (Frequency.WEEK, "23–29.11.2026", "23–29~Nov 2026"),
        (Frequency.MONTH, "нояб. 2026", "Nov 2026"),
        (Frequency.QUARTER, "IV кв. 2026", "Q4 2026"),
        (Frequency.YEAR, "2026", "2026"),
    ],
)
def test_periods(frequency: Frequency, ru: str, en: str) -> None:
    period = period_of(DUE, frequency, MOSCOW)
    assert (RU.period(period), EN.period(period)) == (ru, tied(en))


def test_a_week_over_the_end_of_a_month() -> None:
    week_of = period_of(datetime(2026, 12, 2, tzinfo=UTC), Frequency.WEEK, MOSCOW)
    assert FI.period(week_of) == "30.11.2026–6.12.2026"
    assert RU.short_day(date(2026, 2, 3)) == "03.02.2026"


@pytest.mark.parametrize(
    ("words", "name", "greeting"),
    [
        (RU, "Ольга Николаевна", "Здравствуйте, Ольга Николаевна!"),
        (RU, "Иванова Ольга Николаевна", "Здравствуйте, Ольга Николаевна!"),
        (RU, "Пётр", "Здравствуйте, Пётр!"),
        (RU, None, "Здравствуйте!"),
        (RU, "", "Здравствуйте!"),
        (RU, "Бухгалтерия №2", "Здравствуйте!"),
        (RU, "win at evil.com", "Здравствуйте!"),
        (RU, "a\r\nBcc: x@y.z", "Здравствуйте!"),
        (EN, "Peter Smith", "Hello Peter,"),
        (EN, None, "Hello,"),
        (FI, "Riikka Mäki-Petäjä", "Hei Riikka!"),
        (FI, "Мальцева Анна Юрьевна", "Hei Анна!"),
        (UK, "Оксана Петрівна", "Добрий день!"),
    ],
)
def test_it_greets_by_name_only_with_a_person_s_name(words: Wording, name: str | None, greeting: str) -> None:
    assert words.greeting(name) == greeting


def test_ukrainian_greets_in_the_vocative_alone() -> None:
    assert UK.greeting("Оксана Петрівна", "Оксано Петрівно") == "Добрий день, Оксано Петрівно!"
    assert RU.greeting("Оксана Петровна", "Оксано Петрівно") == "Здравствуйте, Оксана Петровна!"


def test_lists_of_formats_and_files() -> None:
    formats = ("JPG", "GIF", "PNG")
    assert [words.formats(formats) for words in (RU, UK, EN, FI)] == [
        tied("JPG, GIF и~PNG"),
        tied("JPG, GIF і~PNG"),
        "JPG, GIF or PNG",
        "JPG-, GIF- ja PNG-",
    ]
    assert RU.files(["a.pdf", "b.pdf"], quoted=True) == tied("«a.pdf» и~«b.pdf»")
    assert FI.files(["a.pdf"], quoted=True) == "”a.pdf”"


def test_of_many_files_ten_are_named() -> None:
    names = [f"{n}.png" for n in range(1012)]
    assert RU.files(names, quoted=False).endswith(tied("8.png, 9.png и ещё 1~002"))


def test_quotation_marks_inside_others_are_the_inner_ones() -> None:
    assert RU.quotable("План «Старт»") == "План „Старт“"
    assert EN.quotable("Plan “Start”") == "Plan ‘Start’"
    assert FI.file("a”b.pdf", quoted=True) == "”a’b.pdf”"
    assert RU.file("\u200b", quoted=False) == "«без имени»"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("kassa.png", "kassa.png"),
        ("Ведомость.xlsx", "Ведомость.xlsx"),
        ("Снимок экрана 2026-11-23 в 05.30.12.png", "Снимок экрана 2026-11-23 в 05.30.12.png"),
        ("Иванов И.И.docx", "Иванов И.И.docx"),
        ("logs.tar.gz", "logs.tar.gz"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\b.png", "b.png"),
        ("a\r\nBcc: x.png", "a Bcc: x.png"),
        ("invoice\u202egnp.exe", "invoicegnp.exe"),
        ("a\u200bb\ufeff\x00\x1b[31m.png", "ab[31m.png"),
        ("\ud800.png", ".png"),
        ("שלום.png", "\u2068שלום.png\u2069"),
        ("https://evil.example/login", "login"),
        ("www.evil.com.png", "www[.]evil[.]com.png"),
        ("evil.com click here.png", "evil[.]com click here.png"),
        ("evil.com", "evil[.]com"),
        ("банк.рф", "банк[.]рф"),
        ("bank@evil.com", "bank@evil[.]com"),
        (" / ", ""),
    ],
)
def test_a_file_s_name_is_shown_clean_and_not_as_a_link(name: str, shown: str) -> None:
    assert shown_file_name(name) == shown


def test_a_long_name_keeps_its_ending() -> None:
    shown = shown_file_name("ы" * 1000 + ".png")
    assert (len(shown), shown[-8:]) == (LONGEST, "ыыы….png")


@given(st.text(max_size=200))
def test_no_name_has_controls_or_more_lines_than_one(name: str) -> None:
    shown = shown_file_name(name)
    inner = shown.removeprefix("\u2068").removesuffix("\u2069")
    assert not [char for char in inner if unicodedata.category(char)[0] == "C"]
    assert len(shown.splitlines()) <= 1
    assert shown == "" or shown.startswith("\u2068") == shown.endswith("\u2069")


@given(st.text())
def test_plain_texts_keep_their_lines_and_nothing_else_that_controls(text: str) -> None:
    plain = plain_text(text)
    plain.encode("utf-8")
    assert not {char for char in plain if unicodedata.category(char) == "Cc"} - {"\n", "\t"}
    assert plain_text(plain) == plain
    assert len(plain_line(text, 20)) <= 20
