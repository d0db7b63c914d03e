"""The verifier: what it asks its worker processes, and what follows when they can't tell."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from intake.authentic.verifier import Insisting, Verifier
from intake.authenticity import Authenticity
from intake.incoming import StoreFailed
from intake.sandbox.pool import Sandbox, SandboxStopped, UnderstandingFailed, WorkerKilled
from storage.inbox import Claimed
from tests.desk_on_disk import NOW, mail
from tests.intake.identities import FAIL, PASS
from tests.name_server import name_server
from tests.signed import key_record, signed

ENVELOPE = {"mail_from": "olga@client.example", "peer": "192.0.2.1", "helo": "mail.client.example"}


def entry(body: bytes = b"", channel: str = "smtp", **envelope: Any) -> Claimed:
    return Claimed(7, channel, "c", ENVELOPE | envelope, body, NOW - timedelta(seconds=1), 0, 0)


class Checks:
    """Worker processes that answer what they are told, or fail so."""

    def __init__(self, answer: Authenticity | Exception | None) -> None:
        self.answer, self.asked = answer, list[dict[str, Any]]()

    async def ask(self, raw: bytes | str, asked: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(asked)
        if self.answer is None:
            await asyncio.Event().wait()
        if isinstance(self.answer, Authenticity):
            return self.answer.to_json()
        raise self.answer or AssertionError


async def test_it_hands_on_the_envelope_and_tells_the_verdict() -> None:
    checks = Checks(PASS)
    assert await Verifier(checks, name_server="192.0.2.53")(entry(), mail()) == PASS
    (asked,) = checks.asked
    assert {name: asked[name] for name in ENVELOPE} == ENVELOPE
    assert (asked["from_addr"], asked["name_server"]) == ("olga@client.example", "192.0.2.53")


@pytest.mark.parametrize(
    "other", [entry(channel="imap"), entry(channel="lmtp"), entry(peer=""), entry(channel="import")]
)
async def test_what_a_stranger_has_not_handed_over_himself_is_not_checked(other: Claimed) -> None:
    checks = Checks(Authenticity("fail", "not asked"))
    assert await Verifier(checks)(other, mail(authenticity=PASS)) == PASS
    assert checks.asked == []


@pytest.mark.parametrize(
    ("trouble", "verdict"),
    [
        (None, "none"),  # all processes are busy, or it takes too long
        (WorkerKilled("time"), "fail"),  # the mail has broken the check: a forger must not get off by that
        (UnderstandingFailed("Traceback\nValueError: a fault of ours"), "none"),
    ],
)
async def test_a_check_without_a_result_has_a_verdict_all_the_same(
    trouble: Exception | None, verdict: str
) -> None:
    assert (await Verifier(Checks(trouble), seconds=0.05)(entry(), mail())).verdict == verdict


@pytest.mark.parametrize("ours", [SandboxStopped(), StoreFailed("disk"), OSError(28, "full")])
async def test_a_failure_of_ours_is_passed_on_and_the_mail_is_taken_up_again(ours: Exception) -> None:
    with pytest.raises(type(ours)):
        await Verifier(Checks(ours))(entry(), mail())


@pytest.mark.parametrize(("found", "verdict"), [(PASS, "pass"), (FAIL, "fail"), (Authenticity(), "fail")])
@pytest.mark.parametrize("channel", ["smtp", "lmtp", "imap"])
async def test_whoever_insists_takes_an_unknown_sender_for_one_who_failed_however_the_mail_came(
    found: Authenticity, verdict: str, channel: str
) -> None:
    told_by_a_server = await Insisting(None)(entry(channel=channel), mail(authenticity=found))
    checked = await Insisting(Verifier(Checks(found)))(entry(channel=channel), mail(authenticity=found))
    assert told_by_a_server == checked and checked.verdict == verdict


async def test_whoever_insists_lets_old_mail_be_as_it_is() -> None:
    unknown = mail(authenticity=Authenticity())
    assert await Insisting(None)(entry(channel="import"), unknown) == Authenticity()


async def test_in_a_real_process_many_mails_are_checked_side_by_side(tmp_path: Path) -> None:
    raw = signed(
        b"From: olga@client.example\r\nSubject: x\r\nDate: x\r\n\r\nIt does not print.\r\n", "client.example"
    )
    checks = Sandbox(
        workers=2, files_root=tmp_path, own_addresses=frozenset(), call="intake.authentic.checks:check"
    )
    zone = {"test._domainkey.client.example": key_record(), "_dmarc.client.example": "v=DMARC1; p=reject"}
    with name_server(zone) as dns:
        await checks.start()
        verify = Verifier(checks, name_server=dns.address)
        try:
            genuine = [verify(entry(raw), mail()) for _ in range(20)]
            forged = [verify(entry(raw.replace(b"print", b"scan")), mail()) for _ in range(20)]
            found = await asyncio.gather(*genuine, *forged)
        finally:
            await checks.stop()
    assert [one.verdict for one in found] == ["pass"] * 20 + ["fail"] * 20
