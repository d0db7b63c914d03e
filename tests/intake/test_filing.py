"""What follows from refused mails: bounces mark their delivery, automatic replies lie on their ticket."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from desk import tags
from desk.rating import Outcome as ClosedAs
from intake import requests
from intake.authenticity import Authenticity
from intake.incoming import Bounced, IncomingMessage
from replies import answering, closing
from storage.directory import Directory, NotBlockable
from storage.inbox import Arrival, arrival_key
from storage.models import Delivery, DeliveryState, EntryState
from storage.outbox import Outbox
from storage.participants import Participants
from tests.desk_on_disk import INTAKE, NOW, VERBS, DeskOnDisk, mail

OLGA = "olga@client.example"
SECRET = b"a secret of thirty-two bytes ...."
TAGGED = replace(INTAKE, secret=SECRET, tag_separator="+")


async def receives(
    desk: DeskOnDisk,
    incoming: IncomingMessage,
    *recipients: str,
    known: requests.Desk = TAGGED,
    accepted: str = "",
) -> requests.Outcome:
    """Take a mail in that came to these addresses of the desk."""
    to = list(recipients) or ["support@example.org"]
    body = incoming.message_id.encode() + incoming.text.encode() + accepted.encode()
    arrival = Arrival(arrival_key(to, body), "smtp", "conversation", {"recipients": to}, body, NOW)
    await desk.inbox.record(arrival)
    (entry,) = await desk.inbox.claim(1, NOW)
    taken = replace(entry, accepted_by=accepted)
    return await desk.database.writer.run(lambda: requests.take_in(taken, incoming, known, NOW))


async def confirmed(desk: DeskOnDisk) -> tuple[int, str]:
    """Olga's ticket whose confirmation was sent, and the confirmation's Message-ID."""
    ticket_id = (await desk.receives(mail())).ticket_id
    assert ticket_id is not None
    outbox = Outbox(desk.database)
    for due in await outbox.claim("mail", 10, NOW):
        await outbox.sent(due.id, "250 ok", NOW)
    return ticket_id, await desk.message_id_of(ticket_id, "confirmation")


def bounce(*message_ids: str, **columns: Any) -> IncomingMessage:
    """A bounce about mails with these Message-IDs."""
    told = {"recipient": OLGA, "status": "5.1.1", "diagnostic": "550 5.1.1 unknown user"} | columns
    return mail(
        "It failed.",
        from_addr="mailer-daemon@relay.example",
        bounce=True,
        bounced=Bounced(message_ids, **told),
        refusal="bounce",
        refusal_why="a report on the delivery of another mail: delivery-status",
    )


def auto_reply(**columns: Any) -> IncomingMessage:
    """Olga's absence notice."""
    told = {"refusal": "auto-reply", "refusal_why": "Auto-Submitted: auto-replied", "auto_reply": True}
    return mail(**({"text": "Я в отпуске."} | told | columns))


async def state_of(desk: DeskOnDisk, ticket_id: int) -> tuple[str, str]:
    (delivery,) = (await desk.ticket(ticket_id))["deliveries"]
    return delivery["state"], delivery["error"]


async def test_a_bounce_makes_its_delivery_undeliverable_and_tells_the_agents(desk: DeskOnDisk) -> None:
    ticket_id, message_id = await confirmed(desk)
    outcome = await receives(desk, bounce("<other@x.example>", message_id))
    assert (outcome.what, outcome.ticket_id) == ("refused", ticket_id)
    assert outcome.why.startswith("bounce (a report on the delivery")
    assert outcome.why.endswith(", filed on AS-000001")
    assert await state_of(desk, ticket_id) == ("undeliverable", "5.1.1 550 5.1.1 unknown user")
    ticket = await desk.ticket(ticket_id)
    assert [(m["direction"], m["author"]) for m in ticket["messages"]] == [
        ("in", "Ольга"),
        ("note", "otklik"),
    ]
    assert OLGA in ticket["messages"][1]["text"]
    assert "unknown user" in ticket["messages"][1]["text"]
    assert [e["what"] for e in ticket["history"]].count("undeliverable") == 1
    assert ticket["state"] == "new"
    (entry,) = await desk.inbox.entries([EntryState.REFUSED], 10)
    assert (entry["ticket_id"], entry["outcome"]) == (ticket_id, f"refused: {outcome.why}")


async def test_the_second_bounce_of_a_delivery_changes_nothing_more(desk: DeskOnDisk) -> None:
    ticket_id, message_id = await confirmed(desk)
    await receives(desk, bounce(message_id))
    once = await desk.ticket(ticket_id)
    await receives(desk, bounce(message_id, diagnostic="another reason"))
    assert await desk.ticket(ticket_id) == once


