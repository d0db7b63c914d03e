"""What becomes of a request by what its client is entitled to: level, curator, versions, claims."""

from datetime import timedelta
from typing import Any

import pytest

from intake.incoming import Authenticity
from intake.taking_in.heard import answer_to
from storage.absences import Away, note_absence
from storage.database import Database
from storage.directory import client_by_address, standing_of
from storage.models import Client, Delivery
from storage.tickets import ticket_now
from tests.companies import INTAKE, a_company
from tests.desk_on_disk import NOW, DeskOnDisk, mail

VALID, EXPIRED = ("2026-01-01", None, ""), ("2025-01-01", "2026-10-31", "")
INDIVIDUAL = ("2026-01-01", None, "individual")


async def takes_in(desk: DeskOnDisk, text: str = "Не печатает.", **columns: Any) -> dict[str, Any]:
    outcome = await desk.receives(mail(text, **columns), rules=INTAKE)
    assert outcome.ticket_id
    return await desk.ticket(outcome.ticket_id)


async def confirmed_with(ticket: dict[str, Any]) -> dict[str, Any]:
    return (await Delivery.get(ticket_id=ticket["id"], kind="confirmation")).facts


async def changes(desk: DeskOnDisk, ticket_id: int, what: str) -> list[tuple[str, str, str]]:
    history = (await desk.ticket(ticket_id))["history"]
    return [(e["before"], e["after"], e["why"]) for e in history if e["what"] == what]


async def notices(ticket_id: int) -> list[tuple[str, str]]:
    rows = Delivery.filter(ticket_id=ticket_id, channel="agents").order_by("id")
    return [(one.kind, one.recipient) for one in await rows]


@pytest.mark.parametrize(
    ("contracts", "level", "why"),
    [
        ([VALID], "standard", "valid"),
        ([EXPIRED], "general", "expired"),
        ([EXPIRED, VALID], "standard", "valid"),
        ([("2026-12-01", None, "")], "general", "not begun"),
        ([], "general", "no contract"),
    ],
)
async def test_a_company_s_contract_decides_the_level(
    desk: DeskOnDisk, contracts: list[tuple[str, str | None, str]], level: str, why: str
) -> None:
    company = await a_company(desk.database, *contracts)
    ticket = await takes_in(desk)
    assert (ticket["level"], ticket["company_id"]) == (level, company)
    assert ticket["level_facts"]["why"] == why
    assert ticket["level_facts"]["contract_valid"] is (level == "standard")


async def test_a_stranger_and_one_who_was_added_by_hand_have_no_company(desk: DeskOnDisk) -> None:
    stranger = await takes_in(desk, from_addr="new@client.example")
    assert (stranger["level"], stranger["company_id"]) == ("general", None)
    await a_company(desk.database)
    await Client.filter(registered=True).update(company_id=None)
    known = await takes_in(desk)
    assert (known["level"], known["company_id"], known["level_facts"]["why"]) == (
        "standard", None, "no company",
    )  # fmt: skip


async def test_the_confirmation_knows_that_the_certificate_has_expired_and_when(desk: DeskOnDisk) -> None:
    await a_company(desk.database, EXPIRED)
    facts = await confirmed_with(await takes_in(desk))
    assert facts["entitlement"] == {"why": "expired", "day": "2026-10-31", "plan": ""}


async def test_a_sender_who_is_not_verified_has_no_rights_of_the_company_s(desk: DeskOnDisk) -> None:
    await a_company(desk.database, INDIVIDUAL, curator="Анна")
    forged = Authenticity("fail", "DMARC of client.example")
    ticket = await takes_in(desk, "Срочно!", authenticity=forged)
    assert (ticket["level"], ticket["company_id"], ticket["assignee"]) == ("general", None, None)
    assert await notices(ticket["id"]) == []


async def test_who_is_called_otherwise_when_addressed_is_greeted_like_that(desk: DeskOnDisk) -> None:
    await a_company(desk.database, VALID)
    await Client.filter(registered=True).update(vocative="Ольго Миколаївно")
    assert (await confirmed_with(await takes_in(desk)))["client_vocative"] == "Ольго Миколаївно"


