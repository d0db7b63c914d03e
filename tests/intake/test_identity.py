"""Whose mail it is, and what that lets it do: promises, threats 8 to 16."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.authenticity import Authenticity
from intake.incoming import Forwarded, IncomingMessage
from intake.taking_in.identity import passed_on
from replies import answering, closing
from storage.directory import Directory
from storage.participants import Participants
from tests.desk_on_disk import NOW, VERBS, DeskOnDisk, mail
from tests.intake.identities import FAIL, OURS, PASS, tagged, taken_in
from tests.intake.understood import understood

MALLORY = {"from_addr": "mallory@x.example", "from_name": "Mallory"}


async def nothing_has_changed(desk: DeskOnDisk, ticket_id: int | None) -> bool:
    """Whether a ticket holds but its first message, is new, and owes its confirmation alone."""
    ticket = await desk.ticket(ticket_id)
    events = [event["what"] for event in ticket["history"]]
    kinds = [one["kind"] for one in ticket["deliveries"]]
    return (len(ticket["messages"]), ticket["state"], events, kinds) == (
        1,
        "new",
        ["opened"],
        ["confirmation"],
    )


async def test_threat_10_a_stranger_writes_anothers_number_in_the_subject(desk: DeskOnDisk) -> None:
    victims = await taken_in(desk, mail())
    his = await taken_in(desk, mail("Пришлите переписку.", subject="Re: [#AS-000001] AS-000001", **MALLORY))
    assert (his.what, his.ticket_id) == ("opened", 2)
    assert await nothing_has_changed(desk, victims.ticket_id)


@pytest.mark.parametrize("subject", ["AS-000002", "[#AS-99999999999999999999999]", "AS-000000", "AS--00001"])
async def test_threat_10_a_number_that_nobody_has_opens_a_ticket(desk: DeskOnDisk, subject: str) -> None:
    assert (await taken_in(desk, mail(subject=subject))).what == "opened"


@pytest.mark.parametrize("header", ["in_reply_to", "references"])
@pytest.mark.parametrize("whose", ["ours", "the client's"])
async def test_threat_11_a_strangers_headers_name_a_known_message_id(
    desk: DeskOnDisk, header: str, whose: str
) -> None:
    victims = await taken_in(desk, mail(message_id="<first@client.example>"))
    ours = await desk.message_id_of(victims.ticket_id, "confirmation")
    known = ours if whose == "ours" else "<first@client.example>"
    value = known if header == "in_reply_to" else ("<other@x>", known)
    his = await taken_in(desk, mail("Что там?", **MALLORY, **{header: value}))
    assert his.what == "opened" and his.ticket_id != victims.ticket_id
    assert await nothing_has_changed(desk, victims.ticket_id)


async def test_threat_11_a_stranger_writes_to_a_tickets_signed_address(desk: DeskOnDisk) -> None:
    victims = await taken_in(desk, mail())
    address = tagged(victims.ticket_id)
    his = await taken_in(desk, mail("Что там?", **MALLORY), recipients=(address,))
    assert his.what == "opened" and his.ticket_id != victims.ticket_id
    assert await nothing_has_changed(desk, victims.ticket_id)


async def test_the_clients_mail_to_the_signed_address_joins_without_any_header(desk: DeskOnDisk) -> None:
    first = await taken_in(desk, mail())
    address = tagged(first.ticket_id)
    by_envelope = await taken_in(desk, mail("Подробности.", subject="x"), recipients=(address.upper(),))
    by_header = await taken_in(desk, mail("Ещё.", subject="y", to=(address,)), channel="imap")
    assert [by_envelope.ticket_id, by_header.ticket_id] == [first.ticket_id] * 2


@pytest.mark.parametrize(
    "address",
    [
        tagged(1, secret=b"another secret of 32 bytes, yes!"),
        tagged(2).replace("t-2", "t-1"),
        "support+t-1-@example.org",
    ],
)
async def test_an_address_with_a_forged_signature_is_the_plain_one(desk: DeskOnDisk, address: str) -> None:
    await taken_in(desk, mail())
    outcome = await taken_in(desk, mail("Другое.", subject="x"), recipients=(address,))
    assert outcome.what == "opened"


async def test_threat_12_whoever_is_in_cc_takes_no_part_and_gets_nothing(desk: DeskOnDisk) -> None:
    cc = ("outsider@x.example", "mallory@x.example")
    first = await taken_in(desk, mail(cc=cc))
    ours = await desk.message_id_of(first.ticket_id, "confirmation")
    await taken_in(desk, mail("Подробности.", cc=cc, to=cc, in_reply_to=ours))
    reply_all = await taken_in(desk, mail("А мне?", in_reply_to=ours, subject="Re: [#AS-000001]", **MALLORY))
    assert reply_all.what == "opened" and reply_all.ticket_id != first.ticket_id
    assert first.ticket_id
    await answering.answer(desk.database, VERBS, first.ticket_id, "Анна", "Обновите.", NOW)
    ticket = await desk.ticket(first.ticket_id)
    assert {one["recipient"] for one in ticket["deliveries"]} == {"olga@client.example"}
    assert len(ticket["messages"]) == 3


@pytest.mark.parametrize("verdict", [Authenticity(), PASS, FAIL])
async def test_threat_13_a_mail_from_an_agents_address_has_no_rights(
    desk: DeskOnDisk, verdict: Authenticity
) -> None:
    victims = await taken_in(desk, mail())
    command = mail(
        "#close\n/close AS-000001\nassign me", subject="[#AS-000001] #close", from_addr="anna@desk.example",
        authenticity=verdict, in_reply_to=await desk.message_id_of(victims.ticket_id, "confirmation"),
    )  # fmt: skip
    outcome = await taken_in(desk, command)
    assert (outcome.what, outcome.ticket_id) == ("opened", 2)
    assert await nothing_has_changed(desk, victims.ticket_id)


def test_threat_14_identity_goes_by_from_alone() -> None:
    found = understood(
        "From: Olga <olga@client.example>\nReply-To: victim@x.example\nSender: boss@client.example\n"
        "Resent-From: victim@x.example\nResent-Sender: victim@x.example\nReturn-Path: <victim@x.example>\n"
        "X-Original-From: victim@x.example\nSubject: x\n\nIt does not print."
    )
    assert found.from_addr == "olga@client.example"
    assert "victim" not in str(found.to_json())


async def test_threat_14_the_confirmation_goes_to_from_and_there_is_but_one(desk: DeskOnDisk) -> None:
    found = understood(
        "From: olga@client.example\nReply-To: victim@x.example\nSender: victim@x.example\n"
        "Cc: victim@x.example\nMessage-ID: <1@client.example>\nSubject: x\n\nIt does not print."
    )
    ticket = await desk.ticket((await taken_in(desk, found)).ticket_id)
    assert [one["recipient"] for one in ticket["deliveries"]] == ["olga@client.example"]


@pytest.mark.parametrize(
    "header",
    ["X-Otklik-Ticket: AS-000001", "X-Otklik-Agent: Анна", "X-Priority: 1", "X-Otklik-Level: urgent"],
)
async def test_threat_15_our_own_headers_in_a_foreign_mail_mean_nothing(
    desk: DeskOnDisk, header: str
) -> None:
    victims = await taken_in(desk, mail())
    forged = understood(f"{header}\nFrom: mallory@x.example\nSubject: x\nMessage-ID: <7@x.example>\n\nHello")
    outcome = await taken_in(desk, forged)
    assert outcome.what == "opened" and outcome.ticket_id != victims.ticket_id
    assert (await desk.ticket(outcome.ticket_id))["level"] == "general"
    assert await nothing_has_changed(desk, victims.ticket_id)


async def test_threat_16_a_third_partys_code_is_no_part_of_anybodys_ticket(desk: DeskOnDisk) -> None:
    """What the status page shows of a ticket is tested with the pages (`tests/bot/test_web_ticket.py`)."""
    attackers = await taken_in(desk, mail(**MALLORY))
    code = mail("Your code is 123456", subject="[#AS-000001] Verify", from_addr="verify@third.example")
    outcome = await taken_in(desk, code)
    assert outcome.what == "opened" and outcome.ticket_id != attackers.ticket_id
    messages = (await desk.ticket(attackers.ticket_id))["messages"]
    assert not any("123456" in message["text"] for message in messages)


async def closed(desk: DeskOnDisk) -> tuple[int, str]:
    """Olga's closed ticket, and the Message-ID of the invitation to rate it."""
    opened = await taken_in(desk, mail())
    assert opened.ticket_id
    await answering.answer(desk.database, VERBS, opened.ticket_id, "Анна", "Обновите.", NOW)
    await closing.close(desk.database, VERBS, opened.ticket_id, "Анна", NOW)
    return opened.ticket_id, await desk.message_id_of(opened.ticket_id, "invitation")


