"""What agents write in commands: lengths of time, days of absence; and which tickets may be merged."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.absence import LONGEST as LONGEST_ABSENCE
from desk.absence import Days, days_in
from desk.mail_domains import company_domain
from desk.merging import Mergeable, NotMerged, may_merge
from desk.postponing import Reason, reason_of
from desk.ticket import State
from desk.time_spent import LONGEST, length_of, shown

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("1:30", 90), ("0:05", 5), ("90m", 90), ("1.5h", 90), ("1,5ч", 90), ("1h30m", 90), ("2г", 120),
     ("45хв", 45), ("1ч30мин", 90), ("2T", 120), ("24:00", 1440), (" 0:20 ", 20)],
)  # fmt: skip
def test_a_length_of_time_is_read_in_latin_and_cyrillic(text: str, minutes: int) -> None:
    assert length_of(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text", ["", "90", "1:60", "0:00", "24:01", "-1:00", "1:30:00", "h", "1h2h", "1e3m", "²m", "9999h"]
)
def test_what_is_no_length_of_time_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="allowed: 1:30"):
        length_of(text)


@given(st.integers(1, 24 * 60))
def test_a_length_is_read_as_it_is_shown(minutes: int) -> None:
    assert length_of(shown(timedelta(minutes=minutes))) == timedelta(minutes=minutes) <= LONGEST


@given(st.text(max_size=12))
def test_any_text_is_a_length_or_refused(text: str) -> None:
    try:
        assert timedelta() < length_of(text) <= LONGEST
    except ValueError as exc:
        assert "allowed" in str(exc)


@pytest.mark.parametrize(
    ("text", "first", "last", "rest"),
    [
        ("1.12-10.12 Борис", date(2026, 12, 1), date(2026, 12, 10), "Борис"),
        ("Вера 1.12 – 10.12 Борис", date(2026, 12, 1), date(2026, 12, 10), "Вера Борис"),
        ("23.11", date(2026, 11, 23), date(2026, 11, 23), ""),
        ("22.11", date(2027, 11, 22), date(2027, 11, 22), ""),
        ("28.12-08.01", date(2026, 12, 28), date(2027, 1, 8), ""),
        ("01.12.2026-10.12.2026", date(2026, 12, 1), date(2026, 12, 10), ""),
        ("2026-12-01..2026-12-10 ~0a1b2c3d", date(2026, 12, 1), date(2026, 12, 10), "~0a1b2c3d"),
        ("2026-12-01 2026-12-05 Борис", date(2026, 12, 1), date(2026, 12, 5), "Борис"),
        ("1.12 5.12 Борис", date(2026, 12, 1), date(2026, 12, 5), "Борис"),
        ("29.2", date(2028, 2, 29), date(2028, 2, 29), ""),
        ("20.11.2026-25.11.2026", date(2026, 11, 20), date(2026, 11, 25), ""),
    ],
)
def test_days_are_read_and_the_words_around_them_are_left(
    text: str, first: date, last: date, rest: str
) -> None:
    assert days_in(text, TODAY) == (Days(first, last), rest)


@pytest.mark.parametrize("text", ["", "Борис", "завтра", "1.12.20", "1.1.1.1", "12345"])
def test_words_without_days_name_none(text: str) -> None:
    assert days_in(text, TODAY) is None


@pytest.mark.parametrize(
    "text",
    ["31.02", "0.1", "1.13", "2026-02-30", "01.12.2025", "10.12.2026-01.12.2026", "1.12.2026-1.12.2028"],
)
def test_days_that_can_not_be_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="allowed"):
        days_in(text, TODAY)


@given(st.dates(TODAY, date(2100, 1, 1)), st.integers(0, LONGEST_ABSENCE.days))
def test_days_are_read_as_buttons_carry_them(first: date, more: int) -> None:
    last = first + timedelta(days=more)
    assert days_in(f"{first.isoformat()}..{last.isoformat()}", TODAY) == (Days(first, last), "")


@given(st.text(alphabet="0123456789.-– Борис", max_size=30))
def test_any_words_are_days_none_or_refused(text: str) -> None:
    try:
        found = days_in(text, TODAY)
    except ValueError as exc:
        assert "allowed" in str(exc)
    else:
        assert found is None or found[0].first <= found[0].last


@given(*[st.builds(Mergeable, st.integers(1, 3), st.integers(1, 2), st.sampled_from(State))] * 2)
def test_only_two_open_tickets_of_one_client_are_merged(ticket: Mergeable, into: Mergeable) -> None:
    allowed = may_merge(ticket, into) is None
    assert allowed == (
        ticket.id != into.id
        and ticket.client_id == into.client_id
        and State.CLOSED not in (ticket.state, into.state)
    )


def test_a_ticket_of_another_client_is_refused_as_such_even_when_it_is_closed() -> None:
    assert may_merge(Mergeable(1, 1, "open"), Mergeable(2, 2, "closed")) is NotMerged.CLIENTS


def test_a_reason_is_known_by_its_name_in_any_case() -> None:
    assert reason_of(" Too-Little ") is Reason.TOO_LITTLE
    with pytest.raises(ValueError, match="allowed: not-reproduced, too-little, diagnosis"):
        reason_of("lazy")


@pytest.mark.parametrize(
    ("address", "domain"),
    [("olga@client.example", "client.example"), ("olga@gmail.com", ""), ("olga@mail.ru", ""), ("tg:42", ""),
     ("", "")],
)  # fmt: skip
def test_a_mail_domain_tells_a_company_unless_anybody_may_have_a_mailbox_there(
    address: str, domain: str
) -> None:
    assert company_domain(address) == domain
