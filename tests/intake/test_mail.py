"""From a mail's bytes to an IncomingMessage: what is taken from where."""

import errno
import json
from datetime import UTC, datetime

import pytest

from intake.incoming import Attachment, IncomingMessage, StoreFailed
from intake.limits import Limits
from tests.intake.pictures import attached, gif, mail_with, png
from tests.intake.understood import Kept, text_mail, understood


def test_it_reads_the_usual_fields() -> None:
    message = understood(
        "From: =?utf-8?B?0J7Qu9GM0LPQsA==?= <Olga@Client.Example>\n"
        "To: Support <support@desk.example>, other@desk.example\n"
        "Cc: boss@client.example\n"
        "Subject: Re: Program error\n"
        "Date: Mon, 23 Nov 2026 05:30:00 +0300\n"
        "Message-ID: <2@client.example>\n"
        "In-Reply-To: <7@desk.example>\n"
        "References: <1@client.example>\n <7@desk.example>\n"
        "\n"
        "It is still there.\n"
    )
    assert message == IncomingMessage(
        from_addr="olga@client.example",
        from_name="Ольга",
        to=("support@desk.example", "other@desk.example"),
        cc=("boss@client.example",),
        subject="Re: Program error",
        message_id="<2@client.example>",
        in_reply_to="<7@desk.example>",
        references=("<1@client.example>", "<7@desk.example>"),
        sent_at=datetime(2026, 11, 23, 2, 30, tzinfo=UTC),
        text="It is still there.",
        reply_text="It is still there.",
        body_digest=message.body_digest,
    )


def test_a_screenshot_is_kept_as_it_came_together_with_a_thumbnail() -> None:
    kept, picture = Kept(), png(640, 480)
    message = understood(mail_with(attached(picture)), keep=kept.keep)
    (shot,) = message.screenshots
    assert (shot.name, shot.media_type, shot.width, shot.height) == ("shot.png", "image/png", 640, 480)
    assert kept[shot.sha256] == picture
    assert shot.size == len(picture)
    assert shot.thumbnail in kept
    assert message.attachments == (Attachment("shot.png", "image/png", len(picture), shot.sha256),)


def test_screenshots_without_a_name_get_one_that_tells_them_apart() -> None:
    part = "Content-Type: image/png\nContent-ID: <{}@x>\nContent-Transfer-Encoding: base64\n\n{}"
    encoded = attached(png()).split("\n\n", 1)[1]
    message = understood(mail_with(part.format(1, encoded), part.format(2, encoded)))
    assert [shot.name for shot in message.screenshots] == ["screenshot-1.png", "screenshot-2.png"]
    assert [file.name for file in message.attachments] == ["", ""]


def test_trackers_and_spacers_are_no_screenshots_and_not_worth_a_word() -> None:
    kept = Kept()
    message = understood(mail_with(attached(png(1, 1)), attached(gif(1, side=2), "a.gif")), keep=kept.keep)
    assert (message.screenshots, message.declined, dict(kept)) == ((), (), {})
    assert len(message.attachments) == 2


def test_more_screenshots_than_allowed_are_declined_by_name() -> None:
    parts = [attached(png(colour=colour), f"{colour}.png") for colour in ("red", "green", "blue")]
    message = understood(mail_with(*parts), limits=Limits(screenshots=2))
    assert [shot.name for shot in message.screenshots] == ["red.png", "green.png"]
    assert [(one.name, one.reason) for one in message.declined] == [("blue.png", "too-many")]


def test_of_a_refused_mail_nothing_is_kept() -> None:
    kept = Kept()
    message = understood(mail_with(attached(png()), more="Precedence: bulk\n"), keep=kept.keep)
    assert message.refusal == "bulk"
    assert dict(kept) == {}
    assert [shot.name for shot in message.screenshots] == ["shot.png"]


def test_screenshots_of_a_mail_without_a_usable_sender_are_kept_for_the_agents() -> None:
    kept = Kept()
    raw = mail_with(attached(png())).replace("From: Olga <olga@client.example>\n", "")
    assert understood(raw, keep=kept.keep).refusal == "no-sender"
    assert len(kept) == 2


def test_a_full_disk_is_no_fault_of_the_mail() -> None:
    def full(content: bytes) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StoreFailed, match="No space left"):
        understood(mail_with(attached(png())), keep=full)


