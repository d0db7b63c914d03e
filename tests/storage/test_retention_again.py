"""Terms that begin anew at the last moment, and failed deliveries, which may be sent once more."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from replies import closing
from storage.database import Database
from storage.files import FileStore
from storage.inbox import Inbox
from storage.models import Delivery, DeliveryState, EntryState
from storage.outbox import Outbox
from storage.retention import Retention
from tests.desk_on_disk import NOW, VERBS, DeskOnDisk, mail
from tests.storage.test_retention import FOR_EVER, a_closed_ticket, an_entry, days, has_body


async def test_a_ticket_closed_anew_at_the_last_moment_keeps_its_texts_for_a_new_term(
    desk: DeskOnDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket_id = await a_closed_ticket(desk)
    purging = Retention(desk.database, FileStore(tmp_path / "f"), replace(FOR_EVER, closed_tickets=10))
    emptied = purging._emptied

    async def closed_anew_first(*args: Any) -> set[str]:
        await closing.reopen(desk.database, VERBS, ticket_id, "Анна", "he rang", days(11))
        await closing.close(desk.database, VERBS, ticket_id, "Анна", days(11))
        return await emptied(*args)

    monkeypatch.setattr(purging, "_emptied", closed_anew_first)
    await purging.purge(days(11))
    texts = [one["text"] for one in (await desk.ticket(ticket_id))["messages"]]
    assert texts == ["It does not print.", "Update."]


async def test_an_entry_quarantined_anew_at_the_last_moment_has_a_new_term(
    database: Database, inbox: Inbox, files: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = await an_entry(inbox, EntryState.QUARANTINED, b"poison")
    purging = Retention(database, files, replace(FOR_EVER, quarantine=10))
    emptied = purging._emptied

    async def tried_again_first(*args: Any) -> set[str]:
        assert await inbox.retry(entry, days(11))
        (claimed,) = await inbox.claim(1, days(11))
        assert await inbox.failed(replace(claimed, failures=4), "poison", days(11), killed=False)
        return await emptied(*args)

    monkeypatch.setattr(purging, "_emptied", tried_again_first)
    await purging.purge(days(11))
    assert await has_body(entry)


async def test_a_mail_that_came_back_can_be_sent_again_after_its_bytes_have_gone(
    desk: DeskOnDisk, tmp_path: Path
) -> None:
    await desk.receives(mail())
    await Delivery.all().update(state=DeliveryState.UNDELIVERABLE, content=b"letter", sent_at=NOW)
    purge = Retention(desk.database, FileStore(tmp_path / "f"), replace(FOR_EVER, deliveries=90)).purge
    assert (await purge(days(91))).deliveries == 1
    outbox = Outbox(desk.database)
    assert await outbox.retry((await Delivery.get()).id, days(92))
    (due,) = await outbox.claim("mail", 1, days(92))
    assert (due.content, due.facts["level"]) == (None, "general")


@pytest.mark.parametrize("state", [DeliveryState.DEAD, DeliveryState.UNDELIVERABLE])
async def test_what_failed_goes_with_its_tickets_texts_and_can_not_be_sent_again(
    desk: DeskOnDisk, tmp_path: Path, state: DeliveryState
) -> None:
    ticket_id = await a_closed_ticket(desk)
    outbox = Outbox(desk.database)
    answer = await Delivery.get(ticket_id=ticket_id, kind="answer")
    await Delivery.filter(id=answer.id).update(state=state, content=b"Update.")
    assert answer.facts["text"] == "Update."
    purge = Retention(desk.database, FileStore(tmp_path / "f"), replace(FOR_EVER, closed_tickets=10)).purge
    await purge(days(11))
    after = await Delivery.get(id=answer.id)
    assert (after.state, after.content, after.facts) == (state, None, {})
    assert not await outbox.retry(answer.id, days(12))
    assert await outbox.cancel(answer.id, days(12))


async def test_what_was_still_owed_when_its_tickets_texts_went_follows_once_it_has_left(
    desk: DeskOnDisk, tmp_path: Path
) -> None:
    ticket_id = await a_closed_ticket(desk)
    purge = Retention(desk.database, FileStore(tmp_path / "f"), replace(FOR_EVER, closed_tickets=10)).purge
    assert (await purge(days(11))).tickets == 1
    answer = await Delivery.get(ticket_id=ticket_id, kind="answer")
    assert (answer.state, answer.facts["text"]) == (DeliveryState.OWED, "Update.")
    await Delivery.all().update(state=DeliveryState.SENT)
    later = Retention(desk.database, FileStore(tmp_path / "f"), replace(FOR_EVER, closed_tickets=10)).purge
    assert (await later(days(12))).tickets == 1
    assert (await Delivery.get(id=answer.id)).facts == {}
    assert (await later(days(13))).tickets == 0
