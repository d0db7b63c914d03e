"""What becomes of an understood mail: a new ticket, a place on one, a rating, or a reason why not."""

from datetime import timedelta
from typing import Any

import pytest

from desk.rating import Outcome as ClosedAs
from intake import requests
from intake.incoming import Declined, Screenshot
from replies import answering, closing
from storage.directory import Directory
from storage.inbox import LEASE, Arrival, ClaimLost, arrival_key
from storage.models import Delivery, Entry, EntryState
from tests.desk_on_disk import INTAKE, NOW, VERBS, DeskOnDisk, mail

SHOT = Screenshot("kassa.png", "image/png", 640, 480, 1234, "ab" * 32, "cd" * 32)


async def closed_ticket(desk: DeskOnDisk) -> int:
    """Olga's ticket, answered and closed, with the invitation out."""
    opened = await desk.receives(mail())
    assert opened.ticket_id
    await answering.answer(desk.database, VERBS, opened.ticket_id, "Анна", "Обновите.", NOW)
    await closing.close(desk.database, VERBS, opened.ticket_id, "Анна", NOW)
    return opened.ticket_id


async def test_a_strangers_mail_opens_a_ticket_on_the_general_level(desk: DeskOnDisk) -> None:
    outcome = await desk.receives(mail(screenshots=(SHOT,), declined=(Declined("a.xlsx", "format", "x/y"),)))
    ticket = await desk.ticket(outcome.ticket_id)
    assert (outcome.what, ticket["state"], ticket["level"]) == ("opened", "new", "general")
    assert ticket["promise"] == "40 working hours"
    assert ticket["reaction_due_at"].isoformat() == "2026-11-27T06:30:00+00:00"  # Friday 09:30 in Moscow
    (message,) = ticket["messages"]
    assert [shot["name"] for shot in message["screenshots"]] == ["kassa.png"]
    assert message["declined"] == [{"name": "a.xlsx", "reason": "format"}]


async def test_a_registered_clients_mail_gets_the_standard_level(desk: DeskOnDisk) -> None:
    await Directory(desk.database).add("olga@client.example", "Ольга Николаевна", "ru", NOW)
    ticket = await desk.ticket((await desk.receives(mail())).ticket_id)
    assert ticket["level"] == "standard"
    assert ticket["reaction_due_at"].isoformat() == "2026-11-23T10:30:00+00:00"  # 13:30 in Moscow


async def test_the_promise_counts_from_receipt_not_from_processing(desk: DeskOnDisk) -> None:
    early = await desk.ticket((await desk.receives(mail(), NOW)).ticket_id)
    late = await desk.ticket((await desk.receives(mail("другое"), NOW + timedelta(hours=2))).ticket_id)
    assert late["reaction_due_at"] - early["reaction_due_at"] == timedelta(hours=2)


async def test_each_ticket_owes_exactly_one_confirmation(desk: DeskOnDisk) -> None:
    first = await desk.receives(mail())
    confirmation = await desk.message_id_of(first.ticket_id, "confirmation")
    await desk.receives(mail("Ещё одно: и не сканирует.", in_reply_to=confirmation))
    ticket = await desk.ticket(first.ticket_id)
    assert [d["kind"] for d in ticket["deliveries"]] == ["confirmation"]
    assert len(ticket["messages"]) == 2


@pytest.mark.parametrize("header", ["in_reply_to", "references"])
async def test_a_reply_joins_by_our_message_id(desk: DeskOnDisk, header: str) -> None:
    first = await desk.receives(mail())
    ours = await desk.message_id_of(first.ticket_id, "confirmation")
    value = ours if header == "in_reply_to" else ("<unknown@elsewhere>", ours)
    reply = await desk.receives(mail("Вот подробности.", subject="совсем другое", **{header: value}))
    assert (reply.what, reply.ticket_id) == ("joined", first.ticket_id)


