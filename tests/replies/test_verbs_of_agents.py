"""What agents do with tickets besides answering: take, wait, put off, sort, hand over, log time."""

from datetime import timedelta

import pytest

from desk.postponing import Reason
from desk.rating import Outcome
from desk.ticket import NotAllowed
from desk.time_spent import Activity
from replies import answering, closing
from replies.answering import Refused
from replies.verbs import life, sorting
from replies.verbs.life import Postponement
from replies.verbs.spending import Spent, spend
from storage.time_spent import time_on
from tests.desk_on_disk import NOW, VERBS, DeskOnDisk, mail

LATER = NOW + timedelta(hours=1)


async def a_ticket(desk: DeskOnDisk, text: str = "Не печатает.") -> int:
    outcome = await desk.receives(mail(text))
    assert outcome.ticket_id
    return outcome.ticket_id


async def changes(desk: DeskOnDisk, ticket_id: int, what: str) -> list[tuple[str, str, str]]:
    history = (await desk.ticket(ticket_id))["history"]
    return [(e["before"], e["after"], e["why"]) for e in history if e["what"] == what]


async def test_whoever_takes_a_new_ticket_opens_it_and_another_may_take_it_over(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk)
    await desk.database.writer.run(lambda: life.take(VERBS, ticket_id, "Анна", LATER))
    ticket = await desk.ticket(ticket_id)
    assert (ticket["state"], ticket["assignee"], ticket["reacted_at"]) == ("open", "Анна", None)
    await desk.database.writer.run(lambda: life.take(VERBS, ticket_id, "Борис", LATER))
    assert await changes(desk, ticket_id, "taken") == [("", "Анна", ""), ("Анна", "Борис", "")]
    with pytest.raises(Refused, match="already"):
        await desk.database.writer.run(lambda: life.take(VERBS, ticket_id, "Борис", LATER))


async def test_a_closed_ticket_is_not_taken_and_the_refusal_names_what_is_allowed(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk)
    await closing.close(desk.database, VERBS, ticket_id, "Анна", LATER)
    with pytest.raises(NotAllowed, match="allowed: reopen"):
        await desk.database.writer.run(lambda: life.take(VERBS, ticket_id, "Анна", LATER))


async def test_a_ticket_waits_for_its_client_once_somebody_has_taken_it(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk)
    with pytest.raises(NotAllowed):
        await desk.database.writer.run(lambda: life.wait(VERBS, ticket_id, "Анна", LATER))
    await desk.database.writer.run(lambda: life.take(VERBS, ticket_id, "Анна", LATER))
    await desk.database.writer.run(lambda: life.wait(VERBS, ticket_id, "Анна", LATER))
    assert (await desk.ticket(ticket_id))["state"] == "waiting"
    outcome = await desk.receives(
        mail("Вот номер.", in_reply_to=await desk.message_id_of(ticket_id, "confirmation"))
    )
    assert outcome.ticket_id == ticket_id
    assert (await desk.ticket(ticket_id))["state"] == "open"


@pytest.mark.parametrize("reason", Reason)
async def test_a_postponed_ticket_tells_its_client_the_reason_and_goes_on_when_he_writes(
    sqlite: DeskOnDisk, reason: Reason
) -> None:
    ticket_id = await a_ticket(sqlite)
    why = Postponement(reason, "Номер документа?")
    await sqlite.database.writer.run(lambda: life.postpone(VERBS, ticket_id, "Анна", why, LATER))
    ticket = await sqlite.ticket(ticket_id)
    assert ticket["state"] == "postponed"
    assert [d["kind"] for d in ticket["deliveries"]] == ["confirmation", "postponed"]
    assert await changes(sqlite, ticket_id, "postponed") == [("new", reason.value, "")]
    await sqlite.receives(mail("42", in_reply_to=await sqlite.message_id_of(ticket_id, "postponed")))
    assert (await sqlite.ticket(ticket_id))["state"] == "open"