@pytest.mark.parametrize("text", ["1", "Всё снова сломалось."])
async def test_a_mail_that_fails_neither_rates_nor_reopens(desk: DeskOnDisk, text: str) -> None:
    ticket_id, invitation = await closed(desk)
    before = await desk.ticket(ticket_id)
    forged = mail(text, in_reply_to=invitation, subject="[#AS-000001]", authenticity=FAIL)
    outcome = await taken_in(desk, forged, recipients=(tagged(ticket_id),))
    assert outcome.what == "opened" and outcome.ticket_id != ticket_id
    assert await desk.ticket(ticket_id) == before


@pytest.mark.parametrize("verdict", [Authenticity(), PASS])
async def test_the_same_mail_reopens_when_it_is_not_known_to_be_forged(
    desk: DeskOnDisk, verdict: Authenticity
) -> None:
    ticket_id, invitation = await closed(desk)
    outcome = await taken_in(desk, mail("Снова сломалось.", in_reply_to=invitation, authenticity=verdict))
    assert (outcome.what, outcome.ticket_id) == ("reopened", ticket_id)


async def test_a_mail_that_fails_opens_its_own_ticket_which_says_so(desk: DeskOnDisk) -> None:
    ticket = await desk.ticket((await taken_in(desk, mail(authenticity=FAIL))).ticket_id)
    assert [one["authenticity"] for one in ticket["messages"]] == [FAIL.noted]
    assert ("sender not verified", FAIL.why) in [(one["what"], one["why"]) for one in ticket["history"]]
    (delivery,) = ticket["deliveries"]
    assert delivery["state"] == "suppressed"
    assert FAIL.why in delivery["error"]