async def test_a_second_mail_in_the_clients_own_thread_joins(desk: DeskOnDisk) -> None:
    first = await desk.receives(mail(message_id="<first@client.example>"))
    second = await desk.receives(mail("Забыла сказать.", in_reply_to="<first@client.example>"))
    assert (second.what, second.ticket_id) == ("joined", first.ticket_id)


async def test_a_reply_joins_by_the_number_in_the_subject(desk: DeskOnDisk) -> None:
    first = await desk.receives(mail())
    reply = await desk.receives(mail("Подробности.", subject="Re: [#AS-000001] Обращение принято"))
    assert (reply.what, reply.ticket_id) == ("joined", first.ticket_id)


@pytest.mark.parametrize("way", ["number", "message id", "client's message id"])
async def test_a_stranger_who_names_a_ticket_gets_one_of_his_own(desk: DeskOnDisk, way: str) -> None:
    first = await desk.receives(mail(message_id="<first@client.example>"))
    ours = await desk.message_id_of(first.ticket_id, "confirmation")
    claim = {
        "number": {"subject": "Re: [#AS-000001] Обращение принято"},
        "message id": {"in_reply_to": ours},
        "client's message id": {"references": ("<first@client.example>",)},
    }[way]
    stranger = await desk.receives(mail("Покажите переписку.", from_addr="mallory@x.example", **claim))
    assert stranger.what == "opened"
    assert stranger.ticket_id != first.ticket_id
    assert len((await desk.ticket(first.ticket_id))["messages"]) == 1


async def test_the_same_mail_twice_makes_one_ticket_and_one_confirmation(desk: DeskOnDisk) -> None:
    same = mail(message_id="<same@client.example>")
    first, second = await desk.receives(same), await desk.receives(same)
    assert (second.what, second.ticket_id) == ("duplicate", first.ticket_id)
    assert len((await desk.ticket(first.ticket_id))["deliveries"]) == 1


@pytest.mark.parametrize("other", [{"from_addr": "mallory@x.example"}, {"body_digest": "0" * 64}])
async def test_a_known_message_id_with_another_sender_or_content_is_a_new_mail(
    desk: DeskOnDisk, other: dict[str, str]
) -> None:
    first = await desk.receives(mail(message_id="<same@client.example>"))
    second = await desk.receives(mail(message_id="<same@client.example>", **other))
    assert second.what == "opened"
    assert second.ticket_id != first.ticket_id


async def test_equal_mails_without_message_id_are_duplicates_for_seven_days(desk: DeskOnDisk) -> None:
    bare = mail(message_id="")
    first = await desk.receives(bare)
    again = await desk.receives(bare, NOW + timedelta(days=6))
    later = await desk.receives(bare, NOW + timedelta(days=7, minutes=1))
    assert (again.what, again.ticket_id) == ("duplicate", first.ticket_id)
    assert later.what == "opened"


async def test_refused_mail_makes_no_ticket_and_no_confirmation(desk: DeskOnDisk) -> None:
    outcome = await desk.receives(mail(refusal="auto-reply", refusal_why="Auto-Submitted"))
    assert (outcome.what, outcome.ticket_id) == ("refused", None)
    assert (await desk.receives(mail())).ticket_id == 1


async def test_a_mail_that_names_no_sender_waits_in_quarantine_for_a_person(desk: DeskOnDisk) -> None:
    outcome = await desk.receives(
        mail(from_addr="", refusal="no-sender", refusal_why="two addresses in From")
    )
    (entry,) = await desk.inbox.entries([EntryState.QUARANTINED], 10)
    assert (outcome.what, entry["outcome"]) == ("set aside", "set aside: two addresses in From")
    assert await Delivery.filter(kind="quarantined").count() == 1  # and people are told that it waits