async def test_what_came_back_is_listed_and_can_be_sent_again_with_the_same_message_id(
    desk: DeskOnDisk,
) -> None:
    ticket_id, message_id = await confirmed(desk)
    await receives(desk, bounce(message_id))
    outbox = Outbox(desk.database)
    (row,) = await outbox.deliveries([DeliveryState.UNDELIVERABLE], 10)
    assert await outbox.retry(row["id"], NOW)
    (due,) = await outbox.claim("mail", 10, NOW)
    assert due.message_id == message_id
    await outbox.sent(due.id, "250 ok", NOW)
    assert await state_of(desk, ticket_id) == ("sent", "")


async def test_a_bounce_that_is_faster_than_the_relays_answer_has_the_last_word(desk: DeskOnDisk) -> None:
    ticket_id = (await desk.receives(mail())).ticket_id
    assert ticket_id
    outbox = Outbox(desk.database)
    (due,) = await outbox.claim("mail", 10, NOW)
    await receives(desk, bounce(due.message_id))
    await outbox.sent(due.id, "250 ok", NOW)
    assert (await state_of(desk, ticket_id))[0] == "undeliverable"


@pytest.mark.parametrize(
    "ids",
    [(), ("<otklik.1.00000000000000000000000000000000@example.org>",), ("<1@client.example>",)],
    ids=["none", "guessed", "not ours"],
)
async def test_a_forged_bounce_changes_nothing(desk: DeskOnDisk, ids: tuple[str, ...]) -> None:
    ticket_id, _ = await confirmed(desk)
    before = await desk.ticket(ticket_id)
    outcome = await receives(desk, bounce(*ids))
    assert (outcome.what, outcome.ticket_id) == ("refused", None)
    assert await desk.ticket(ticket_id) == before


async def test_a_bounce_that_names_nobody_is_about_the_one_whom_we_wrote_to(desk: DeskOnDisk) -> None:
    ticket_id, message_id = await confirmed(desk)
    await receives(desk, bounce(message_id, recipient=""))
    assert (await state_of(desk, ticket_id))[0] == "undeliverable"


async def test_a_failure_at_another_address_is_a_line_of_the_history(desk: DeskOnDisk) -> None:
    """Olga's server has passed it on, and the copy failed; hers has arrived."""
    ticket_id, message_id = await confirmed(desk)
    outcome = await receives(desk, bounce(message_id, recipient="olga@elsewhere.example"))
    assert outcome.ticket_id == ticket_id
    assert (await state_of(desk, ticket_id))[0] == "sent"
    ticket = await desk.ticket(ticket_id)
    assert [e["what"] for e in ticket["history"]][-1] == "delivery failed"
    assert "olga@elsewhere.example" in ticket["history"][-1]["why"]
    assert len(ticket["messages"]) == 1


@pytest.mark.parametrize(
    ("action", "lines"), [("delayed", 1), ("relayed", 0), ("delivered", 0), ("expanded", 0)]
)
async def test_whatever_has_not_failed_stays_sent(desk: DeskOnDisk, action: str, lines: int) -> None:
    """RFC 3464 §2.3.3: only "failed" is final."""
    ticket_id, message_id = await confirmed(desk)
    before = len((await desk.ticket(ticket_id))["history"])
    outcome = await receives(desk, bounce(message_id, action=action, permanent=False))
    assert outcome.ticket_id == ticket_id
    assert (await state_of(desk, ticket_id))[0] == "sent"
    assert len((await desk.ticket(ticket_id))["history"]) == before + lines


async def test_a_bounce_to_the_signed_address_needs_no_message_id(desk: DeskOnDisk) -> None:
    ticket_id, message_id = await confirmed(desk)
    delivery = await Delivery.get(message_id=message_id)
    to = tags.tagged("support@example.org", "+", tags.sign(tags.BOUNCE, delivery.id, SECRET))
    outcome = await receives(desk, bounce(), to.upper())
    assert outcome.ticket_id == ticket_id
    assert (await state_of(desk, ticket_id))[0] == "undeliverable"


