"""Companies as people change them, and whose client somebody is."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import TypeVar

import pytest

from storage.companies.card import CompanyCard, Used, company_card, company_of_client
from storage.companies.changing import (
    CompanyKnown,
    Edit,
    NoCompany,
    NoContract,
    NotConnected,
    add_company,
    connect,
    disconnect,
    edit_company,
    note_on_company,
    tidy_note,
)
from storage.companies.linking import NotLinkable, company_at, link_client, unlink_client
from storage.directory import client_by_address
from storage.models import Client
from tests.desk_on_disk import NOW, DeskOnDisk, mail

T = TypeVar("T")
LATER = datetime(2026, 12, 1, tzinfo=UTC)
YEAR = Edit(plan="paid", valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 31))


async def does(desk: DeskOnDisk, unit: Callable[[], Awaitable[T]]) -> T:
    return await desk.database.writer.run(unit)


async def firm(desk: DeskOnDisk, registration: str = "R-1", edit: Edit = YEAR) -> CompanyCard:
    await does(desk, lambda: add_company(registration, f"Firm {registration}", NOW))
    await does(desk, lambda: edit_company(registration, edit))
    return await card(registration)


async def card(registration: str = "R-1") -> CompanyCard:
    found = await company_card(registration)
    assert found is not None
    return found


async def olga(desk: DeskOnDisk) -> int:
    """The client who writes in `mail`; she has an open ticket then."""
    await desk.receives(mail())
    client = await client_by_address("olga@client.example")
    assert client is not None
    return client.id


@pytest.mark.parametrize(
    ("day", "valid"),
    [("2025-12-31", False), ("2026-01-01", True), ("2026-12-31", True), ("2027-01-01", False)],
)
async def test_a_contract_is_valid_on_its_first_and_on_its_last_day(
    desk: DeskOnDisk, day: str, valid: bool
) -> None:
    found = (await firm(desk)).contract_on(date.fromisoformat(day))
    assert (found is not None) == valid


async def test_of_several_contracts_the_one_that_began_last_counts(desk: DeskOnDisk) -> None:
    await firm(desk)
    await does(desk, lambda: edit_company("R-1", Edit(plan="free", valid_from=date(2026, 6, 1))))
    found = await card()
    plans = [found.contract_on(date(2026, month, 1)) for month in (5, 6)]
    assert [one.plan if one else None for one in plans] == ["paid", "free"]
    future = found.contract_shown(date(2025, 1, 1))
    assert future is not None and future.plan == "free", "what will count is shown where nothing does"


async def test_terms_without_a_first_day_are_those_of_the_contract_that_began_last(desk: DeskOnDisk) -> None:
    await firm(desk)
    await does(desk, lambda: edit_company("R-1", Edit(level="gold", endless=True)))
    (term,) = (await card()).contracts
    assert (term.level, term.plan, term.valid_to) == ("gold", "paid", None)


async def test_a_contract_has_to_begin_and_ends_after_that(desk: DeskOnDisk) -> None:
    await firm(desk, edit=Edit(name="Firm"))
    with pytest.raises(NoContract):
        await does(desk, lambda: edit_company("R-1", Edit(plan="paid")))
    backwards = Edit(valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 1))
    with pytest.raises(ValueError, match="before it begins"):
        await does(desk, lambda: edit_company("R-1", backwards))
    assert (await card()).contracts == ()


async def test_a_mail_domain_is_one_company_s(desk: DeskOnDisk) -> None:
    await firm(desk, edit=Edit(domains=("roga.example",)))
    await firm(desk, "R-2", Edit(name="Other"))
    with pytest.raises(CompanyKnown, match=r"roga\.example is a mail domain of the company R-1"):
        await does(desk, lambda: edit_company("R-2", Edit(domains=("roga.example",))))
    found = await company_at("roga.example")
    assert found is not None and found.registration == "R-1"
    with pytest.raises(CompanyKnown):
        await does(desk, lambda: add_company("R-2", "Again", NOW))


async def test_products_are_replaced_and_notes_are_added(desk: DeskOnDisk) -> None:
    await firm(desk, edit=Edit(products=(Used("buh", "3.2", "77"), Used("zup", "", ""))))
    await does(desk, lambda: edit_company("R-1", Edit(products=(Used("buh", "3.3", "77"),))))
    for text in ("one", "two\n\n  \nmore"):
        await does(desk, lambda text=text: note_on_company("R-1", "Анна", text, NOW))  # type: ignore[misc]
    found = await card()
    assert found.products == (Used("buh", "3.3", "77"),)
    assert [(one.author, one.text) for one in found.notes] == [("Анна", "two\nmore"), ("Анна", "one")]
    with pytest.raises(ValueError, match="says something"):
        await does(desk, lambda: note_on_company("R-1", "Анна", " \n ", NOW))


def test_a_note_keeps_its_lines_and_loses_blank_ones() -> None:
    assert tidy_note("\n a\r\nb \n\n\n c\n") == "a\nb\nc"


async def test_a_connection_ends_and_stays_known(desk: DeskOnDisk) -> None:
    await firm(desk)
    await does(desk, lambda: connect("R-1", "second", NOW))
    with pytest.raises(NotConnected, match="already"):
        await does(desk, lambda: connect("R-1", "second", LATER))
    await does(desk, lambda: disconnect("R-1", "second", LATER))
    with pytest.raises(NotConnected):
        await does(desk, lambda: disconnect("R-1", "second", LATER))
    await does(desk, lambda: connect("R-1", "second", LATER))
    found = await card()
    assert [(one.connected_at, one.disconnected_at) for one in found.lines] == [(NOW, LATER), (LATER, None)]
    assert found.connected == ("second",)
    with pytest.raises(NotConnected, match="after that"):
        await does(desk, lambda: disconnect("R-1", "second", NOW))


async def test_linking_registers_a_client_and_is_in_the_history_of_his_open_tickets(desk: DeskOnDisk) -> None:
    await firm(desk)
    client_id = await olga(desk)
    await does(desk, lambda: link_client(client_id, "R-1", "Анна", NOW))
    client = await client_by_address("olga@client.example")
    company = await company_of_client(client_id)
    assert client is not None and client.registered
    assert company is not None and (company.registration, company.clients) == ("R-1", 1)
    assert len(company.open_tickets) == 1
    (ticket_id,) = company.open_tickets
    line = (await desk.ticket(ticket_id))["history"][-1]
    assert (line["who"], line["what"], line["before"], line["after"]) == ("Анна", "company linked", "", "R-1")
    with pytest.raises(NotLinkable, match="already"):
        await does(desk, lambda: link_client(client_id, "R-1", "Анна", NOW))
    with pytest.raises(NoCompany):
        await does(desk, lambda: link_client(client_id, "R-9", "Анна", NOW))


async def test_who_is_unlinked_is_registered_no_more(desk: DeskOnDisk) -> None:
    await firm(desk)
    client_id = await olga(desk)
    await does(desk, lambda: link_client(client_id, "R-1", "Анна", NOW))
    assert await does(desk, lambda: unlink_client(client_id, "Анна", NOW)) == "R-1"
    client = await Client.get(id=client_id)
    assert (client.company_id, client.registered) == (None, False), "or he would count as under contract"
    with pytest.raises(NotLinkable):
        await does(desk, lambda: unlink_client(client_id, "Анна", NOW))


async def test_nobody_is_linked_who_is_not_there(desk: DeskOnDisk) -> None:
    await firm(desk)
    with pytest.raises(NotLinkable, match="no such client"):
        await does(desk, lambda: link_client(4242, "R-1", "Анна", NOW))
