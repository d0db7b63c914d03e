"""Where no index leads to a person: in envelopes, among what has just come; and at whose cost he is found."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from storage import statements
from storage.inbox import Arrival
from storage.models import Entry, EntryState
from storage.participants import Participants
from storage.privacy import erasure, person, traces
from storage.privacy.erasure import ERASED, NobodyHasIt, StillArriving, erase
from storage.privacy.traces import sender_key
from storage.sqlite_connection import SqliteConnection
from storage.writer import Writer
from tests.desk_on_disk import NOW, DeskOnDisk, mail
from tests.storage.test_privacy import IVAN, LATER, MARK, OLGA, a_rated_ticket, everything, olgas


async def an_entry_of_ivans(desk: DeskOnDisk, mail_from: str, state: EntryState = EntryState.DONE) -> int:
    """A mail with Ivan in From and somebody else, perhaps, as envelope sender."""
    envelope = {"mail_from": mail_from, "recipients": ["support@example.org"], "peer": "192.0.2.1"}
    key = sha256(mail_from.encode()).hexdigest()
    await desk.inbox.record(Arrival(key, "smtp", sender_key(IVAN), envelope, b"Ivan's words", NOW))
    await Entry.filter(key=key).update(state=state)
    return int((await Entry.get(key=key)).id)


@pytest.mark.parametrize("written", [OLGA, "Olga@Client.EXAMPLE", f"<{OLGA}>"])
async def test_his_address_goes_from_the_envelope_of_another_persons_mail_which_stays(
    desk: DeskOnDisk, written: str
) -> None:
    await desk.receives(olgas("does not print"))
    entry = await Entry.get(id=await an_entry_of_ivans(desk, written))
    erased = await erase(desk.database, OLGA, "test", LATER)
    after = await Entry.get(id=entry.id)
    assert after.envelope == {**entry.envelope, "mail_from": ERASED}
    assert (after.body, after.conversation, after.state) == (b"Ivan's words", sender_key(IVAN), "done")
    assert erased.mails == 1


async def test_in_either_form_of_an_international_domain_it_goes(desk: DeskOnDisk) -> None:
    await desk.receives(olgas("does not print", from_addr="ольга@пример.example"))
    entry = await an_entry_of_ivans(desk, "Ольга@xn--e1afmkfd.example")
    await erase(desk.database, "ольга@пример.example", "test", LATER)
    assert (await Entry.get(id=entry)).envelope["mail_from"] == ERASED


@pytest.mark.parametrize("other", [f"x{OLGA}", "olga@client.example.net", "ol_ga@client.example", IVAN, ""])
async def test_another_address_stays_in_its_envelope(desk: DeskOnDisk, other: str) -> None:
    await desk.receives(olgas("does not print"))
    entry = await an_entry_of_ivans(desk, other)
    await erase(desk.database, OLGA, "test", LATER)
    assert (await Entry.get(id=entry)).envelope["mail_from"] == other


async def test_somebody_who_is_known_from_an_envelope_alone_is_erased_there(desk: DeskOnDisk) -> None:
    entry = await an_entry_of_ivans(desk, OLGA, EntryState.QUARANTINED)
    await erase(desk.database, OLGA, "test", LATER)
    after = await Entry.get(id=entry)
    assert (after.envelope["mail_from"], after.state) == (ERASED, EntryState.QUARANTINED)
    with pytest.raises(NobodyHasIt):
        await erase(desk.database, OLGA, "test", LATER)


async def test_while_a_mail_with_him_as_envelope_sender_waits_nothing_is_erased(desk: DeskOnDisk) -> None:
    await desk.receives(olgas("does not print"))
    await an_entry_of_ivans(desk, OLGA, EntryState.RECORDED)
    with pytest.raises(StillArriving, match="1 of his mails"):
        await erase(desk.database, OLGA, "test", LATER)
    assert MARK in await everything()


async def test_a_mail_that_comes_between_the_look_through_the_tables_and_the_erasure_goes_too(
    desk: DeskOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traces, "STEP", 2)
    monkeypatch.setattr(traces, "LATE", 0)
    for number in range(5):
        await desk.receives(olgas(f"question {number}"))
        await desk.receives(mail(f"answer {number}", from_addr=IVAN, message_id=f"<{number}@ivan>"))
    theirs = (await desk.receives(mail("No printing.", from_addr=IVAN))).ticket_id
    assert theirs
    await Participants(desk.database).add(theirs, OLGA, "Анна", NOW)

    async def looks(address: str) -> traces.Seen:
        seen = await person.look(address)
        await desk.receives(olgas("more"))
        await desk.receives(replace(olgas("the same here"), subject=f"Re: [#AS-{theirs:06d}]"))
        await an_entry_of_ivans(desk, OLGA)
        return seen

    monkeypatch.setattr(erasure, "look", looks)
    erased = await erase(desk.database, OLGA, "test", LATER)
    left = await everything()
    assert (erased.tickets, MARK in left, OLGA in left) == (6, False, False)
    assert "No printing." in left


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
async def test_no_table_is_looked_through_while_new_mail_waits_to_be_recorded(
    desk: DeskOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_rated_ticket(desk)
    asked: list[tuple[str, tuple[Any, ...]]] = []
    ask, run = SqliteConnection.execute_fetchall, Writer.run

    async def heard(self: SqliteConnection, sql: str, parameters: Any = None) -> list[Any]:
        asked.append((sql, tuple(parameters or ())))
        return await ask(self, sql, parameters)

    async def recorded(self: Writer, unit: Any) -> Any:
        monkeypatch.setattr(SqliteConnection, "execute_fetchall", heard)
        try:
            return await run(self, unit)
        finally:
            monkeypatch.setattr(SqliteConnection, "execute_fetchall", ask)

    monkeypatch.setattr(Writer, "run", recorded)
    await erase(desk.database, OLGA, "test", LATER)
    assert len(asked) > 20
    for sql, parameters in asked:
        plan = [str(row["detail"]) for row in await plan_of(sql, parameters)]
        assert not [step for step in plan if step.startswith(("SCAN messages", "SCAN entries"))], sql


async def plan_of(sql: str, parameters: tuple[Any, ...]) -> list[dict[str, Any]]:
    return await statements.fetch(f"EXPLAIN QUERY PLAN {sql}", *parameters)
