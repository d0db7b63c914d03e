"""`otklik explain`: a mail in a file, told as JSON and in words, and nothing of it kept."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from bot.cli.explain import Explained, _explain_all
from tests.bot.commands import Ran, run
from tests.service.letters import XLSX, letter, picture, png

PLAIN = b"""From: Olga <olga@client.example>
To: support@example.org
Subject: Till
Date: Mon, 23 Nov 2026 05:30:00 +0300
Message-ID: <1@client.example>

The till does not print.
"""
REPLY = b"""From: Olga <olga@client.example>
Subject: Re: Till
Message-ID: <2@client.example>
In-Reply-To: <otklik.1@example.org>
Content-Type: text/plain; charset=utf-8

It prints again, thank you.

On Mon, 23 Nov 2026 at 05:31, Support <support@example.org> wrote:
> We have received your request.
> Its number is AS-000001.
"""
AWAY = b"""From: Olga <olga@client.example>
Subject: Out of office
Auto-Submitted: auto-replied

I am away.
"""
NOBODY = b"Subject: Who am I?\n\nNo From at all.\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder: no configuration file."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def explain(folder: Path, *mails: bytes, words: tuple[str, ...] = ()) -> Ran:
    for number, mail in enumerate(mails):
        (folder / f"{number}.eml").write_bytes(mail)
    return run("explain", *(str(folder / f"{number}.eml") for number in range(len(mails))), *words)


def objects(ran: Ran) -> list[dict[str, object]]:
    return [json.loads(line) for line in ran.output_bytes.splitlines()]


def test_it_tells_the_documented_fields_in_the_order_of_the_files(folder: Path) -> None:
    ran = explain(folder, PLAIN, REPLY, words=("--json",))
    first, second = objects(ran)
    assert (ran.status, ran.errors) == (0, "")
    assert [first["file"], second["file"]] == ["0.eml", "1.eml"]
    assert first["from_addr"] == "olga@client.example" and first["from_name"] == "Olga"
    assert (first["subject"], first["message_id"], first["in_reply_to"]) == ("Till", "<1@client.example>", "")
    assert (first["attachments"], first["images"]) == ([], [])
    assert (first["auto_reply"], first["bounce"], first["refusal"]) == (False, False, None)
    assert second["in_reply_to"] == "<otklik.1@example.org>"
    assert "AS-000001" in str(second["text"]) and second["reply_text"] == "It prints again, thank you."


def test_every_field_that_is_understood_is_told(folder: Path) -> None:
    from dataclasses import fields

    from intake.incoming import IncomingMessage

    (told,) = objects(explain(folder, PLAIN, words=("--json",)))
    renamed = {"screenshots": "images", "links_to_shares": "links"}
    assert {renamed.get(field.name, field.name) for field in fields(IncomingMessage)} <= set(told)


def test_pictures_are_told_by_their_digests_and_stored_nowhere(folder: Path) -> None:
    mail = letter("olga@client.example", "Look", picture("till.png"), XLSX)
    (told,) = objects(explain(folder, mail, words=("--json",)))
    digest = hashlib.sha256(png()).hexdigest()
    assert told["images"] == [
        {"name": "till.png", "media_type": "image/png", "width": 40, "height": 30, "size": len(png()),
         "sha256": digest}
    ]  # fmt: skip
    assert [one["name"] for one in told["attachments"]] == ["till.png", "Ведомость.xlsx"]  # type: ignore[attr-defined]
    assert sorted(path.name for path in folder.iterdir()) == ["0.eml"]


def test_in_words_it_says_what_is_new_and_what_was_left_out(folder: Path) -> None:
    ran = explain(folder, REPLY)
    text = ran.output_bytes.decode()
    assert "Olga <olga@client.example>" in text
    assert "| It prints again, thank you." in text
    assert "Its number" not in text
    assert "3 of 4 lines are quotation or signature" in text
    assert "names 1 earlier mail(s)" in text


def test_in_words_a_refusal_has_its_reason_and_the_rfc_behind_it(folder: Path) -> None:
    text = explain(folder, AWAY).output_bytes.decode()
    assert "refused as 'auto-reply': Auto-Submitted: auto-replied (RFC 3834" in text


def test_in_words_a_mail_of_nobodys_is_set_aside_for_the_agents(folder: Path) -> None:
    text = explain(folder, NOBODY).output_bytes.decode()
    assert "set aside in quarantine for the agents" in text


def test_in_words_a_declined_file_has_its_reason(folder: Path) -> None:
    text = explain(folder, letter("olga@client.example", "Look", XLSX)).output_bytes.decode()
    assert "File declined: Ведомость.xlsx" in text


def test_without_a_configuration_it_says_once_that_own_addresses_are_unknown(folder: Path) -> None:
    assert explain(folder, PLAIN, REPLY).errors.count("no configuration file") == 1


def test_with_a_configuration_the_desks_own_mail_is_recognised(folder: Path) -> None:
    own = PLAIN.replace(b"olga@client.example", b"support@example.org")
    (unknown,) = objects(explain(folder, own, words=("--json",)))
    assert unknown["refusal"] is None
    assert run("init", str(folder / "desk")).status == 0
    (known,) = objects(explain(folder, own, words=("--json", "--config", str(folder / "desk/config.toml"))))
    assert known["refusal"] == "own-mail"


def test_a_configuration_that_is_named_and_missing_is_an_error(folder: Path) -> None:
    ran = explain(folder, PLAIN, words=("--config", "nowhere.toml"))
    assert (ran.status, "nowhere.toml: not found" in ran.errors) == (1, True)


def test_a_file_that_cannot_be_read_is_named_and_the_others_go_on(folder: Path) -> None:
    (folder / "a.eml").write_bytes(PLAIN)
    (folder / "z.eml").write_bytes(REPLY)
    ran = run("explain", str(folder / "a.eml"), str(folder / "missing.eml"), str(folder), "z.eml", "--json")
    assert ran.status == 1
    assert [one["file"] for one in objects(ran)] == ["a.eml", "z.eml"]
    assert "missing.eml: cannot be read: No such file" in ran.errors
    assert f"{folder}: cannot be read: Is a directory" in ran.errors


def test_a_mail_cannot_steer_the_terminal(folder: Path) -> None:
    ran = explain(folder, PLAIN.replace(b"The till", b"\x1b]0;owned\x07The till"))
    assert b"\x1b" not in ran.output_bytes


async def test_a_mail_that_breaks_its_worker_is_named_and_the_others_go_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.cli.explain.UNKEPT", "tests.intake.sandbox_calls:misbehave")
    for name, text in (("a.eml", b"fine"), ("b.eml", b"die"), ("c.eml", b"fine")):
        (folder / name).write_bytes(text)
    told: list[Explained] = []
    failed = await _explain_all([folder / f"{one}.eml" for one in "abc"], None, told.append)
    assert failed == 1
    assert [one.message is not None for one in told] == [True, False, True]
    assert "broke the process that looked at it" in told[1].trouble


def test_every_rule_of_refusal_has_its_source_told() -> None:
    from bot.cli import explanations
    from intake.refusals import RULES

    assert {rule.key for rule in RULES} <= set(explanations._SOURCES)


def test_every_defect_is_told_in_words() -> None:
    from bot.cli import explanations

    named = re.compile(r"""defects(?:\[|\.append\(|, )"([a-z-]+)\"""")
    sources = (Path(__file__).parents[2] / "intake").rglob("*.py")
    known = {key for source in sources for key in named.findall(source.read_text())}
    assert len(known) > 8
    assert known <= set(explanations._DEFECTS)


def test_in_words_a_sender_whom_the_trusted_server_found_false_is_called_so(folder: Path) -> None:
    assert run("init", str(folder / "desk")).status == 0
    config = folder / "desk" / "config.toml"
    config.write_text(
        config.read_text().replace('trusted_authserv_id = ""', 'trusted_authserv_id = "mx.example"')
    )
    forged = b"Authentication-Results: mx.example; dmarc=fail header.from=client.example\n" + PLAIN
    text = explain(folder, forged, words=("--config", str(config))).output_bytes.decode()
    assert "taken in as 'sender not verified'" in text
    assert "Sender    not verified: DMARC" in text


@pytest.mark.parametrize(("required", "said"), [("false", "taken in."), ("true", "as 'sender not verified'")])
def test_in_words_an_unknown_sender_is_what_the_configuration_wants(
    folder: Path, required: str, said: str
) -> None:
    assert run("init", str(folder / "desk")).status == 0
    config = folder / "desk" / "config.toml"
    text = config.read_text().replace('trusted_authserv_id = ""', 'trusted_authserv_id = "mx.example"')
    config.write_text(text.replace("require_verified = false", f"require_verified = {required}"))
    told = explain(folder, PLAIN, words=("--config", str(config))).output_bytes.decode()
    assert said in told and ("nobody vouches for the sender" in told) is (required == "true")


def test_of_several_authors_the_first_is_told_and_that_nobody_is_answered(folder: Path) -> None:
    two = b"From: Olga <olga@client.example>, Petr <petr@client.example>\nSubject: We\n\nHello\n"
    (told,) = objects(explain(folder, two, words=("--json",)))
    assert (told["from_addr"], told["refusal"]) == ("olga@client.example", "no-sender")