async def test_the_sixth_confirmation_to_an_address_within_an_hour_is_suppressed(desk: DeskOnDisk) -> None:
    outcomes = [await desk.receives(mail(f"вопрос {n}")) for n in range(7)]
    states = [(await desk.ticket(o.ticket_id))["deliveries"][0]["state"] for o in outcomes]
    assert states == ["owed"] * 5 + ["suppressed"] * 2
    last = await desk.ticket(outcomes[-1].ticket_id)
    assert "confirmation suppressed" in [event["what"] for event in last["history"]]
    later = await desk.receives(mail("через час"), NOW + timedelta(hours=1, seconds=1))
    assert (await desk.ticket(later.ticket_id))["deliveries"][0]["state"] == "owed"


async def test_the_twentyfirst_confirmation_within_a_day_is_suppressed(desk: DeskOnDisk) -> None:
    for n in range(20):
        await desk.receives(mail(f"вопрос {n}"), NOW + timedelta(minutes=15 * n))
    last = await desk.receives(mail("ещё один"), NOW + timedelta(hours=6))
    assert (await desk.ticket(last.ticket_id))["deliveries"][0]["state"] == "suppressed"


async def test_a_mail_on_a_closed_ticket_reopens_it_and_withdraws_the_invitation(desk: DeskOnDisk) -> None:
    ticket_id = await closed_ticket(desk)
    invitation = await desk.message_id_of(ticket_id, "invitation")
    at = NOW + timedelta(days=30)
    again = await desk.receives(mail("Ошибка снова здесь.", in_reply_to=invitation), at)
    ticket = await desk.ticket(ticket_id)
    assert (again.what, ticket["state"], ticket["closed_at"]) == ("reopened", "open", None)
    assert ticket["closures"][0]["withdrawn_at"] == at
    # It had not left yet, and never will.
    assert [d["state"] for d in ticket["deliveries"] if d["kind"] == "invitation"] == ["cancelled"]


async def test_after_thirty_days_it_opens_a_follow_up_that_names_the_old_ticket(desk: DeskOnDisk) -> None:
    ticket_id = await closed_ticket(desk)
    invitation = await desk.message_id_of(ticket_id, "invitation")
    later = await desk.receives(mail("Снова.", in_reply_to=invitation), NOW + timedelta(days=31))
    follow_up = await desk.ticket(later.ticket_id)
    assert (later.what, follow_up["follow_up_of"]) == ("opened", ticket_id)
    assert (await desk.ticket(ticket_id))["state"] == "closed"


@pytest.mark.parametrize(("text", "stars"), [("5", 5), ("★★★", 3), (" 1 ", 1)])
async def test_stars_in_a_mailed_reply_rate_and_do_not_reopen(
    desk: DeskOnDisk, text: str, stars: int
) -> None:
    ticket_id = await closed_ticket(desk)
    invitation = await desk.message_id_of(ticket_id, "invitation")
    outcome = await desk.receives(mail(text, in_reply_to=invitation), NOW + timedelta(days=2))
    ticket = await desk.ticket(ticket_id)
    assert (outcome.what, ticket["state"], ticket["rating"]) == ("rated", "closed", stars)
    assert ticket["closures"][0]["rated_via"] == "mail"


async def test_the_last_word_counts_and_the_history_keeps_the_first(desk: DeskOnDisk) -> None:
    ticket_id = await closed_ticket(desk)
    invitation = await desk.message_id_of(ticket_id, "invitation")
    await desk.receives(mail("2", in_reply_to=invitation))
    await desk.receives(mail("4", in_reply_to=invitation))
    ticket = await desk.ticket(ticket_id)
    assert ticket["rating"] == 4
    rated = [(e["before"][:1], e["after"][:1]) for e in ticket["history"] if e["what"] == "rated"]
    assert rated == [("", "2"), ("2", "4")]


