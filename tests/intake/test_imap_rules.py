"""What of a mailbox is taken in, and when it is asked again: the rules without a server."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from intake.mailbox.rules import (
    REST_MOST,
    above,
    entry_key,
    next_cursor,
    received_at,
    rest,
    search_day,
    window_begins,
)
from intake.mailbox.standing import Standing

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
DAY = timedelta(days=1)
UIDS = st.lists(st.integers(1, 2**32 - 1), unique=True)


def test_a_key_tells_mailbox_uidvalidity_and_uid_apart() -> None:
    keys = {
        entry_key("a", 1, 23),
        entry_key("a", 12, 3),
        entry_key("a", 1, 2),
        entry_key("b", 1, 23),
        entry_key("a:1", 2, 3),
    }
    assert len(keys) == 5 and all(len(key) == 64 for key in keys)
    assert entry_key("a", 1, 23) == entry_key("a", 1, 23)


def test_the_last_message_that_the_server_lists_although_it_is_below_the_cursor_is_not_new() -> None:
    assert above([41], 41) == []
    assert above([41, 44, 43], 41) == [43, 44]


@given(UIDS, st.integers(0, 2**32))
def test_only_what_is_above_the_cursor_is_new(uids: list[int], last: int) -> None:
    assert above(uids, last) == sorted(uid for uid in uids if uid > last)


@given(UIDS, st.integers(0, 2**32), st.data())
def test_a_cursor_passes_no_mail_that_waits_and_never_goes_back(
    uids: list[int], last: int, data: st.DataObject
) -> None:
    waiting = set(data.draw(st.lists(st.sampled_from(uids)) if uids else st.just([])))
    moved = next_cursor(last, uids, waiting)
    assert moved >= last
    assert moved == last or all(uid > moved for uid in waiting)
    if not waiting and uids:
        assert moved == max(last, *uids)


def test_a_promise_counts_from_the_arrival_in_the_mailbox() -> None:
    for ago in (timedelta(), timedelta(minutes=3), 6 * DAY):
        assert received_at(NOW - ago, NOW) == NOW - ago
    moscow = datetime.fromisoformat("2026-11-23T05:00:00+03:00")
    assert received_at(moscow, NOW) == moscow and received_at(moscow, NOW).tzinfo is UTC


def test_a_date_of_arrival_that_cannot_be_meant_counts_from_now() -> None:
    for arrived in (None, NOW + timedelta(seconds=1), NOW - 8 * DAY, datetime(1970, 1, 1, tzinfo=UTC)):
        assert received_at(arrived, NOW) == NOW


def test_a_first_start_reaches_back_as_many_days_as_configured() -> None:
    assert window_begins(NOW, NOW, 7) == NOW - 7 * DAY
    assert window_begins(NOW, NOW, 0) == NOW


def test_a_folder_is_read_again_neither_further_than_a_month_nor_beyond_its_first_start() -> None:
    assert window_begins(NOW, NOW - 200 * DAY, 7) == NOW - 30 * DAY
    assert window_begins(NOW, NOW - 2 * DAY, 7) == NOW - 9 * DAY
    assert window_begins(NOW, NOW - 2 * DAY, 0) == NOW - 2 * DAY


def test_a_search_by_day_begins_a_day_early_because_it_knows_no_zone() -> None:
    assert search_day(datetime.fromisoformat("2026-11-23T01:00:00+03:00")).isoformat() == "2026-11-21"


def test_a_server_that_fails_is_asked_ever_less_often_and_a_refused_password_for_minutes_not() -> None:
    assert [rest(n, refused=False) for n in (1, 2, 3, 7, 1000)] == [1, 2, 4, REST_MOST, REST_MOST]
    assert rest(1, refused=True) == 300


def test_an_outage_counts_from_its_first_trouble_and_ends_with_the_first_good_look() -> None:
    clock = [1000.0]
    one = Standing("support", alarm_after=300, clock=lambda: clock[0])
    one.well()
    clock[0] += 1000
    assert not one.failing
    one.unwell("no route to host")
    began = one.unwell_since
    clock[0] += 299
    one.unwell("connection refused")
    assert not one.failing and one.unwell_since == began
    clock[0] += 1
    assert one.failing and one.told()["status"] == "failing" and one.told()["reason"] == "connection refused"
    one.well()
    assert not one.failing and "reason" not in one.told()


def test_a_mailbox_that_was_never_reached_is_failing_after_the_same_time() -> None:
    clock = [0.0]
    one = Standing("support", alarm_after=300, clock=lambda: clock[0])
    assert one.told()["status"] == "ok"
    clock[0] += 300
    assert one.failing


def test_a_refused_password_makes_it_fail_at_once() -> None:
    one = Standing("support", alarm_after=300)
    one.unwell("[AUTHENTICATIONFAILED]", refused=True)
    assert one.failing and not one.overdue


def test_what_takes_longer_than_it_may_hangs() -> None:
    clock = [0.0]
    one = Standing("support", alarm_after=300, clock=lambda: clock[0])
    assert not one.hangs
    one.busy(60)
    clock[0] += 61
    assert one.hangs
    one.busy(60)
    assert not one.hangs
