"""A ticket's clocks: every change of state stops or starts them, and moves the deadlines that are not met."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.postponing import Reason
from desk.rating import Outcome
from desk.ticket import State
from replies import answering, closing
from replies.verbs import life, merging, sorting
from replies.verbs.life import Postponement
from storage.clock_models import Pause
from storage.clocks import moved_state
from storage.deadlines import resume
from storage.directory import Directory
from storage.models import Ticket
from storage.tickets import change_ticket, ticket_now
from tests.desk_on_disk import NOW, NUMBERING, VERBS, DeskOnDisk, mail

ROOT = Path(__file__).parents[2]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DUE = NOW + 8 * HOUR  # eight working hours from Monday 05:30 in Moscow
FRIDAY = NOW + 4 * DAY
STOOD = "the clock stood still for "


async def a_ticket(desk: DeskOnDisk, at: datetime = NOW, text: str = "Не печатает.") -> int:
    """A registered client's: eight working hours for the first answer."""
    if not await Ticket.exists():
        await Directory(desk.database).add("olga@client.example", "Ольга", "ru", NOW - DAY)
    outcome = await desk.receives(mail(text), at)
    assert outcome.ticket_id
    return outcome.ticket_id


async def done(desk: DeskOnDisk, verb: Any, *words: Any) -> Any:
    """Carry out a verb in a transaction."""
    return await desk.database.writer.run(lambda: verb(VERBS, *words))


async def moves(
    desk: DeskOnDisk, ticket_id: int, what: str = "reaction deadline"
) -> list[tuple[str, str, str]]:
    """From when to when a deadline moved, and why."""
    history = (await desk.ticket(ticket_id))["history"]
    return [(one["before"], one["after"], one["why"]) for one in history if one["what"] == what]


async def pauses(ticket_id: int) -> list[tuple[str, datetime, datetime | None]]:
    rows = await Pause.filter(ticket_id=ticket_id).order_by("id").values_list("state", "since", "until")
    return [(state, since, until) for state, since, until in rows]


async def waiting(desk: DeskOnDisk) -> int:
    """A ticket that has been taken and waits for its client since an hour after its receipt."""
    ticket_id = await a_ticket(desk)
    await done(desk, life.take, ticket_id, "Анна", NOW)
    await done(desk, life.wait, ticket_id, "Анна", NOW + HOUR)
    assert await pauses(ticket_id) == [("waiting", NOW + HOUR, None)]
    return ticket_id


async def test_while_we_wait_for_the_client_the_clock_stands_still(desk: DeskOnDisk) -> None:
    ticket_id = await waiting(desk)
    outcome = await desk.receives(
        mail("Вот снимок.", subject=f"Re: [#{NUMBERING.format(ticket_id)}]"), NOW + 4 * HOUR
    )
    assert outcome.ticket_id == ticket_id
    # Three hours stood still: 05:30 + 8 + 3 is past 14:00 by two and a half, so Tuesday 07:30.
    moved = NOW + DAY + 2 * HOUR
    assert (await Ticket.get(id=ticket_id)).reaction_due_at == moved
    assert await moves(desk, ticket_id) == [
        (DUE.isoformat(), moved.isoformat(), f"{STOOD}3:00 while we waited for the client")
    ]
    assert await pauses(ticket_id) == [("waiting", NOW + HOUR, NOW + 4 * HOUR)]


async def test_a_weekend_in_a_pause_is_not_counted(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk, FRIDAY)
    await done(desk, life.postpone, ticket_id, "Анна", Postponement(Reason.DIAGNOSIS), FRIDAY + 7 * HOUR)
    await done(
        desk, life.take, ticket_id, "Борис", FRIDAY + 9 * HOUR
    )  # another takes it over; it stays put off
    await done(desk, answering.answer_now, ticket_id, answering.Answer("Борис", "Готово."), FRIDAY + 3 * DAY)
    # Friday 12:30 to Monday 05:30: an hour and a half before closing, half an hour after opening.
    ((before, after, why),) = await moves(desk, ticket_id)
    assert why == f"{STOOD}2:00 while it was postponed"
    assert datetime.fromisoformat(before) == FRIDAY + 8 * HOUR
    assert datetime.fromisoformat(after) == FRIDAY + 3 * DAY + HOUR


