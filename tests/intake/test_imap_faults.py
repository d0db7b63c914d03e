"""A mailbox whose server or wire fails: mail comes later, once; people are told within minutes, once."""

import asyncio
from typing import Any

import pytest

from intake import imap
from intake.imap import Session
from intake.mailbox import reading, rules, watch
from intake.mailbox.settings import Trouble
from tests.desk_on_disk import DeskOnDisk
from tests.dovecot import PASSWORD, USER, Dovecot, TokenServer
from tests.intake.mailbox_talk import Watched, owed, raw, until
from tests.tcp_proxy import Proxy


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look every second, and tries to connect in quick succession."""
    monkeypatch.setattr(watch, "IDLE", 1.0)
    monkeypatch.setattr(rules, "REST_MOST", 0.1)
    monkeypatch.setattr(rules, "REST_REFUSED", 0.5)


async def test_fault_10_a_connection_that_breaks_in_the_middle_of_a_mail_brings_it_later_and_once(
    sqlite: DeskOnDisk, dovecot: Dovecot, wire: Proxy
) -> None:
    box = Watched(sqlite, dovecot, port=wire.port, after="move", move_to="Done", poll_seconds=1.0)
    mails = [box.put(raw()), box.put(raw("MIDDLE", size=300_000)), box.put(raw())]
    wire.cut_at, wire.times = b"MIDDLE", 1
    async with box.watching():
        bodies = await box.has(3)
        await until("all are moved", lambda: box.uids() == [])
        await until("all is well", lambda: not box.standing.trouble)
        assert sorted(bodies) == sorted(mails)
        await until("all are counted", lambda: box.standing.taken_in == 3)
        assert wire.connections == 2 and wire.times == 0


async def test_a_fetch_that_stalls_is_cut_and_the_mail_comes_over_another_connection(
    sqlite: DeskOnDisk, dovecot: Dovecot, wire: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "ANSWER", 1.0)
    box = Watched(sqlite, dovecot, port=wire.port)
    mail = box.put(raw("MIDDLE", size=300_000))
    wire.stall_at, wire.times = b"MIDDLE", 1
    async with box.watching():
        assert await box.has(1) == [mail]
        assert wire.connections == 2


async def test_a_fetch_that_drips_for_ever_is_cut_by_the_one_who_attends(
    sqlite: DeskOnDisk, dovecot: Dovecot, wire: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "STEP", 1.0)  # while the socket itself would wait for half a minute
    box = Watched(sqlite, dovecot, port=wire.port)
    mail = box.put(raw("MIDDLE"))
    wire.stall_at, wire.times = b"MIDDLE", 1
    async with box.watching():
        assert await box.has(1) == [mail]
        assert wire.connections == 2


async def test_a_mail_that_breaks_every_connection_does_not_keep_the_others_out(
    sqlite: DeskOnDisk, dovecot: Dovecot, wire: Proxy
) -> None:
    box = Watched(sqlite, dovecot, port=wire.port)
    box.put(raw("POISON"))
    mails = [box.put(raw()), box.put(raw())]
    wire.cut_at, wire.times = b"POISON", 1_000_000
    async with box.watching():
        assert await box.has(2) == mails
        await until("it is told", lambda: box.standing.trouble and box.standing.waiting == 1)
        wire.times = 0  # the server is mended
        assert len(await box.has(3)) == 3
        await until("all is well", lambda: not box.standing.trouble and box.standing.waiting == 0)


async def test_a_server_that_says_bye_or_goes_away_is_found_again(
    sqlite: DeskOnDisk, dovecot: Dovecot, wire: Proxy
) -> None:
    box = Watched(sqlite, dovecot, port=wire.port)
    async with box.watching():
        await box.is_well()
        wire.say(b"* BYE the server is shutting down\r\n")
        await until("it is back", lambda: wire.connections >= 2 and box.standing.connected)
        await box.is_well()
        dovecot.down()
        wire.drop()
        await until("it is told", lambda: box.standing.trouble and not box.standing.connected)
        dovecot.up()
        mail = box.put(raw())
        assert await box.has(1) == [mail]
        await until("all is well", lambda: not box.standing.trouble)


async def test_where_idle_keeps_breaking_it_looks_by_itself(
    sqlite: DeskOnDisk, dovecot: Dovecot, wire: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "IDLE", 120.0)
    box = Watched(sqlite, dovecot, port=wire.port)
    wire.cut_at, wire.times = b"+ idling", watch.IDLE_TRIES
    async with box.watching():
        await until("it has given up", lambda: wire.times == 0)
        await box.is_well()
        idled = wire.seen.count(b" IDLE\r\n")
        mail = box.put(raw())
        assert await box.has(1) == [mail]
        assert wire.seen.count(b" IDLE\r\n") == idled == watch.IDLE_TRIES


async def test_fault_13_an_outage_is_told_to_the_agents_once_and_its_end_too(
    sqlite: DeskOnDisk, dovecot: Dovecot
) -> None:
    box = Watched(sqlite, dovecot, password="wrong", alarm_after=0.5)
    box.recipients = ("head@example.net", "admin@example.net")
    async with box.watching():
        await until("it is refused", lambda: box.standing.refused)
        assert box.standing.failing and "[AUTHENTICATIONFAILED]" in box.standing.trouble
        assert "wrong" not in box.standing.trouble
        told = await until("they are told", lambda: owed(sqlite))
        assert {one["recipient"] for one in told} == set(box.recipients)
        assert {one["kind"] for one in told} == {"alarm"} and {one["ticket_id"] for one in told} == {None}
        await asyncio.sleep(2.5)  # several tries, and looks at it
    async with box.watching():  # a restart in the middle of it
        await until("it is overdue again", lambda: box.standing.overdue)
        await asyncio.sleep(1.5)
        assert len(await owed(sqlite)) == 2
    box = recovered(box)
    async with box.watching():

        async def four() -> bool:
            return len(await owed(sqlite)) == 4

        await until("they are told the end", four)
        await asyncio.sleep(1.5)
        assert await four()


def recovered(box: Watched) -> Watched:
    well = Watched(box.desk, box.dovecot, username=box.user, password=PASSWORD, alarm_after=0.5)
    well.recipients = box.recipients
    return well


async def test_a_short_outage_is_told_to_nobody(sqlite: DeskOnDisk, dovecot: Dovecot, wire: Proxy) -> None:
    box = Watched(sqlite, dovecot, port=wire.port, alarm_after=60)
    box.recipients = ("head@example.net",)
    async with box.watching():
        await box.is_well()
        wire.drop()
        await until("it is back", lambda: wire.connections >= 2)
        await box.is_well()
        assert await owed(sqlite) == []


async def test_a_refused_password_is_not_tried_again_for_minutes(
    sqlite: DeskOnDisk, dovecot: Dovecot, wire: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "REST_REFUSED", 300.0)
    box = Watched(sqlite, dovecot, port=wire.port, password="wrong")
    async with box.watching():
        await until("it is refused", lambda: box.standing.refused)
        await asyncio.sleep(2)
        assert wire.connections == 1
    assert box.stopping < 3


async def test_a_full_or_unwilling_server_is_tried_again_soon_whatever_it_calls_that(
    sqlite: DeskOnDisk, dovecot: Dovecot, wire: Proxy
) -> None:
    wire.replaced = {b"[AUTHENTICATIONFAILED]": b"[UNAVAILABLE]"}
    box = Watched(sqlite, dovecot, port=wire.port, password="wrong")
    async with box.watching():
        await until("it is tried again", lambda: wire.connections >= 3)
        assert not box.standing.refused and "[UNAVAILABLE]" in box.standing.trouble


async def test_an_access_token_that_expired_is_replaced_without_a_word(
    sqlite: DeskOnDisk, dovecot: Dovecot, tokens: TokenServer, wire: Proxy
) -> None:
    asked: list[str] = []

    async def token(refused: str) -> str:
        asked.append(refused)
        if refused:
            tokens.good.add("fresh-token")
            return "fresh-token"
        return "expired-token"

    box = Watched(sqlite, dovecot, username=USER, password="", port=wire.port)
    box.tokens = token
    mail = box.put(raw())
    async with box.watching():
        assert await box.has(1) == [mail]
        assert asked == ["", "expired-token"] and not box.standing.trouble


async def test_a_token_that_cannot_be_had_is_told_and_only_a_refusal_rests_for_long(
    sqlite: DeskOnDisk, dovecot: Dovecot
) -> None:
    raised: list[OSError] = [ConnectionError("the token server is away")]

    async def token(_: str) -> str:
        raise raised[0]

    box = Watched(sqlite, dovecot, username=USER, password="")
    box.tokens = token
    async with box.watching():
        await until("it is told", lambda: "the token server is away" in box.standing.trouble)
        assert not box.standing.refused
        raised[0] = PermissionError("invalid_grant")
        await until("it is refused", lambda: box.standing.refused)
        assert "invalid_grant" in box.standing.trouble


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_server_whose_certificate_nobody_has_signed_gets_no_password(
    sqlite: DeskOnDisk, dovecot: Dovecot, wire: Proxy, security: Any
) -> None:
    wire.server = dovecot.tls_port if security == "tls" else dovecot.port
    box = Watched(sqlite, dovecot, port=wire.port, security=security)
    with pytest.raises(Trouble, match="certificate") as told:
        Session(box.mailbox)
    assert told.value.broken and PASSWORD.encode() not in wire.seen
    wire.server = dovecot.port


async def test_starttls_that_somebody_took_out_is_not_done_without(
    sqlite: DeskOnDisk, dovecot: Dovecot, wire: Proxy
) -> None:
    wire.replaced = {b" STARTTLS": b""}
    box = Watched(sqlite, dovecot, port=wire.port, security="starttls")
    with pytest.raises(Trouble, match="STARTTLS"):
        Session(box.mailbox)
    assert b"LOGIN" not in wire.seen and b"AUTHENTICATE" not in wire.seen