async def test_its_confirmation_goes_out_when_the_configuration_says_so(desk: DeskOnDisk) -> None:
    rules = replace(OURS, confirm_unverified=True)
    ticket = await desk.ticket((await taken_in(desk, mail(authenticity=FAIL), rules)).ticket_id)
    assert [one["state"] for one in ticket["deliveries"]] == ["owed"]


async def test_a_level_is_a_right_that_a_forged_from_does_not_give(desk: DeskOnDisk) -> None:
    await Directory(desk.database).add("olga@client.example", "Ольга", "ru", NOW)
    levels = [
        (await desk.ticket((await taken_in(desk, mail(f"{verdict}", authenticity=verdict))).ticket_id))[
            "level"
        ]
        for verdict in (PASS, Authenticity(), FAIL)
    ]
    assert levels == ["standard", "standard", "general"]


@pytest.mark.parametrize(("verdict", "noted"), [(PASS, PASS.noted), (Authenticity(), "")])
async def test_what_is_known_of_a_sender_is_kept_with_the_message(
    desk: DeskOnDisk, verdict: Authenticity, noted: str
) -> None:
    ticket = await desk.ticket((await taken_in(desk, mail(authenticity=verdict))).ticket_id)
    assert [one["authenticity"] for one in ticket["messages"]] == [noted]


ORIGINAL = Forwarded("olga@client.example", "Ольга", "Не печатает", "Здравствуйте, не печатает.")
BLOCK = (
    "---------- Forwarded message ---------\nОт: Ольга <olga@client.example>\nDate: Mon, 23 Nov 2026\n"
    "Subject: Не печатает\nTo: <anna@desk.example>\n\n"
)