async def test_a_message_that_lay_unread_counts_from_when_it_came(desk: DeskOnDisk) -> None:
    ticket_id = await waiting(desk)
    ticket = await Ticket.get(id=ticket_id)

    async def unit() -> None:
        now = await ticket_now(ticket_id)
        assert now is not None
        await moved_state(now, State.OPEN, NOW + 6 * HOUR, VERBS.timing, since=NOW + 2 * HOUR)

    await desk.database.writer.run(unit)
    assert ticket.reaction_due_at == DUE
    assert await pauses(ticket_id) == [("waiting", NOW + HOUR, NOW + 2 * HOUR)]


async def test_a_message_from_before_the_pause_makes_it_one_without_length(desk: DeskOnDisk) -> None:
    ticket_id = await waiting(desk)
    subject = f"Re: [#{NUMBERING.format(ticket_id)}]"
    await desk.receives(mail("Ещё одно.", subject=subject), NOW + timedelta(minutes=30))
    assert (await Ticket.get(id=ticket_id)).state == "open"
    assert await pauses(ticket_id) == [("waiting", NOW + HOUR, NOW + HOUR)]
    assert await moves(desk, ticket_id) == []


async def test_from_waiting_to_postponed_one_pause_follows_the_other(desk: DeskOnDisk) -> None:
    ticket_id = await waiting(desk)
    await done(desk, life.postpone, ticket_id, "Анна", Postponement(Reason.TOO_LITTLE), NOW + 2 * HOUR)
    await done(desk, life.wait, ticket_id, "Анна", NOW + 3 * HOUR)
    await done(desk, answering.answer_now, ticket_id, answering.Answer("Анна", "Готово."), NOW + 4 * HOUR)
    kept = await pauses(ticket_id)
    assert [(state, since - NOW, until and until - NOW) for state, since, until in kept] == [
        ("waiting", HOUR, 2 * HOUR), ("postponed", 2 * HOUR, 3 * HOUR), ("waiting", 3 * HOUR, 4 * HOUR),
    ]  # fmt: skip
    assert [why for *_, why in await moves(desk, ticket_id)] == [
        f"{STOOD}1:00 while we waited for the client",
        f"{STOOD}1:00 while it was postponed",
        f"{STOOD}1:00 while we waited for the client",
    ]
    ticket = await desk.ticket(ticket_id)
    # Three hours after 13:30; at 14:00 the desk closes.
    assert ticket["reaction_due_at"] == NOW + DAY + 2 * HOUR
    (reacted,) = [one for one in ticket["history"] if one["what"] == "reacted"]
    assert reacted["after"] == "in time"


async def test_an_answer_is_late_or_not_by_the_deadline_that_its_pause_has_moved(desk: DeskOnDisk) -> None:
    ticket_id = await waiting(desk)
    # On Wednesday at 06:30 an hour is used, and two days stood still.
    await done(
        desk, answering.answer_now, ticket_id, answering.Answer("Анна", "Готово."), NOW + 2 * DAY + HOUR
    )
    history = (await desk.ticket(ticket_id))["history"]
    assert [one["after"] for one in history if one["what"] == "reacted"] == ["in time"]


async def test_a_day_that_has_come_lets_the_clock_go_on_from_that_day(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk)
    until = NOW + 2 * HOUR
    why = Postponement(Reason.DIAGNOSIS, until=until)
    await done(desk, life.postpone, ticket_id, "Анна", why, NOW + HOUR)
    late = NOW + 5 * HOUR  # the service was away
    assert await desk.database.writer.run(lambda: resume(ticket_id, late, VERBS.timing))
    assert await pauses(ticket_id) == [("postponed", NOW + HOUR, until)]
    assert (await Ticket.get(id=ticket_id)).reaction_due_at == NOW + DAY  # 14:30 is Tuesday 05:30
    assert not await desk.database.writer.run(lambda: resume(ticket_id, late, VERBS.timing))


async def test_a_closed_tickets_clock_goes_on_when_it_is_reopened(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk)
    await done(desk, sorting.set_kind, ticket_id, "consultation", "Анна", NOW)
    assert (
        await Ticket.get(id=ticket_id)
    ).resolution_due_at == NOW + DAY + 3 * HOUR  # 8.5 on Monday, 3.5 more
    await done(desk, closing.close_now, ticket_id, "Анна", NOW + HOUR, Outcome.SETTLED)
    assert await pauses(ticket_id) == []
    await desk.receives(mail("Всё ещё нет.", subject=f"Re: [#{NUMBERING.format(ticket_id)}]"), NOW + 7 * DAY)
    assert await pauses(ticket_id) == [("closed", NOW + HOUR, NOW + 7 * DAY)]
    # A working week of five days without an hour: 44 working hours.
    assert (await Ticket.get(id=ticket_id)).resolution_due_at == NOW + 8 * DAY + 2 * HOUR
    assert [why for *_, why in await moves(desk, ticket_id, "resolution deadline")][-1] == (
        f"{STOOD}44:00 while it was closed"
    )