def test_links_to_file_shares_are_taken_from_what_is_new() -> None:
    message = text_mail(
        "The log is at https://disk.yandex.ru/d/AbC_1-x, see also https://desk.example/faq.\n\n"
        "On Mon, 23 Nov 2026 at 05:31, Support <support@desk.example> wrote:\n"
        "> https://dropbox.com/s/old\n"
    )
    assert message.links_to_shares == ("https://disk.yandex.ru/d/AbC_1-x",)


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("<1@client.example>", "<1@client.example>"),
        ("  <1@client\n .example>", "<1@client.example>"),
        ("1@client.example", "<1@client.example>"),
        ("<garbage without at>", "<garbagewithoutat>"),
        ("", ""),
        ("<" + "a" * 2_000 + "@x>", ""),
    ],
)
def test_the_message_id_is_normalised(field: str, found: str) -> None:
    assert understood(f"Message-ID: {field}\nFrom: a@client.example\n\nx").message_id == found


def test_of_a_long_thread_the_first_and_the_nearest_references_are_known() -> None:
    references = " ".join(f"<{number}@x>" for number in range(500))
    found = understood(f"References: {references}\n\nx").references
    assert (len(found), found[0], found[-1]) == (100, "<0@x>", "<499@x>")


@pytest.mark.parametrize(
    "date", ["", "yesterday", "Mon, 99 Nov 99999 25:00:00", "Mon, 23 Nov 2026 05:30 +99999999"]
)
def test_an_unreadable_date_is_none(date: str) -> None:
    assert understood(f"Date: {date}\n\nx").sent_at is None


def test_a_date_without_a_zone_counts_as_utc() -> None:
    sent = understood("Date: Mon, 23 Nov 2026 05:30:00 -0000\n\nx").sent_at
    assert sent == datetime(2026, 11, 23, 5, 30, tzinfo=UTC)


def digest_of(**changed: str) -> str:
    fields = {
        "Received": "from a by b; Mon, 23 Nov 2026 05:30:00 +0300",
        "Return-Path": "<olga@client.example>",
        "From": "olga@client.example",
        "Message-ID": "<1@client.example>",
        "Date": "Mon, 23 Nov 2026 05:30:00 +0300",
        "Subject": "Program error",
    }
    body = changed.pop("body", "It broke.\n")
    fields |= {name.replace("_", "-"): value for name, value in changed.items()}
    return understood(
        "".join(f"{name}: {value}\n" for name, value in fields.items()) + f"\n{body}"
    ).body_digest


def test_another_way_through_the_net_does_not_change_the_digest() -> None:
    assert digest_of() == digest_of(Received="from c by d; Tue, 24 Nov 2026 07:00:00 +0300")
    assert digest_of() == digest_of(Return_Path="<bounces@client.example>")
    assert digest_of() == digest_of(Subject="Program\n  error")
    assert digest_of() == digest_of(body="It broke.\n\n")


def test_line_ends_do_not_change_the_digest() -> None:
    mail = b"From: a@client.example\nSubject: x\n\none\ntwo\n"
    assert understood(mail).body_digest == understood(mail.replace(b"\n", b"\r\n")).body_digest


@pytest.mark.parametrize(
    "changed",
    [
        {"body": "It broke again.\n"},
        {"Subject": "Another error"},
        {"Date": "Mon, 23 Nov 2026 05:31:00 +0300"},
    ],
)
def test_other_content_has_another_digest(changed: dict[str, str]) -> None:
    assert digest_of(**changed) != digest_of()


def test_sender_and_message_id_are_no_part_of_the_digest() -> None:
    assert digest_of() == digest_of(From="other@client.example", Message_ID="<2@client.example>")


def test_json_holds_everything_and_comes_back_the_same() -> None:
    message = understood(mail_with(attached(png()), attached(b"%PDF", "a.pdf", "application/pdf")))
    assert message.screenshots
    assert message.declined
    assert IncomingMessage.from_json(json.loads(json.dumps(message.to_json()))) == message


def test_json_never_holds_nul_or_lone_surrogates() -> None:
    message = IncomingMessage(subject="a\0b\ud800c", to=("x\0@y",), sent_at=datetime(2026, 1, 1, tzinfo=UTC))
    plain = message.to_json()
    assert (plain["subject"], plain["to"]) == ("abc", ["x@y"])
    json.dumps(plain, ensure_ascii=False).encode("utf-8")


def test_the_screenshots_of_a_refused_mail_are_kept_when_an_agent_takes_it_in() -> None:
    raw = mail_with(attached(png()), more="List-Id: <news.client.example>\n")
    refused, taken = Kept(), Kept()
    assert understood(raw, keep=refused.keep).refusal == "list"
    assert refused == {}
    message = understood(raw, keep=taken.keep, accept=True)
    assert (message.refusal, message.overruled, len(message.screenshots)) == (None, "list", 1)
    assert message.screenshots[0].sha256 in taken
