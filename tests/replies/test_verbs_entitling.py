"""The rules asked anew about an open ticket: what agents are offered and give, what the client reads."""

from datetime import timedelta
from typing import Any

import pytest

from intake.incoming import Authenticity
from replies import closing
from replies.answering import Refused, set_level_now
from replies.verbs import entitling, sorting
from replies.verbs.splitting import split
from storage.directory_models import Contract
from storage.models import Delivery, Message
from tests.companies import INTAKE, VERBS, a_company
from tests.desk_on_disk import NOW, DeskOnDisk, mail

LATER = NOW + timedelta(hours=1)
FREE = ("2026-01-01", None, "free")


async def a_ticket(desk: DeskOnDisk, **columns: Any) -> int:
    outcome = await desk.receives(mail(**columns), rules=INTAKE)
    assert outcome.ticket_id
    return outcome.ticket_id


async def says(desk: DeskOnDisk, ticket_id: int, kind: str) -> entitling.Today | None:
    """Anna says what the ticket is about."""

    async def unit() -> entitling.Today | None:
        await sorting.set_kind(VERBS, ticket_id, kind, "Анна", LATER)
        return await entitling.coverage(VERBS, ticket_id, LATER)

    return await desk.database.writer.run(unit)


async def by_rules(desk: DeskOnDisk, ticket_id: int, why: str = "") -> str:
    level, _ = await desk.database.writer.run(
        lambda: entitling.level_by_rules(VERBS, ticket_id, "Анна", why, LATER)
    )
    return level.key


async def told(ticket_id: int) -> dict[str, Any]:
    return (await Delivery.filter(ticket_id=ticket_id, kind="level-change").order_by("-id").first()).facts  # type: ignore[union-attr]


async def test_a_kind_that_the_plan_leaves_out_is_offered_to_be_moved_and_not_moved(desk: DeskOnDisk) -> None:
    await a_company(desk.database, FREE)
    ticket_id = await a_ticket(desk)
    found = await says(desk, ticket_id, "consultation")
    assert found is not None and (found.level.key, found.has) == ("general", "standard")
    assert (await desk.ticket(ticket_id))["level"] == "standard"
    assert await by_rules(desk, ticket_id) == "general"
    ticket = await desk.ticket(ticket_id)
    assert (ticket["level"], ticket["level_facts"]["why"]) == ("general", "not covered")
    assert (await told(ticket_id))["entitlement"] == {"why": "not covered", "day": None, "plan": "free"}


async def test_what_the_plan_covers_needs_no_offer(desk: DeskOnDisk) -> None:
    await a_company(desk.database, FREE)
    assert await says(desk, await a_ticket(desk), "bug") is None


async def test_who_was_moved_for_a_kind_that_it_was_not_is_offered_to_come_back(desk: DeskOnDisk) -> None:
    await a_company(desk.database, FREE)
    ticket_id = await a_ticket(desk)
    await says(desk, ticket_id, "consultation")
    await by_rules(desk, ticket_id)
    found = await says(desk, ticket_id, "bug")
    assert found is not None and found.level.key == "standard"


async def test_a_level_that_an_agent_gave_for_other_reasons_is_left_alone(desk: DeskOnDisk) -> None:
    await a_company(desk.database, ("2026-01-01", None, "paid"))
    ticket_id = await a_ticket(desk)
    await desk.database.writer.run(
        lambda: set_level_now(VERBS, ticket_id, "urgent", "Анна", "critical", LATER)
    )
    assert await says(desk, ticket_id, "bug") is None


