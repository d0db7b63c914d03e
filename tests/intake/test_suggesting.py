"""An unknown person of a known company's mail domain is suggested to the agents, never linked by itself."""

from datetime import date
from typing import Any

import pytest

from intake.incoming import Authenticity
from storage.companies.changing import Edit, add_company, edit_company
from storage.companies.linking import suggested_for
from storage.directory import Directory, client_by_address
from storage.models import Client
from tests.desk_on_disk import NOW, DeskOnDisk, mail


async def roga(desk: DeskOnDisk) -> None:
    """A company whose people write from client.example."""

    async def unit() -> None:
        await add_company("R-1", "ООО «Рога»", NOW)
        edit = Edit(domains=("client.example",), plan="paid", valid_from=date(2026, 1, 1))
        await edit_company("R-1", edit)

    await desk.database.writer.run(unit)


async def suggestions(desk: DeskOnDisk, **columns: Any) -> list[dict[str, Any]]:
    """What was suggested for the ticket that a mail has opened."""
    outcome = await desk.receives(mail(**columns))
    assert outcome.what == "opened"
    history = (await desk.ticket(outcome.ticket_id))["history"]
    return [one for one in history if one["what"] == "company suggested"]


async def test_the_ticket_s_history_says_which_company_it_may_be(desk: DeskOnDisk) -> None:
    await roga(desk)
    (line,) = await suggestions(desk)
    assert (line["who"], line["before"], line["after"], line["why"]) == (
        "otklik", "client.example", "R-1", "ООО «Рога»",
    )  # fmt: skip
    assert await suggested_for(1) == ["R-1"]


async def test_nobody_is_linked_by_it(desk: DeskOnDisk) -> None:
    await roga(desk)
    await suggestions(desk)
    client = await Client.get()
    assert (client.company_id, client.registered) == (None, False)
    assert (await desk.ticket(1))["level"] == "general"


async def test_a_registered_client_s_company_is_known_to_be_none(desk: DeskOnDisk) -> None:
    await roga(desk)
    await Directory(desk.database).add("olga@client.example", "Ольга", "ru", NOW)
    assert await suggestions(desk) == []


@pytest.mark.parametrize(
    "address", ["olga@other.example", "olga@sub.client.example", "olga@notclient.example", "olga@gmail.com"]
)
async def test_other_domains_suggest_nothing(desk: DeskOnDisk, address: str) -> None:
    await roga(desk)
    assert await suggestions(desk, from_addr=address) == []


async def test_a_sender_who_is_not_verified_is_not_suggested(desk: DeskOnDisk) -> None:
    await roga(desk)
    assert await suggestions(desk, authenticity=Authenticity("fail", "dmarc=fail")) == []


async def test_every_new_ticket_asks_again_and_a_reply_does_not(desk: DeskOnDisk) -> None:
    await roga(desk)
    await suggestions(desk)
    assert len(await suggestions(desk, subject="Другое")) == 1
    reply = mail("Ещё", in_reply_to=await desk.message_id_of(1, "confirmation"))
    assert (await desk.receives(reply)).what == "joined"
    assert len([one for one in (await desk.ticket(1))["history"] if one["what"] == "company suggested"]) == 1
    assert (await client_by_address("olga@client.example")) is not None