async def test_a_digit_after_the_invitation_has_expired_reaches_a_person(desk: DeskOnDisk) -> None:
    ticket_id = await closed_ticket(desk)
    invitation = await desk.message_id_of(ticket_id, "invitation")
    outcome = await desk.receives(mail("5", in_reply_to=invitation), NOW + timedelta(days=15))
    assert outcome.what == "reopened"
    assert (await desk.ticket(ticket_id))["rating"] is None


async def test_a_digit_on_a_ticket_that_nobody_was_asked_about_is_a_message(desk: DeskOnDisk) -> None:
    opened = await desk.receives(mail())
    assert opened.ticket_id
    await closing.close(desk.database, VERBS, opened.ticket_id, "Анна", NOW, outcome=ClosedAs.DUPLICATE)
    outcome = await desk.receives(mail("5", subject="Re: [#AS-000001]"))
    assert outcome.what == "reopened"


async def test_a_client_is_answered_in_the_language_he_writes(desk: DeskOnDisk) -> None:
    english = await desk.receives(
        mail("Hello, the program does not print when we post the document. What should we do with it?",
             from_addr="peter@mill.example")
    )  # fmt: skip
    short = await desk.receives(mail("???", from_addr="nobody@short.example"))
    assert (await desk.ticket(english.ticket_id))["language"] == "en"
    assert (await desk.ticket(short.ticket_id))["language"] == "ru"


async def test_a_refused_mail_can_be_taken_in_afterwards_and_a_machine_gets_no_answer(
    desk: DeskOnDisk,
) -> None:
    refused = await desk.receives(mail(refusal="list", refusal_why="a mailing list"))
    assert refused.what == "refused"
    (entry,) = await desk.inbox.entries([EntryState.REFUSED], 10)
    assert await desk.inbox.accept(int(entry["id"]), NOW, "Анна")
    assert not await desk.inbox.accept(int(entry["id"]), NOW, "Анна"), "it is not refused any more"
    (claimed,) = await desk.inbox.claim(1, NOW)
    assert claimed.accepted_by == "Анна"
    overruled = mail(overruled="list")
    outcome = await desk.database.writer.run(lambda: requests.take_in(claimed, overruled, INTAKE, NOW))
    assert outcome.what == "opened"
    (delivery,) = (await desk.ticket(outcome.ticket_id))["deliveries"]
    assert (delivery["kind"], delivery["state"]) == ("confirmation", "suppressed")
    assert "Анна" in delivery["error"]


async def test_a_person_s_mail_that_was_refused_as_spam_is_confirmed_when_it_is_taken_in(
    desk: DeskOnDisk,
) -> None:
    outcome = await desk.receives(mail(overruled="spam"))
    (delivery,) = (await desk.ticket(outcome.ticket_id))["deliveries"]
    assert delivery["state"] == "owed"


async def test_a_mail_without_a_sender_is_set_aside_even_when_its_refusal_is_overruled(
    desk: DeskOnDisk,
) -> None:
    outcome = await desk.receives(mail(from_addr="", overruled="bounce"))
    assert outcome.what == "set aside"


async def test_a_worker_that_was_not_heard_of_for_too_long_changes_nothing(desk: DeskOnDisk) -> None:
    body = b"From: olga@client.example\r\n\r\nIt does not print.\r\n"
    key = arrival_key(["support@example.org"], body)
    await desk.inbox.record(Arrival(key, "smtp", "olga", {}, body, NOW))
    (frozen,) = await desk.inbox.claim(1, NOW)
    late = NOW + LEASE + timedelta(seconds=1)
    assert await desk.inbox.release(late, all_claims=False) == 1
    (awake,) = await desk.inbox.claim(1, late)
    understood = mail()
    with pytest.raises(ClaimLost):
        await desk.database.writer.run(lambda: requests.take_in(frozen, understood, INTAKE, late))
    outcome = await desk.database.writer.run(lambda: requests.take_in(awake, understood, INTAKE, late))
    assert outcome.what == "opened"
    await desk.inbox.postpone(frozen, late)
    await desk.inbox.failed(frozen, "it broke", late, killed=False)
    assert (await Entry.get(id=awake.id)).state == EntryState.DONE


