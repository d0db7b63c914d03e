"""What is to be settled by when: kind, priority, the date of an improvement, its stages."""

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest

from desk.postponing import Reason
from desk.rating import Outcome
from desk.resolution import TARGETS, Target, hours
from replies import closing
from replies.answering import Desk, Refused
from replies.verbs import improving, life, sorting
from storage.clock_models import Stage
from storage.models import Delivery, Ticket
from tests.desk_on_disk import NOW, VERBS, DeskOnDisk
from tests.storage.test_clocks import DAY, HOUR, a_ticket, moves

PRIORITIES = replace(VERBS, targets=(Target(hours("2"), priority=1), *TARGETS, Target(hours("40"))))
# The end of Tuesday 15 December 2026 in Moscow's working time.
LAST = datetime.combine(date(2026, 12, 15), time(11), NOW.tzinfo)


async def done(desk: DeskOnDisk, verb: Any, *words: Any, rules: Desk = VERBS) -> Any:
    return await desk.database.writer.run(lambda: verb(rules, *words))


async def an_improvement(desk: DeskOnDisk) -> int:
    ticket_id = await a_ticket(desk)
    await done(desk, sorting.set_kind, ticket_id, "improvement", "Анна", NOW)
    return ticket_id


async def settled(ticket_id: int) -> tuple[str, datetime | None]:
    ticket = await Ticket.get(id=ticket_id)
    return ticket.resolution, ticket.resolution_due_at


async def test_the_kind_says_by_when_a_ticket_is_to_be_settled(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk)
    assert await settled(ticket_id) == ("", None)
    await done(desk, sorting.set_kind, ticket_id, "bug", "Анна", NOW)
    assert await settled(ticket_id) == ("8 working hours, same day before 16:00", NOW + 8 * HOUR)
    await done(desk, sorting.set_kind, ticket_id, "consultation", "Анна", NOW + HOUR)
    assert await settled(ticket_id) == ("12 working hours", NOW + DAY + 3 * HOUR)
    await done(desk, sorting.set_kind, ticket_id, "improvement", "Анна", NOW + HOUR)
    assert await settled(ticket_id) == ("", None)
    first, second, third = await moves(desk, ticket_id, "resolution deadline")
    assert (first[0], second[0], third[1]) == ("", (NOW + 8 * HOUR).isoformat(), "")
    assert [first[2], second[2]] == ["it is a bug", "it is a consultation"]


async def test_of_targets_the_first_that_fits_kind_and_priority_counts(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk)
    await done(desk, sorting.set_priority, ticket_id, "2", "Анна", NOW, rules=PRIORITIES)
    assert (await settled(ticket_id))[0] == "40 working hours"
    await done(desk, sorting.set_kind, ticket_id, "bug", "Анна", NOW, rules=PRIORITIES)
    await done(desk, sorting.set_priority, ticket_id, "1", "Анна", NOW, rules=PRIORITIES)
    assert await settled(ticket_id) == ("2 working hours", NOW + 2 * HOUR)
    assert [why for *_, why in await moves(desk, ticket_id, "resolution deadline")] == [
        "its priority is 2", "it is a bug", "its priority is 1",
    ]  # fmt: skip


async def test_the_date_of_an_improvement_is_its_deadline_and_told_to_the_client(desk: DeskOnDisk) -> None:
    ticket_id = await an_improvement(desk)
    assert await done(desk, improving.plan, ticket_id, date(2026, 12, 15), "Анна", NOW) == LAST
    assert await settled(ticket_id) == ("planned", LAST)
    await done(desk, improving.plan, ticket_id, date(2026, 12, 22), "Анна", NOW + HOUR)
    first, second = await Delivery.filter(kind="planned").order_by("id")
    assert (first.facts["due_at"], first.facts["old_due_at"]) == (LAST.isoformat(), None)
    assert second.facts["old_due_at"] == LAST.isoformat()
    history = (await desk.ticket(ticket_id))["history"]
    assert [one["after"] for one in history if one["what"] == "planned"] == [
        LAST.isoformat(), (LAST + 7 * DAY).isoformat(),
    ]  # fmt: skip


@pytest.mark.parametrize(("day", "key"), [(date(2026, 11, 20), "passed"), (date(2026, 12, 15), "same")])
async def test_a_date_that_is_over_or_set_already_is_refused(sqlite: DeskOnDisk, day: date, key: str) -> None:
    ticket_id = await an_improvement(sqlite)
    await done(sqlite, improving.plan, ticket_id, date(2026, 12, 15), "Анна", NOW)
    with pytest.raises(Refused) as refused:
        await done(sqlite, improving.plan, ticket_id, day, "Анна", NOW)
    assert refused.value.key == key