async def test_a_changed_contract_takes_effect_on_the_next_request(desk: DeskOnDisk) -> None:
    company = await a_company(desk.database, EXPIRED)
    first = await takes_in(desk)
    await another_contract(desk.database, company)
    second = await takes_in(desk, "Другой вопрос")
    assert [first["level"], second["level"]] == ["general", "standard"]
    assert (await desk.ticket(first["id"]))["level"] == "general"


async def another_contract(database: Database, company: int) -> None:
    from storage.directory_models import Contract

    await Contract.create(company_id=company, plan="", valid_from=NOW.date(), valid_to=None)


# --- the kind, where its author says it


@pytest.mark.parametrize(
    ("kind", "level", "why"), [("bug", "standard", None), ("consultation", "general", "not covered")]
)
async def test_a_kind_that_the_plan_leaves_out_is_taken_in_on_the_general_level(
    desk: DeskOnDisk, kind: str, level: str, why: str | None
) -> None:
    from intake.taking_in.arrived import Arrived
    from intake.taking_in.conversation import Outcome, open_request
    from storage.inbox import Arrival, arrival_key

    await a_company(desk.database, ("2026-01-01", None, "free"))
    body = b"a form"
    await desk.inbox.record(Arrival(arrival_key(["x@y"], body), "web", "olga", {}, body, NOW))
    (entry,) = await desk.inbox.claim(1, NOW)

    async def unit() -> Outcome:
        client = await client_by_address("olga@client.example")
        assert client is not None
        arrived = Arrived(entry, mail(), "", client, INTAKE, NOW, None, kind=kind)
        return await open_request(arrived, follow_up_of=None)

    outcome = await desk.database.writer.run(unit)
    ticket = await desk.ticket(outcome.ticket_id)
    assert (ticket["level"], ticket["kind"], ticket["level_facts"]["covered"]) == (level, kind, why is None)
    told = (await confirmed_with(ticket)).get("entitlement")
    assert told == (None if why is None else {"why": why, "day": None, "plan": "free"})


# --- curators


async def test_an_individual_plan_s_request_goes_to_the_curator(desk: DeskOnDisk) -> None:
    await a_company(desk.database, INDIVIDUAL, curator="Анна")
    ticket = await takes_in(desk)
    assert (ticket["assignee"], ticket["state"], ticket["reacted_at"]) == ("Анна", "new", None)
    assert await changes(desk, ticket["id"], "assigned") == [("", "Анна", "the curator")]
    assert await changes(desk, ticket["id"], "curator") == [("Анна", "Анна", "")]
    assert (await confirmed_with(ticket))["curator"] == "Анна"


async def test_while_the_curator_is_away_it_goes_to_his_substitute(desk: DeskOnDisk) -> None:
    await a_company(desk.database, INDIVIDUAL, curator="Анна")
    away = Away("Анна", "Борис", NOW - timedelta(days=1), NOW + timedelta(days=1))
    await desk.database.writer.run(lambda: note_absence(away, NOW))
    ticket = await takes_in(desk)
    assert ticket["assignee"] == "Борис"
    assert await changes(desk, ticket["id"], "assigned") == [("", "Борис", "stands in for Анна")]
    assert (await confirmed_with(ticket))["curator"] == "Борис"


async def test_where_nobody_stands_in_the_request_is_nobody_s_and_the_history_says_so(
    desk: DeskOnDisk,
) -> None:
    await a_company(desk.database, INDIVIDUAL, curator="Анна")
    away = Away("Анна", "", NOW - timedelta(days=1), None)
    await desk.database.writer.run(lambda: note_absence(away, NOW))
    ticket = await takes_in(desk)
    assert ticket["assignee"] is None
    assert await changes(desk, ticket["id"], "curator") == [("Анна", "", "")]
    assert "curator" not in await confirmed_with(ticket)


@pytest.mark.parametrize(
    "contract", [VALID, ("2026-01-01", None, "paid"), ("2025-01-01", "2025-12-31", "individual")]
)
async def test_no_other_plan_and_no_expired_one_goes_to_the_curator(
    desk: DeskOnDisk, contract: tuple[str, str | None, str]
) -> None:
    await a_company(desk.database, contract, curator="Анна")
    ticket = await takes_in(desk)
    assert ticket["assignee"] is None
    assert await changes(desk, ticket["id"], "curator") == []