async def test_a_postponement_keeps_the_moment_at_which_it_ends_and_refuses_one_that_has_passed(
    desk: DeskOnDisk,
) -> None:
    ticket_id = await a_ticket(desk)
    until = LATER + timedelta(days=9)
    past = Postponement(Reason.DIAGNOSIS, until=LATER - timedelta(seconds=1))
    with pytest.raises(Refused, match="passed"):
        await desk.database.writer.run(lambda: life.postpone(VERBS, ticket_id, "Анна", past, LATER))
    why = Postponement(Reason.DIAGNOSIS, until=until)
    await desk.database.writer.run(lambda: life.postpone(VERBS, ticket_id, "Анна", why, LATER))
    assert (await desk.ticket(ticket_id))["resume_at"] == until
    assert await changes(desk, ticket_id, "postponed") == [("new", "diagnosis", until.isoformat())]


async def test_kind_and_priority_are_set_once_and_refuse_what_is_none(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk)
    await desk.database.writer.run(lambda: sorting.set_kind(VERBS, ticket_id, "bug", "Анна", LATER))
    await desk.database.writer.run(lambda: sorting.set_priority(VERBS, ticket_id, "1", "Анна", LATER))
    ticket = await desk.ticket(ticket_id)
    assert (ticket["kind"], ticket["priority"]) == ("bug", 1)
    for kind, said in (("bug", "already"), ("disaster", "allowed: consultation, bug, improvement")):
        with pytest.raises(Refused, match=said):
            await desk.database.writer.run(
                lambda kind=kind: sorting.set_kind(VERBS, ticket_id, kind, "Анна", LATER)
            )
    for priority, said in (("1", "already"), ("0", "allowed: 1, 2, 3")):
        with pytest.raises(Refused, match=said):
            await desk.database.writer.run(
                lambda value=priority: sorting.set_priority(VERBS, ticket_id, value, "Анна", LATER)
            )
    assert await changes(desk, ticket_id, "priority") == [("", "1", "")]


@pytest.mark.parametrize(("members", "assignee"), [((), None), (("Анна",), "Анна")])
async def test_a_ticket_handed_over_keeps_its_agent_only_if_he_is_of_that_line(
    sqlite: DeskOnDisk, members: tuple[str, ...], assignee: str | None
) -> None:
    ticket_id = await a_ticket(sqlite)
    await answering.assign(sqlite.database, VERBS, ticket_id, "Анна", "Анна", LATER)
    await sqlite.database.writer.run(
        lambda: sorting.hand_over(VERBS, ticket_id, "second", "Анна", "нужен код", LATER, members=members)
    )
    ticket = await sqlite.ticket(ticket_id)
    assert (ticket["line"], ticket["assignee"]) == ("second", assignee)
    assert await changes(sqlite, ticket_id, "line") == [("first", "second", "нужен код")]


async def test_time_is_logged_with_its_activity_even_after_the_closing(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk)
    await closing.close(desk.database, VERBS, ticket_id, "Анна", LATER)
    hour = timedelta(hours=1)
    for length in (hour, hour / 2):
        await desk.database.writer.run(
            lambda length=length: spend(
                VERBS, ticket_id, "Анна", Spent(length, Activity.CALL, "настройка"), LATER
            )
        )
    assert await time_on(ticket_id) == {"call": timedelta(minutes=90)}
    assert await changes(desk, ticket_id, "time") == [
        ("", "1:00 call", "настройка"),
        ("", "0:30 call", "настройка"),
    ]


async def test_a_level_changed_inside_a_unit_that_fails_is_not_told(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk)

    async def unit() -> None:
        await answering.set_level_now(VERBS, ticket_id, "urgent", "Анна", "", LATER)
        await closing.close_now(VERBS, ticket_id, "Анна", LATER, Outcome.SPAM)
        await closing.close_now(VERBS, ticket_id, "Анна", LATER, Outcome.SPAM)

    with pytest.raises(Refused, match="closed already"):
        await desk.database.writer.run(unit)
    ticket = await desk.ticket(ticket_id)
    assert (ticket["level"], ticket["state"], len(ticket["deliveries"])) == ("general", "new", 1)