@pytest.mark.parametrize("kind", ["another secret", "no separator", "a ticket's tag"])
async def test_an_address_that_we_did_not_sign_is_nobodys(desk: DeskOnDisk, kind: str) -> None:
    ticket_id, message_id = await confirmed(desk)
    delivery = await Delivery.get(message_id=message_id)
    secret = SECRET[::-1] if kind == "another secret" else SECRET
    tag = tags.sign(tags.TICKET if kind == "a ticket's tag" else tags.BOUNCE, delivery.id, secret)
    known = replace(TAGGED, tag_separator="") if kind == "no separator" else TAGGED
    outcome = await receives(desk, bounce(), f"support+{tag}@example.org", known=known)
    assert outcome.ticket_id is None
    assert (await state_of(desk, ticket_id))[0] == "sent"


async def test_whatever_comes_to_the_signed_address_alone_is_a_machines(desk: DeskOnDisk) -> None:
    """RFC 3834 §4: responders answer the envelope, people answer From."""
    ticket_id, message_id = await confirmed(desk)
    delivery = await Delivery.get(message_id=message_id)
    to = f"support+{tags.sign(tags.BOUNCE, delivery.id, SECRET)}@example.org"
    outcome = await receives(desk, mail("Thanks, we got it.", from_addr="robot@client.example"), to)
    assert (outcome.what, outcome.ticket_id) == ("refused", ticket_id)
    assert (await desk.ticket(ticket_id))["messages"][-1]["automatic"]
    persons = await receives(
        desk, mail("Ещё вопрос", from_addr="petr@client.example"), to, "support@example.org"
    )
    assert persons.what == "opened"


FIND: dict[str, Callable[[str], dict[str, Any]]] = {
    "In-Reply-To": lambda message_id: {"in_reply_to": message_id},
    "References": lambda message_id: {"references": ("<1@x.example>", message_id)},
    "the subject": lambda message_id: {"subject": "Автоматический ответ: [#AS-000001] Обращение принято"},
}


@pytest.mark.parametrize("by", FIND)
@pytest.mark.parametrize("closed", [False, True])
async def test_an_automatic_reply_lies_on_its_ticket_and_does_nothing_there(
    desk: DeskOnDisk, by: str, closed: bool
) -> None:
    ticket_id, message_id = await confirmed(desk)
    if closed:
        await closing.close(desk.database, VERBS, ticket_id, "Анна", NOW, outcome=ClosedAs.DUPLICATE)
    before = await desk.ticket(ticket_id)
    outcome = await receives(desk, auto_reply(**FIND[by](message_id)))
    assert (outcome.what, outcome.ticket_id) == ("refused", ticket_id)
    assert outcome.why == "auto-reply (Auto-Submitted: auto-replied), filed on AS-000001"
    after = await desk.ticket(ticket_id)
    message = after["messages"][-1]
    assert (message["direction"], message["automatic"], message["text"]) == ("in", True, "Я в отпуске.")
    kept = ("state", "reaction_due_at", "closed_at", "deliveries", "rating")
    assert [after[name] for name in kept] == [before[name] for name in kept]
    assert after["history"][-1]["what"] == "automatic mail filed"


async def test_an_automatic_reply_is_filed_once(desk: DeskOnDisk) -> None:
    ticket_id, message_id = await confirmed(desk)
    notice = auto_reply(in_reply_to=message_id, message_id="<same@client.example>")
    await receives(desk, notice)
    await receives(desk, notice, "support@example.org", "help@example.org")
    assert len((await desk.ticket(ticket_id))["messages"]) == 2


async def test_a_digit_in_an_automatic_reply_is_no_rating(desk: DeskOnDisk) -> None:
    ticket_id, _ = await confirmed(desk)
    await answering.answer(desk.database, VERBS, ticket_id, "Анна", "Обновите.", NOW)
    await closing.close(desk.database, VERBS, ticket_id, "Анна", NOW)
    invitation = await desk.message_id_of(ticket_id, "invitation")
    await receives(desk, auto_reply(text="5", reply_text="5", in_reply_to=invitation))
    ticket = await desk.ticket(ticket_id)
    assert (ticket["rating"], ticket["state"]) == (None, "closed")


async def test_the_desk_answers_the_client_not_his_responder(desk: DeskOnDisk) -> None:
    ticket_id, message_id = await confirmed(desk)
    first = (await desk.ticket(ticket_id))["messages"][0]["message_id"]
    await receives(desk, auto_reply(in_reply_to=message_id))
    await answering.answer(desk.database, VERBS, ticket_id, "Анна", "Обновите.", NOW)
    answer = await Delivery.get(ticket_id=ticket_id, kind="answer")
    assert (answer.recipient, answer.in_reply_to) == (OLGA, first)