# --- products and versions


async def test_an_outdated_version_is_taken_in_as_ever_noted_and_told(desk: DeskOnDisk) -> None:
    await a_company(desk.database, VALID)
    ticket = await takes_in(desk, "АгроУчёт 3.1.14 не печатает")
    assert (ticket["level"], ticket["product"], ticket["version"]) == ("standard", "uchet", "3.1.14")
    assert await changes(desk, ticket["id"], "outdated version") == [("uchet", "3.1.14", "")]
    assert (await confirmed_with(ticket))["outdated"] == {"product": "uchet", "version": "3.1.14"}


async def test_a_supported_version_is_kept_and_nothing_is_said_of_it(desk: DeskOnDisk) -> None:
    ticket = await takes_in(desk, subject="АгроУчёт 3.2.1: не печатает")
    assert (ticket["product"], ticket["version"]) == ("uchet", "3.2.1")
    assert "outdated" not in await confirmed_with(ticket)
    assert await changes(desk, ticket["id"], "outdated version") == []


async def test_what_is_named_only_later_is_kept_and_noted_then_once(desk: DeskOnDisk) -> None:
    first = await takes_in(desk, "АгроУчёт не печатает")
    ours = await desk.message_id_of(first["id"], "confirmation")
    for _ in range(2):
        await desk.receives(mail("Это версия 3.1.", in_reply_to=ours), rules=INTAKE)
    later = await desk.ticket(first["id"])
    assert (later["product"], later["version"]) == ("uchet", "3.1")
    assert await changes(desk, first["id"], "outdated version") == [("uchet", "3.1", "")]


async def test_in_a_chat_the_answer_to_which_version_may_be_a_bare_number(desk: DeskOnDisk) -> None:
    first = await takes_in(desk, "АгроУчёт не печатает")

    async def answers() -> None:
        ticket = await ticket_now(first["id"])
        assert ticket is not None
        await answer_to(ticket, "3.1.14", INTAKE, NOW)

    await desk.database.writer.run(answers)
    assert (await desk.ticket(first["id"]))["version"] == "3.1.14"
    assert await changes(desk, first["id"], "outdated version") == [("uchet", "3.1.14", "")]


# --- claims of urgency


async def test_a_claim_of_urgency_alerts_the_heads_once_and_promotes_nothing(desk: DeskOnDisk) -> None:
    await a_company(desk.database, VALID)
    ticket = await takes_in(desk, "Срочно! Касса стоит.")
    ours = await desk.message_id_of(ticket["id"], "confirmation")
    await desk.receives(mail("Очень срочно!!!", in_reply_to=ours), rules=INTAKE)
    assert (await desk.ticket(ticket["id"]))["level"] == "standard"
    assert await changes(desk, ticket["id"], "urgency claimed") == [("", "Срочно", "")]
    assert await notices(ticket["id"]) == [("urgent", "role:head,admin")]


async def test_the_curator_is_told_in_the_heads_stead(desk: DeskOnDisk) -> None:
    await a_company(desk.database, INDIVIDUAL, curator="Анна")
    ticket = await takes_in(desk, "Всё стоит, помогите!")
    assert await notices(ticket["id"]) == [("urgent", "agent:Анна")]


async def test_a_claim_in_a_later_message_alerts_too(desk: DeskOnDisk) -> None:
    ticket = await takes_in(desk)
    ours = await desk.message_id_of(ticket["id"], "confirmation")
    await desk.receives(mail("Теперь это критично, всё стоит.", in_reply_to=ours), rules=INTAKE)
    assert [kind for kind, _ in await notices(ticket["id"])] == ["urgent"]


# --- the look-up


async def test_a_client_s_company_and_contracts_come_with_his_address(desk: DeskOnDisk) -> None:
    company = await a_company(desk.database, EXPIRED, INDIVIDUAL, curator="Анна")
    client = await client_by_address("olga@client.example")
    assert client is not None
    assert (client.standing.company_id, client.standing.curator) == (company, "Анна")
    assert [one.plan for one in sorted(client.standing.contracts, key=lambda one: one.valid_from)] == [
        "", "individual",
    ]  # fmt: skip
    assert await standing_of(client.id) == client.standing