def forward(
    verdict: Authenticity = PASS, original: Forwarded = ORIGINAL, **columns: object
) -> IncomingMessage:
    """Anna's mail that passes Olga's on."""
    text = f"Клиентка звонила, она торопится.\n\n{BLOCK}{original.text}"
    return mail(
        text, from_addr="anna@desk.example", from_name="Анна", subject="Fwd: Не печатает", forwarded=original,
        authenticity=verdict, references=("<elsewhere@desk.example>",), **columns,
    )  # fmt: skip


async def test_an_agents_forward_opens_the_ticket_in_the_clients_name(desk: DeskOnDisk) -> None:
    await Directory(desk.database).add("olga@client.example", "Ольга Николаевна", "ru", NOW)
    outcome = await taken_in(desk, forward())
    ticket = await desk.ticket(outcome.ticket_id)
    assert (outcome.what, ticket["client"], ticket["level"]) == ("opened", "olga@client.example", "standard")
    assert ticket["subject"] == "Не печатает"
    told = [(one["direction"], one["author"], one["text"]) for one in ticket["messages"]]
    assert told == [
        ("in", "Ольга", "Здравствуйте, не печатает."),
        ("note", "Анна", "Клиентка звонила, она торопится."),
    ]
    assert ("forwarded", "Анна", "forwarded by Анна") in [
        (one["what"], one["who"], one["why"]) for one in ticket["history"]
    ]
    assert [(one["recipient"], one["state"]) for one in ticket["deliveries"]] == [
        ("olga@client.example", "owed")
    ]


async def test_the_client_joins_the_ticket_that_an_agent_has_opened(desk: DeskOnDisk) -> None:
    opened = await taken_in(desk, forward())
    ours = await desk.message_id_of(opened.ticket_id, "confirmation")
    joined = await taken_in(desk, mail("Спасибо, вот снимок.", in_reply_to=ours))
    assert joined.ticket_id == opened.ticket_id


async def test_the_same_forward_twice_is_a_duplicate(desk: DeskOnDisk) -> None:
    once = forward()
    first, second = await taken_in(desk, once), await taken_in(desk, once, channel="imap")
    assert (second.what, second.ticket_id) == ("duplicate", first.ticket_id)


@pytest.mark.parametrize("verdict", [Authenticity(), FAIL])
async def test_threat_13_a_forward_that_is_not_verified_is_a_request_of_that_address(
    desk: DeskOnDisk, verdict: Authenticity
) -> None:
    ticket = await desk.ticket((await taken_in(desk, forward(verdict))).ticket_id)
    assert ticket["client"] == "anna@desk.example"
    assert all(one["recipient"] == "anna@desk.example" for one in ticket["deliveries"])
    assert "note" not in [one["direction"] for one in ticket["messages"]]


async def test_a_strangers_forward_is_his_own_request(desk: DeskOnDisk) -> None:
    ticket = await desk.ticket((await taken_in(desk, replace(forward(), **MALLORY))).ticket_id)
    assert ticket["client"] == "mallory@x.example"


@pytest.mark.parametrize("address", ["support@example.org", "anna@desk.example", "no-reply@bank.example", ""])
async def test_nothing_is_opened_in_the_name_of_ourselves_or_of_a_machine(
    desk: DeskOnDisk, address: str
) -> None:
    original = replace(ORIGINAL, from_addr=address)
    ticket = await desk.ticket((await taken_in(desk, forward(original=original))).ticket_id)
    assert ticket["client"] == "anna@desk.example"


@pytest.mark.parametrize(
    ("above", "note"),
    [
        ("Срочно!\n\n" + BLOCK, "Срочно!"),
        ("Это от olga@client.example:\n\n" + BLOCK, "Это от olga@client.example:"),
        (
            "Смотрите.\n\n________________________________\nFrom: Ольга <Olga@client.example>\nSent: x\n\n",
            "Смотрите.",
        ),
        ("-------- Пересылаемое сообщение --------\nТема: x\nДата: y\nОт: <olga@client.example>\n\n", ""),
    ],
)
async def test_the_agents_own_words_become_a_note(desk: DeskOnDisk, above: str, note: str) -> None:
    forwarded = replace(forward(), text=f"{above}{ORIGINAL.text}")
    ticket = await desk.ticket((await taken_in(desk, forwarded)).ticket_id)
    notes = [one["text"] for one in ticket["messages"] if one["direction"] == "note"]
    assert notes == ([note] if note else [])


