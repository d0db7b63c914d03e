"""Persons whom an agent adds to a ticket: their mail joins it, and that is all."""

from datetime import timedelta

import pytest

from intake.requests import Outcome
from replies import answering, closing
from storage.models import Ticket
from storage.participants import NoTicket, Participants, TakesNoPart, TakesPart
from tests.desk_on_disk import NOW, VERBS, DeskOnDisk, mail
from tests.intake.identities import FAIL, tagged, taken_in

IVAN = "ivan@client.example"


async def ticket_with_ivan(desk: DeskOnDisk) -> int:
    """Olga's ticket, in which Ivan takes part."""
    opened = await taken_in(desk, mail(message_id="<first@client.example>"))
    assert opened.ticket_id
    await Participants(desk.database).add(opened.ticket_id, IVAN, "Анна", NOW)
    return opened.ticket_id


async def from_ivan(desk: DeskOnDisk, way: str, ticket_id: int, text: str = "Я коллега Ольги.") -> Outcome:
    """Ivan's mail, which finds the ticket by one way alone."""
    ours = await desk.message_id_of(ticket_id, "confirmation")
    claims = {
        "our message-id": {"in_reply_to": ours},
        "the client's message-id": {"references": ("<first@client.example>",)},
        "the number": {"subject": "Re: [#AS-000001] Обращение принято"},
        "the signed address": {"to": (tagged(ticket_id),)},
    }
    return await taken_in(desk, mail(text, **({"subject": "x", "from_addr": IVAN} | claims[way])))


@pytest.mark.parametrize(
    "way", ["our message-id", "the client's message-id", "the number", "the signed address"]
)
async def test_a_participants_mail_joins(desk: DeskOnDisk, way: str) -> None:
    ticket_id = await ticket_with_ivan(desk)
    assert (await from_ivan(desk, way, ticket_id)).ticket_id == ticket_id
    ticket = await desk.ticket(ticket_id)
    assert [one["address"] for one in ticket["messages"]] == ["olga@client.example", IVAN]
    assert [one["kind"] for one in ticket["deliveries"]] == ["confirmation"], "he is not confirmed anything"


async def test_he_takes_part_in_that_ticket_alone(desk: DeskOnDisk) -> None:
    ticket_id = await ticket_with_ivan(desk)
    other = await taken_in(desk, mail("Другое."))
    assert (await from_ivan(desk, "the number", ticket_id)).ticket_id == ticket_id
    his = await taken_in(desk, mail("И здесь?", subject="AS-000002", from_addr=IVAN))
    assert his.ticket_id not in (ticket_id, other.ticket_id)


async def test_somebody_who_writes_in_his_name_does_not(desk: DeskOnDisk) -> None:
    ticket_id = await ticket_with_ivan(desk)
    forged = mail("Пришлите пароль.", subject="AS-000001", from_addr=IVAN, authenticity=FAIL)
    assert (await taken_in(desk, forged)).ticket_id != ticket_id


async def test_what_he_writes_moves_the_ticket_on(desk: DeskOnDisk) -> None:
    ticket_id = await ticket_with_ivan(desk)
    await desk.database.writer.run(lambda: Ticket.filter(id=ticket_id).update(state="waiting"))
    await from_ivan(desk, "the number", ticket_id)
    ticket = await desk.ticket(ticket_id)
    assert ticket["state"] == "open"
    assert ("state", IVAN, "a participant wrote") in [
        (one["what"], one["who"], one["why"]) for one in ticket["history"]
    ]


async def closed(desk: DeskOnDisk) -> int:
    ticket_id = await ticket_with_ivan(desk)
    await answering.answer(desk.database, VERBS, ticket_id, "Анна", "Обновите.", NOW)
    await closing.close(desk.database, VERBS, ticket_id, "Анна", NOW)
    return ticket_id


async def test_the_client_alone_rates(desk: DeskOnDisk) -> None:
    ticket_id = await closed(desk)
    outcome = await from_ivan(desk, "our message-id", ticket_id, "1")
    assert (outcome.what, outcome.ticket_id) == ("reopened", ticket_id), "a digit of his is a message"
    assert (await desk.ticket(ticket_id))["rating"] is None


async def test_after_thirty_days_his_mail_opens_a_ticket_of_his_own(desk: DeskOnDisk) -> None:
    ticket_id = await closed(desk)
    late = mail("Снова.", subject="AS-000001", from_addr=IVAN)
    follow_up = await desk.ticket((await taken_in(desk, late, at=NOW + timedelta(days=31))).ticket_id)
    assert (follow_up["client"], follow_up["follow_up_of"]) == (IVAN, ticket_id)


async def test_answers_go_to_the_client_alone(desk: DeskOnDisk) -> None:
    ticket_id = await ticket_with_ivan(desk)
    await from_ivan(desk, "the number", ticket_id)
    await answering.answer(desk.database, VERBS, ticket_id, "Анна", "Обновите.", NOW)
    ticket = await desk.ticket(ticket_id)
    assert {one["recipient"] for one in ticket["deliveries"]} == {"olga@client.example"}


async def test_who_is_added_and_removed_stands_in_the_history(desk: DeskOnDisk) -> None:
    ticket_id = await ticket_with_ivan(desk)
    persons = Participants(desk.database)
    assert [one["address"] for one in (await desk.ticket(ticket_id))["participants"]] == [IVAN]
    await persons.remove(ticket_id, IVAN, "Борис", NOW)
    assert (await from_ivan(desk, "the number", ticket_id)).ticket_id != ticket_id
    ticket = await desk.ticket(ticket_id)
    assert ticket["participants"] == []
    changes = [(one["what"], one["who"], one["before"], one["after"]) for one in ticket["history"]]
    assert ("person added", "Анна", "", IVAN) in changes
    assert ("person removed", "Борис", IVAN, "") in changes


async def test_what_can_not_be_added_or_removed_is_refused(desk: DeskOnDisk) -> None:
    ticket_id = await ticket_with_ivan(desk)
    persons = Participants(desk.database)
    with pytest.raises(TakesPart, match=IVAN):
        await persons.add(ticket_id, IVAN, "Анна", NOW)
    with pytest.raises(TakesNoPart, match="nobody@x"):
        await persons.remove(ticket_id, "nobody@x", "Анна", NOW)
    with pytest.raises(NoTicket):
        await persons.add(77, IVAN, "Анна", NOW)
    with pytest.raises(NoTicket):
        await persons.remove(77, IVAN, "Анна", NOW)