ANSWERED = "Re: [#AS-000001] Как мы справились?"


@pytest.mark.parametrize("subject", [ANSWERED, "Re: Не печатает", "", "Спасибо!"])
async def test_a_mail_that_only_thanks_is_filed_and_reopens_nothing(desk: DeskOnDisk, subject: str) -> None:
    ticket_id = await closed_ticket(desk)
    invitation = await desk.message_id_of(ticket_id, "invitation")
    text = "Спасибо большое, всё заработало!\n\nС уважением,\nОльга Кравец"
    outcome = await desk.receives(mail(text, subject=subject, in_reply_to=invitation))
    ticket = await desk.ticket(ticket_id)
    assert (outcome.what, outcome.why, outcome.ticket_id) == ("joined", "thanks", ticket_id)
    assert (ticket["state"], ticket["messages"][-1]["text"]) == ("closed", text)
    assert (ticket["history"][-1]["what"], ticket["history"][-1]["who"]) == ("thanked", "olga@client.example")
    assert ticket["closures"][0]["withdrawn_at"] is None  # he may still rate


@pytest.mark.parametrize(
    "more",
    [
        {"text": "Спасибо, но всё равно не печатает"},
        {"text": "Спасибо!", "screenshots": (SHOT,)},
        {"text": "Спасибо!", "declined": (Declined("журнал.xlsx", "format", "x/y"),)},
        {"text": "Спасибо!", "links_to_shares": ("https://disk.example/1",)},
        {"text": "Спасибо!", "subject": "Принтер опять молчит"},
    ],
    ids=str,
)
async def test_thanks_with_anything_more_reopen_the_ticket(desk: DeskOnDisk, more: dict[str, Any]) -> None:
    ticket_id = await closed_ticket(desk)
    invitation = await desk.message_id_of(ticket_id, "invitation")
    outcome = await desk.receives(mail(**{"subject": ANSWERED, "in_reply_to": invitation, **more}))
    assert (outcome.what, (await desk.ticket(ticket_id))["state"]) == ("reopened", "open")


async def test_thanks_for_an_open_ticket_join_it_like_any_other_mail(desk: DeskOnDisk) -> None:
    first = await desk.receives(mail())
    confirmation = await desk.message_id_of(first.ticket_id, "confirmation")
    outcome = await desk.receives(mail("Спасибо!", in_reply_to=confirmation))
    assert (outcome.what, outcome.why) == ("joined", "")


async def test_thanks_after_the_days_of_reopening_open_no_follow_up(desk: DeskOnDisk) -> None:
    ticket_id = await closed_ticket(desk)
    invitation = await desk.message_id_of(ticket_id, "invitation")
    outcome = await desk.receives(
        mail("Спасибо!", in_reply_to=invitation, subject=ANSWERED), NOW + timedelta(days=40)
    )
    assert (outcome.what, outcome.ticket_id) == ("joined", ticket_id)


async def test_a_follow_up_after_thirty_days_is_noted_on_both_tickets(desk: DeskOnDisk) -> None:
    old = await closed_ticket(desk)
    invitation = await desk.message_id_of(old, "invitation")
    again = mail("Снова не печатает.", in_reply_to=invitation, subject=ANSWERED)
    outcome = await desk.receives(again, NOW + timedelta(days=31))
    followed, follows = await desk.ticket(old), await desk.ticket(outcome.ticket_id)
    assert outcome.what == "opened" and follows["follow_up_of"] == old
    assert followed["state"] == "closed"
    line = ("AS-000001", "AS-000002")
    told = [(one["before"], one["after"]) for one in followed["history"] if one["what"] == "followed up"]
    assert told == [line]
    told = [(one["before"], one["after"]) for one in follows["history"] if one["what"] == "follow-up of"]
    assert told == [line]