def test_finding_the_agents_words_takes_no_longer_than_the_mail_is_long() -> None:
    """The forwarded text is nearly in the agent's own at every place of it; five megabytes in the end."""
    before = LEAST_SPENT
    for size in (20_000, 80_000, 320_000, 1_280_000, 5_120_000):
        attached = replace(ORIGINAL, text="ab" + "a" * (size // 2))
        spent = spent_on(replace(forward(original=attached), text="a" * size))
        assert spent < before * 8, f"four times the mail took {spent / before:.0f} times as long"
        before = max(spent, LEAST_SPENT)


LEAST_SPENT = 0.002  # seconds; less is not compared, for it tells more of the machine than of the mail


def spent_on(incoming: IncomingMessage) -> float:
    """The processor's seconds for telling an agent's words from the mail that he passes on, at best."""
    spent = []
    for _ in range(3):
        began = time.thread_time()
        found = passed_on(incoming, {"anna@desk.example": "Анна"}, frozenset())
        spent.append(time.thread_time() - began)
        assert found is not None and found[1].words == incoming.text
    return min(spent)


@given(st.text("ab", max_size=12), st.text("ab", min_size=1, max_size=4))
def test_the_agents_words_end_where_the_forwarded_text_stands_last(text: str, original: str) -> None:
    incoming = replace(forward(original=replace(ORIGINAL, text=original)), text=text)
    found = passed_on(incoming, {"anna@desk.example": "Анна"}, frozenset())
    above = text.rpartition(original)[0] if original in text else text
    assert found is not None and found[1].words == above


async def test_a_forward_as_it_really_comes(desk: DeskOnDisk) -> None:
    raw = (
        "Authentication-Results: mx.desk.example; dmarc=pass header.from=desk.example\n"
        "From: Anna <anna@desk.example>\nTo: support@example.org\nSubject: Fwd: Program error\n"
        "Message-ID: <f@desk.example>\nContent-Type: text/plain; charset=utf-8\n\n"
        "She is in a hurry.\n\n---------- Forwarded message ---------\nFrom: Olga <olga@client.example>\n"
        "Date: Mon, 23 Nov 2026 at 05:10\nSubject: Program error\nTo: Anna <anna@desk.example>\n\n\n"
        "Hello, it does not print the invoice since yesterday.\n"
    )
    trusted = understood(raw, trusted_authserv_id="mx.desk.example")
    ticket = await desk.ticket((await taken_in(desk, trusted)).ticket_id)
    assert (ticket["client"], ticket["subject"]) == ("olga@client.example", "Program error")
    assert [one["text"] for one in ticket["messages"]] == [
        "Hello, it does not print the invoice since yesterday.",
        "She is in a hurry.",
    ]
    nobody_trusted = replace(understood(raw), message_id="<g@desk.example>")
    other = await desk.ticket((await taken_in(desk, nobody_trusted)).ticket_id)
    assert other["client"] == "anna@desk.example"


async def test_a_removed_persons_mail_does_not_change_whom_we_answer(desk: DeskOnDisk) -> None:
    first = await taken_in(desk, mail())
    assert first.ticket_id
    persons = Participants(desk.database)
    await persons.add(first.ticket_id, "ivan@client.example", "Анна", NOW)
    ivans = mail("Я коллега.", subject="AS-000001", from_addr="ivan@client.example")
    assert (await taken_in(desk, ivans)).ticket_id == first.ticket_id
    await persons.remove(first.ticket_id, "ivan@client.example", "Анна", NOW + timedelta(hours=1))
    await answering.answer(desk.database, VERBS, first.ticket_id, "Анна", "Обновите.", NOW)
    recipients = [one["recipient"] for one in (await desk.ticket(first.ticket_id))["deliveries"]]
    assert set(recipients) == {"olga@client.example"}
