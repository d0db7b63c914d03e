"""Agents' verbs: what they change, what the client is told, and what is not allowed."""

from datetime import timedelta

import pytest

from desk.rating import Outcome
from desk.ticket import NotAllowed
from replies import answering, closing
from replies.answering import Refused
from storage.directory import Directory
from tests.desk_on_disk import NOW, VERBS, DeskOnDisk, mail

LATER = NOW + timedelta(hours=1)


async def a_ticket(desk: DeskOnDisk, text: str = "Не печатает.") -> int:
    outcome = await desk.receives(mail(text))
    assert outcome.ticket_id
    return outcome.ticket_id


async def kinds(desk: DeskOnDisk, ticket_id: int) -> list[str]:
    return [d["kind"] for d in (await desk.ticket(ticket_id))["deliveries"]]


async def test_the_first_answer_is_the_reaction_and_takes_the_ticket(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk)
    await answering.answer(desk.database, VERBS, ticket_id, "Анна", "Обновите.", LATER)
    await answering.answer(
        desk.database, VERBS, ticket_id, "Борис", "И перезапустите.", LATER + timedelta(hours=1)
    )
    ticket = await desk.ticket(ticket_id)
    assert (ticket["state"], ticket["reacted_at"], ticket["reacted_by"]) == ("open", LATER, "Анна")
    assert ticket["assignee"] == "Анна"
    assert [m["text"] for m in ticket["messages"] if m["direction"] == "out"] == [
        "Обновите.",
        "И перезапустите.",
    ]
    assert await kinds(desk, ticket_id) == ["confirmation", "answer", "answer"]


async def test_an_answer_goes_to_the_client_in_the_thread_of_his_last_mail(desk: DeskOnDisk) -> None:
    outcome = await desk.receives(mail(message_id="<first@client.example>"))
    assert outcome.ticket_id
    await answering.answer(desk.database, VERBS, outcome.ticket_id, "Анна", "Обновите.", LATER)
    delivery = (await desk.ticket(outcome.ticket_id))["deliveries"][-1]
    assert delivery["recipient"] == "olga@client.example"


async def test_a_late_reaction_is_called_late_in_the_history(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk)
    await answering.answer(desk.database, VERBS, ticket_id, "Анна", "Обновите.", NOW + timedelta(days=30))
    history = (await desk.ticket(ticket_id))["history"]
    assert [e["after"] for e in history if e["what"] == "reacted"] == ["late"]


@pytest.mark.parametrize("text", ["", "  \n "])
async def test_an_empty_answer_is_refused(desk: DeskOnDisk, text: str) -> None:
    ticket_id = await a_ticket(desk)
    with pytest.raises(Refused, match="needs a text"):
        await answering.answer(desk.database, VERBS, ticket_id, "Анна", text, LATER)


async def test_a_closed_ticket_is_not_answered_before_it_is_reopened(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk)
    await closing.close(desk.database, VERBS, ticket_id, "Анна", LATER)
    with pytest.raises(NotAllowed, match=r"closed.*reopen"):
        await answering.answer(desk.database, VERBS, ticket_id, "Анна", "Ещё…", LATER)
    await closing.reopen(desk.database, VERBS, ticket_id, "Анна", "ошиблась", LATER)
    await answering.answer(desk.database, VERBS, ticket_id, "Анна", "Ещё…", LATER)


async def test_an_unknown_ticket_is_named_in_its_refusal(desk: DeskOnDisk) -> None:
    with pytest.raises(Refused, match="AS-000404"):
        await closing.close(desk.database, VERBS, 404, "Анна", LATER)


async def test_closing_an_answered_ticket_invites_its_client_once_a_week(desk: DeskOnDisk) -> None:
    invited = []
    for day in (0, 6, 7):
        at = NOW + timedelta(days=day)
        ticket_id = await a_ticket(desk, f"вопрос дня {day}")
        await answering.answer(desk.database, VERBS, ticket_id, "Анна", "Готово.", at)
        not_invited = await closing.close(desk.database, VERBS, ticket_id, "Анна", at)
        invited.append((str(not_invited), (await kinds(desk, ticket_id))[-1]))
    assert invited == [("", "invitation"), ("invited lately", "closed"), ("", "invitation")]


async def test_an_unanswered_ticket_is_closed_without_an_invitation(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk)
    assert await closing.close(desk.database, VERBS, ticket_id, "Анна", LATER) == "unanswered"
    assert (await kinds(desk, ticket_id))[-1] == "closed"


async def test_spam_is_closed_without_a_word(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk)
    await closing.close(desk.database, VERBS, ticket_id, "Анна", LATER, outcome=Outcome.SPAM)
    assert await kinds(desk, ticket_id) == ["confirmation"]


async def test_what_is_closed_is_not_closed_again_and_what_is_open_not_reopened(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk)
    with pytest.raises(Refused, match="not closed but new"):
        await closing.reopen(desk.database, VERBS, ticket_id, "Анна", "", LATER)
    await closing.close(desk.database, VERBS, ticket_id, "Анна", LATER)
    with pytest.raises(Refused, match="closed already"):
        await closing.close(desk.database, VERBS, ticket_id, "Анна", LATER)


async def test_a_new_level_counts_from_receipt_and_the_client_is_told_both_deadlines(
    desk: DeskOnDisk,
) -> None:
    await Directory(desk.database).add("olga@client.example", "", "ru", NOW)
    ticket_id = await a_ticket(desk)
    due_at = await answering.set_level(
        desk.database, VERBS, ticket_id, "urgent", "Анна", "критическая", LATER
    )
    assert due_at.isoformat() == "2026-11-23T08:30:00+00:00"  # 11:30 in Moscow, six hours after receipt
    ticket = await desk.ticket(ticket_id)
    assert (ticket["level"], ticket["promise"], ticket["reaction_due_at"]) == (
        "urgent",
        "6 working hours",
        due_at,
    )
    assert await kinds(desk, ticket_id) == ["confirmation", "level-change"]
    moved = [e for e in ticket["history"] if e["what"] == "reaction deadline"]
    assert [(e["before"], e["after"], e["why"]) for e in moved] == [
        ("2026-11-23T10:30:00+00:00", "2026-11-23T08:30:00+00:00", "критическая")
    ]


@pytest.mark.parametrize(("key", "word"), [("platinum", "allowed: general"), ("general", "already")])
async def test_a_level_that_is_unknown_or_the_same_is_refused(desk: DeskOnDisk, key: str, word: str) -> None:
    ticket_id = await a_ticket(desk)
    with pytest.raises(Refused, match=word):
        await answering.set_level(desk.database, VERBS, ticket_id, key, "Анна", "", LATER)


async def test_assigning_is_in_the_history_with_who_did_it(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk)
    await answering.assign(desk.database, VERBS, ticket_id, "Борис", "Анна", LATER)
    await answering.assign(desk.database, VERBS, ticket_id, "Борис", "Анна", LATER)
    events = [e for e in (await desk.ticket(ticket_id))["history"] if e["what"] == "assigned"]
    assert [(e["who"], e["before"], e["after"]) for e in events] == [("Анна", "", "Борис")]