@pytest.mark.parametrize("who", ["a stranger", "a forger", "nobody"])
async def test_a_strangers_automatic_reply_lies_nowhere(desk: DeskOnDisk, who: str) -> None:
    ticket_id, message_id = await confirmed(desk)
    before = await desk.ticket(ticket_id)
    columns: dict[str, Any] = {"in_reply_to": message_id, "subject": "Re: [#AS-000001]"}
    columns["from_addr"] = {"a stranger": "eve@evil.example", "a forger": OLGA, "nobody": ""}[who]
    if who == "a forger":
        columns["authenticity"] = Authenticity("fail", "DMARC")
    outcome = await receives(desk, auto_reply(**columns))
    assert (outcome.what, outcome.ticket_id) == ("refused", None)
    assert await desk.ticket(ticket_id) == before


async def test_a_participants_absence_notice_lies_on_the_ticket(desk: DeskOnDisk) -> None:
    ticket_id, message_id = await confirmed(desk)
    await Participants(desk.database).add(ticket_id, "petr@client.example", "Анна", NOW)
    outcome = await receives(desk, auto_reply(from_addr="petr@client.example", in_reply_to=message_id))
    assert outcome.ticket_id == ticket_id


async def test_an_absence_notice_that_an_agent_takes_in_joins_its_ticket_as_a_message(
    desk: DeskOnDisk,
) -> None:
    ticket_id, message_id = await confirmed(desk)
    notice = auto_reply(in_reply_to=message_id)
    await receives(desk, notice)
    taken = replace(notice, refusal=None, refusal_why="", overruled="auto-reply")
    assert (await receives(desk, taken, accepted="Анна")).what == "joined"
    assert [m["automatic"] for m in (await desk.ticket(ticket_id))["messages"]] == [False, True, False]


@pytest.mark.parametrize("accepted", ["", "Анна"])
async def test_a_mail_of_ours_that_comes_back_under_another_name_is_a_loop(
    desk: DeskOnDisk, accepted: str
) -> None:
    _, message_id = await confirmed(desk)
    outcome = await receives(desk, mail("Здравствуйте!", message_id=message_id), accepted=accepted)
    if not accepted:
        assert (outcome.what, outcome.why) == ("refused", "loop (we sent it ourselves)")
        return
    assert outcome.what == "opened"
    assert (await state_of(desk, outcome.ticket_id or 0))[0] == "suppressed"


async def test_a_message_id_like_ours_that_we_never_sent_is_no_loop(desk: DeskOnDisk) -> None:
    outcome = await receives(desk, mail(message_id="<otklik.1.00000000000000000000000000000000@example.org>"))
    assert outcome.what == "opened"


async def test_a_blocked_client_is_told_once_and_his_mail_is_kept_and_can_be_taken_in(
    desk: DeskOnDisk,
) -> None:
    directory = Directory(desk.database)
    await confirmed(desk)
    assert (await directory.block(OLGA, "Анна", "угрозы", NOW, domain="example.org", language="ru")).blocked
    with pytest.raises(NotBlockable, match="already"):
        await directory.block(OLGA, "Анна", "угрозы", NOW, domain="example.org", language="ru")
    assert [client.address for client in await directory.clients(blocked=True)] == [OLGA]
    again = mail("Ещё раз!")
    assert (await receives(desk, again)).why == "blocked (an agent has blocked this client)"
    told = await Delivery.filter(kind="blocked").values("recipient", "ticket_id", "state")
    assert told == [{"recipient": OLGA, "ticket_id": None, "state": "owed"}]
    assert (await receives(desk, again, accepted="Анна")).what == "opened"
    assert not (await directory.unblock(OLGA)).blocked
    assert (await receives(desk, mail("Спасибо, что вернули."))).what == "opened"
    with pytest.raises(NotBlockable, match="not blocked"):
        await directory.unblock(OLGA)


async def test_the_letter_to_a_blocked_client_that_comes_back_is_marked_without_a_ticket(
    desk: DeskOnDisk,
) -> None:
    await confirmed(desk)
    await Directory(desk.database).block(OLGA, "Анна", "угрозы", NOW, domain="example.org", language="ru")
    outbox = Outbox(desk.database)
    (due,) = await outbox.claim("mail", 10, NOW)
    assert (due.kind, due.ticket_id) == ("blocked", None)
    await outbox.sent(due.id, "250 ok", NOW)
    outcome = await receives(desk, bounce(due.message_id))
    assert (outcome.ticket_id, outcome.why.rpartition(", ")[2]) == (None, f"filed on delivery {due.id}")
    assert (await Delivery.get(id=due.id)).state == "undeliverable"