async def test_closing_ends_a_pause_and_moves_what_is_measured_by_it(desk: DeskOnDisk) -> None:
    ticket_id = await waiting(desk)
    await done(desk, sorting.set_kind, ticket_id, "consultation", "Анна", NOW + HOUR)
    await done(desk, closing.close_now, ticket_id, "Анна", NOW + 3 * HOUR, Outcome.SETTLED)
    assert await pauses(ticket_id) == [("waiting", NOW + HOUR, NOW + 3 * HOUR)]
    assert (await Ticket.get(id=ticket_id)).resolution_due_at == NOW + DAY + 5 * HOUR


async def test_a_ticket_that_another_is_merged_into_goes_on(desk: DeskOnDisk) -> None:
    into = await waiting(desk)
    other = await a_ticket(desk, NOW + 2 * HOUR, "То же самое")
    await done(desk, merging.merge, other, into, "Анна", NOW + 3 * HOUR)
    assert await pauses(into) == [("waiting", NOW + HOUR, NOW + 3 * HOUR)]
    assert len(await moves(desk, into)) == 1


async def test_states_that_the_configuration_does_not_name_pause_nothing(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk)
    await done(desk, life.take, ticket_id, "Анна", NOW)
    hasty = replace(VERBS, paused_in=frozenset({"postponed"}))
    await desk.database.writer.run(lambda: life.wait(hasty, ticket_id, "Анна", NOW))
    assert await pauses(ticket_id) == []


async def test_another_level_counts_with_the_pauses_that_were(desk: DeskOnDisk) -> None:
    ticket_id = await waiting(desk)
    await done(desk, life.postpone, ticket_id, "Анна", Postponement(Reason.DIAGNOSIS), NOW + 3 * HOUR)
    await done(desk, answering.set_level_now, ticket_id, "urgent", "Анна", "критично", NOW + 3 * HOUR)
    # Six hours and two that stood still.
    assert (await Ticket.get(id=ticket_id)).reaction_due_at == DUE
    assert (await moves(desk, ticket_id))[-1][2] == "критично"


async def test_a_ticket_from_before_pauses_were_kept_moves_on_all_the_same(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk)
    await Ticket.filter(id=ticket_id).update(state="waiting")
    await done(desk, answering.answer_now, ticket_id, answering.Answer("Анна", "Готово."), NOW + HOUR)
    ticket = await Ticket.get(id=ticket_id)
    assert (ticket.state, ticket.reaction_due_at) == ("open", DUE)


async def test_a_state_is_not_set_besides(desk: DeskOnDisk) -> None:
    with pytest.raises(ValueError, match="moved_state"):
        await desk.database.writer.run(lambda: change_ticket(1, state="closed"))


# Setting a ticket's state by the ORM or in SQL; `change_ticket` refuses it by itself.
SETS_A_STATE = re.compile(r"update\(\s*state=State\.|UPDATE tickets SET (?:(?!WHERE).)*\bstate = ", re.DOTALL)


def test_nobody_but_the_clocks_sets_a_tickets_state() -> None:
    """Whoever did would leave a clock running; an erased person's tickets are over for good."""
    sources = {
        str(one.relative_to(ROOT)): one.read_text(encoding="utf-8") for one in ROOT.glob("storage/**/*.py")
    }
    found = [path for path, text in sources.items() if SETS_A_STATE.search(text)]
    assert found == ["storage/privacy/erasure.py"]
    assert "stop_clocks" in sources["storage/privacy/erasure.py"]


@pytest.mark.parametrize(
    "text",
    [
        "rows.update(state=State.OPEN.value)",
        "UPDATE tickets SET state = 'open'",
        "UPDATE tickets SET x = 1, state = ?",
    ],
)
def test_the_search_for_whoever_sets_a_state_finds_him(text: str) -> None:
    assert SETS_A_STATE.search(text)