async def test_a_day_off_is_over_at_midnight(sqlite: DeskOnDisk) -> None:
    ticket_id = await an_improvement(sqlite)
    sunday = date(2026, 12, 20)
    midnight = datetime(2026, 12, 20, 21, tzinfo=NOW.tzinfo)
    assert await done(sqlite, improving.plan, ticket_id, sunday, "Анна", NOW) == midnight


async def test_only_improvements_are_planned_and_have_stages(sqlite: DeskOnDisk) -> None:
    ticket_id = await a_ticket(sqlite)
    for verb, words in ((improving.plan, (date(2026, 12, 15), "Анна", NOW)),
                        (improving.enter_stage, ("build", "Анна", "", NOW))):  # fmt: skip
        with pytest.raises(Refused) as refused:
            await done(sqlite, verb, ticket_id, *words)
        assert refused.value.key == "no-improvement"


async def test_entering_and_leaving_each_stage_is_kept(desk: DeskOnDisk) -> None:
    ticket_id = await an_improvement(desk)
    steps = [("requirements", ""), ("specification", ""), ("build", ""), ("specification", "забыли отчёт"),
             ("build", ""), ("release", ""), ("done", "")]  # fmt: skip
    for number, (stage, why) in enumerate(steps):
        await done(desk, improving.enter_stage, ticket_id, stage, "Анна", why, NOW + number * HOUR)
    stays = await Stage.filter(ticket_id=ticket_id).order_by("id")
    assert [(one.stage, one.entered_at - NOW, (one.left_at or NOW) - NOW) for one in stays] == [
        (stage, number * HOUR, (number + 1) * HOUR) for number, (stage, _) in enumerate(steps[:-1])
    ]
    assert (await Ticket.get(id=ticket_id)).stage == "done"
    history = [one for one in (await desk.ticket(ticket_id))["history"] if one["what"] == "stage"]
    assert [(one["before"], one["after"]) for one in history][:2] == [
        ("", "requirements"), ("requirements", "specification"),
    ]  # fmt: skip
    assert [one["why"] for one in history if one["why"]] == ["забыли отчёт"]


@pytest.mark.parametrize(
    ("stage", "why", "key"),
    [
        ("build", "", "stage.same"),
        ("done", "", "stage.unfinished"),
        ("requirements", " ", "stage.reason"),
        ("testing", "", "not-allowed-value"),
    ],
)
async def test_a_step_that_is_none_is_refused(sqlite: DeskOnDisk, stage: str, why: str, key: str) -> None:
    ticket_id = await an_improvement(sqlite)
    await done(sqlite, improving.enter_stage, ticket_id, "build", "Анна", "", NOW)
    with pytest.raises(Refused) as refused:
        await done(sqlite, improving.enter_stage, ticket_id, stage, "Анна", why, NOW)
    assert refused.value.key == key


async def test_nobody_stays_in_a_stage_of_a_closed_ticket(desk: DeskOnDisk) -> None:
    ticket_id = await an_improvement(desk)
    await done(desk, improving.enter_stage, ticket_id, "build", "Анна", "", NOW)
    await done(desk, closing.close_now, ticket_id, "Анна", NOW + HOUR, Outcome.SETTLED)
    await done(desk, closing.reopen_now, ticket_id, "Анна", "", NOW + DAY)
    stays = (
        await Stage.filter(ticket_id=ticket_id).order_by("id").values_list("stage", "entered_at", "left_at")
    )
    assert list(stays) == [("build", NOW, NOW + HOUR), ("build", NOW + DAY, None)]


async def test_what_is_no_improvement_any_more_has_neither_date_nor_stage(desk: DeskOnDisk) -> None:
    ticket_id = await an_improvement(desk)
    await done(desk, improving.plan, ticket_id, date(2026, 12, 15), "Анна", NOW)
    await done(desk, improving.enter_stage, ticket_id, "build", "Анна", "", NOW)
    await done(desk, sorting.set_kind, ticket_id, "bug", "Анна", NOW + HOUR)
    ticket = await Ticket.get(id=ticket_id)
    assert (ticket.stage, ticket.planned_for, ticket.resolution_due_at) == ("", None, NOW + 8 * HOUR)
    assert (await Stage.get(ticket_id=ticket_id)).left_at == NOW + HOUR


async def test_a_pause_moves_no_date_that_was_told_to_the_client(sqlite: DeskOnDisk) -> None:
    ticket_id = await an_improvement(sqlite)
    await done(sqlite, improving.plan, ticket_id, date(2026, 12, 15), "Анна", NOW)
    await done(sqlite, life.take, ticket_id, "Анна", NOW)
    await done(sqlite, life.wait, ticket_id, "Анна", NOW)
    why = life.Postponement(Reason.DIAGNOSIS)
    await done(sqlite, life.postpone, ticket_id, "Анна", why, NOW + DAY)
    assert await settled(ticket_id) == ("planned", LAST)
