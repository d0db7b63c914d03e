"""A calendar or a promise changed in the configuration: what moves, what is told, what happens in between."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from desk.postponing import Reason
from desk.service_level import Promise
from desk.timing import Timing
from desk.working_time import NoWorkingTime
from replies import recounting
from replies.answering import Answer, answer_now
from replies.verbs import life, sorting
from storage import recounting as kept
from storage.clock_models import Pause
from storage.models import Delivery, Ticket
from tests.desk_on_disk import LEVELS, MAIN, NOW, VERBS, DeskOnDisk
from tests.storage.test_clocks import DAY, HOUR, a_ticket, done, moves

BEFORE = VERBS.timing
# Tuesday is a day off now: what was due then moves to Wednesday.
AFTER = Timing(LEVELS, {"main": replace(MAIN, special={date(2026, 11, 24): ()})})


async def two_tickets(desk: DeskOnDisk) -> tuple[int, int]:
    """One due on Monday, one received in the evening and due on Tuesday at 13:00."""
    return await a_ticket(desk), await a_ticket(desk, NOW + 10 * HOUR, "Ещё одно")


async def starts(desk: DeskOnDisk, timing: Timing, now: datetime = NOW + 11 * HOUR) -> int:
    return await recounting.recount_changed(desk.database, timing, now)


async def test_a_first_start_moves_nothing_and_an_unchanged_one_neither(desk: DeskOnDisk) -> None:
    _, later = await two_tickets(desk)
    await Ticket.filter(id=later).update(reaction_due_at=NOW)  # what an older version may have counted
    assert await starts(desk, BEFORE) == 0
    assert await kept.counted_by() == BEFORE.digests()
    assert await starts(desk, BEFORE) == 0
    assert (await Ticket.get(id=later)).reaction_due_at == NOW


async def test_a_changed_calendar_moves_what_depends_on_it_and_tells_the_agents(desk: DeskOnDisk) -> None:
    same, later = await two_tickets(desk)
    await done(desk, sorting.set_kind, later, "bug", "Анна", NOW + 10 * HOUR)
    await starts(desk, BEFORE)
    assert await recounting.count_moving(AFTER) == 2
    assert (await Ticket.get(id=later)).reaction_due_at == NOW + DAY + 7.5 * HOUR, "only counted so far"
    assert await starts(desk, AFTER) == 2
    tuesday, wednesday = (NOW + days * DAY + 7.5 * HOUR for days in (1, 2))
    ticket = await Ticket.get(id=later)
    assert (ticket.reaction_due_at, ticket.resolution_due_at) == (wednesday, wednesday)
    expected = (tuesday.isoformat(), wednesday.isoformat(), "the configuration has changed: calendar main")
    assert await moves(desk, later) == [expected]
    assert (await moves(desk, later, "resolution deadline"))[-1] == expected
    assert await moves(desk, same) == []
    (notice,) = await Delivery.filter(kind="recounted")
    assert (notice.recipient, notice.facts) == ("staff", {"count": 2})
    assert await starts(desk, AFTER) == 0
    assert await Delivery.filter(kind="recounted").count() == 1


async def test_back_again_is_a_change_like_any_other(desk: DeskOnDisk) -> None:
    _, later = await two_tickets(desk)
    for number, timing in enumerate((BEFORE, AFTER, BEFORE)):
        await starts(desk, timing, NOW + 11 * HOUR + number * timedelta(minutes=1))
    assert len(await moves(desk, later)) == 2
    assert await Delivery.filter(kind="recounted").count() == 2


async def test_a_changed_promise_is_kept_to_from_then_on(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk)
    await starts(desk, BEFORE)
    quicker = [replace(one, react_within=Promise.parse("2 working hours")) for one in LEVELS]
    assert await starts(desk, replace(BEFORE, levels=quicker)) == 1
    ticket = await Ticket.get(id=ticket_id)
    assert (ticket.promise, ticket.reaction_due_at) == ("2 working hours", NOW + 2 * HOUR)


async def test_what_was_met_or_is_closed_stays(desk: DeskOnDisk) -> None:
    _, answered = await two_tickets(desk)
    await done(desk, answer_now, answered, Answer("Анна", "Обновите."), NOW + 11 * HOUR)
    closed = await a_ticket(desk, NOW + 10 * HOUR, "Третье")
    await Ticket.filter(id=closed).update(state="closed", closed_at=NOW + 11 * HOUR)
    await starts(desk, BEFORE)
    assert await starts(desk, AFTER) == 0


async def test_a_recount_that_is_interrupted_goes_on_where_it_was(
    desk: DeskOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "CHUNK", 2)
    numbers = [await a_ticket(desk, NOW + 10 * HOUR, f"Текст {number}") for number in range(5)]
    await starts(desk, BEFORE)
    counted: list[int] = []

    def dies(tickets: int) -> None:
        counted.append(tickets)
        if len(counted) == 2:
            raise ConnectionResetError

    found = await recounting.changed(AFTER)
    with pytest.raises(ConnectionResetError):
        await recounting.recount(desk.database, AFTER, found, NOW, dies)
    assert await kept.counted_by() == BEFORE.digests(), "the next start has to go on"
    assert await starts(desk, AFTER) == 1
    assert [len(await moves(desk, number)) for number in numbers] == [1] * 5


async def test_a_calendar_that_never_opens_holds_up_no_other(
    desk: DeskOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, later = await two_tickets(desk)
    await starts(desk, BEFORE)
    real = kept.moves_of

    def fails_once(ticket: Ticket, *rest: object) -> object:
        if ticket.id != later:
            raise NoWorkingTime("main", date(2026, 1, 1))
        return real(ticket, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(kept, "moves_of", fails_once)
    assert await starts(desk, AFTER) == 1


async def test_a_ticket_that_waits_is_counted_without_the_pause_that_goes_on(desk: DeskOnDisk) -> None:
    _, later = await two_tickets(desk)
    why = life.Postponement(Reason.DIAGNOSIS)
    await done(desk, life.postpone, later, "Анна", why, NOW + 10.5 * HOUR)
    await starts(desk, BEFORE)
    assert await starts(desk, AFTER) == 1
    assert (await Ticket.get(id=later)).reaction_due_at == NOW + 2 * DAY + 7.5 * HOUR


async def test_states_that_pause_no_longer_let_the_clock_go_on(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk)
    await done(desk, life.take, ticket_id, "Анна", NOW)
    await done(desk, life.wait, ticket_id, "Анна", NOW + HOUR)
    await starts(desk, BEFORE)
    never = replace(BEFORE, paused_in=frozenset())
    assert await starts(desk, never, NOW + 3 * HOUR) == 1
    assert (await Ticket.get(id=ticket_id)).reaction_due_at == NOW + DAY + HOUR
    await starts(desk, BEFORE, NOW + 4 * HOUR)
    rows = await Pause.filter(ticket_id=ticket_id).order_by("id").values_list("since", "until")
    assert list(rows) == [(NOW + HOUR, NOW + 3 * HOUR), (NOW + 4 * HOUR, None)]


def test_a_digest_changes_with_whatever_deadlines_are_counted_by() -> None:
    others = [
        AFTER,
        replace(BEFORE, levels=LEVELS[:2]),
        replace(BEFORE, targets=BEFORE.targets[:1]),
        replace(BEFORE, paused_in=frozenset({"waiting"})),
        replace(BEFORE, calendars={"main": replace(MAIN, is_holiday=date(2026, 12, 31).__eq__)}),
    ]
    told = [tuple(sorted(one.digests().items())) for one in (BEFORE, *others)]
    assert len(set(told)) == len(told)
    assert BEFORE.digests() == replace(BEFORE).digests()