async def test_a_renewed_contract_counts_for_an_open_ticket_by_an_agent_s_word(desk: DeskOnDisk) -> None:
    company = await a_company(desk.database, ("2025-01-01", "2026-10-31", ""))
    ticket_id = await a_ticket(desk)
    with pytest.raises(Refused, match="has the level that the rules give, general, already"):
        await by_rules(desk, ticket_id)
    await Contract.create(company_id=company, valid_from=NOW.date())
    assert (await desk.ticket(ticket_id))["level"] == "general"
    assert await by_rules(desk, ticket_id) == "standard"
    ticket = await desk.ticket(ticket_id)
    assert ticket["reaction_due_at"] == NOW + timedelta(hours=8), "counted from receipt"
    (moved,) = [event for event in ticket["history"] if event["what"] == "level"]
    assert (moved["who"], moved["before"], moved["after"], moved["why"]) == (
        "Анна", "general", "standard", "by the rules: valid",
    )  # fmt: skip
    assert (await told(ticket_id))["entitlement"]["why"] == "valid"


async def test_an_agent_s_own_reason_is_told_beside_that_of_the_rules(desk: DeskOnDisk) -> None:
    company = await a_company(desk.database)
    ticket_id = await a_ticket(desk)
    await Contract.create(company_id=company, valid_from=NOW.date())
    await by_rules(desk, ticket_id, "договор подписан")
    facts = await told(ticket_id)
    assert (facts["reason"], facts["entitlement"]["why"]) == ("договор подписан", "valid")


async def test_the_rules_give_no_rights_to_a_ticket_of_a_sender_who_was_not_verified(
    desk: DeskOnDisk,
) -> None:
    await a_company(desk.database, ("2026-01-01", None, ""))
    ticket_id = await a_ticket(desk, authenticity=Authenticity("fail", "SPF"))
    with pytest.raises(Refused, match="general, already"):
        await by_rules(desk, ticket_id)


async def test_a_closed_ticket_is_neither_moved_nor_offered_to_be(desk: DeskOnDisk) -> None:
    await a_company(desk.database, FREE)
    ticket_id = await a_ticket(desk)
    await closing.close(desk.database, VERBS, ticket_id, "Анна", LATER)
    assert await says(desk, ticket_id, "consultation") is None
    with pytest.raises(Refused, match="closed"):
        await by_rules(desk, ticket_id)


async def test_what_is_split_off_is_judged_by_the_same_rules_with_curator_and_version(
    desk: DeskOnDisk,
) -> None:
    await a_company(desk.database, ("2026-01-01", "2026-11-30", "individual"), curator="Анна")
    ticket_id = await a_ticket(desk)
    ours = await desk.message_id_of(ticket_id, "confirmation")
    await desk.receives(mail("И ещё: АгроУчёт 3.1 не открывается", in_reply_to=ours), rules=INTAKE)
    second = await Message.filter(ticket_id=ticket_id).order_by("-id").first()
    assert second is not None
    item = second.id
    new = await desk.database.writer.run(lambda: split(VERBS, ticket_id, item, "Борис", LATER))
    ticket = await desk.ticket(new)
    assert (ticket["level"], ticket["assignee"], ticket["version"]) == ("standard", "Анна", "3.1")
    facts = (await Delivery.get(ticket_id=new, kind="confirmation")).facts
    assert (facts["curator"], facts["outdated"]) == ("Анна", {"product": "uchet", "version": "3.1"})


async def test_what_is_split_off_after_the_contract_has_ended_is_on_the_general_level(
    desk: DeskOnDisk,
) -> None:
    await a_company(desk.database, ("2026-01-01", "2026-11-30", ""))
    ticket_id = await a_ticket(desk)
    ours = await desk.message_id_of(ticket_id, "confirmation")
    await desk.receives(mail("И ещё вопрос", in_reply_to=ours), rules=INTAKE)
    second = await Message.filter(ticket_id=ticket_id).order_by("-id").first()
    assert second is not None
    item, december = second.id, NOW + timedelta(days=10)
    new = await desk.database.writer.run(lambda: split(VERBS, ticket_id, item, "Борис", december))
    ticket = await desk.ticket(new)
    assert (ticket["level"], ticket["level_facts"]["day"]) == ("general", "2026-11-30")
