"""The receiving server's verdict on spam: believed where that server wrote it, and nowhere else."""

import pytest

from tests.intake.understood import understood

OURS = "Received: from mail.client.example (mail.client.example [192.0.2.1]) by mx.desk.example with ESMTPS"
THEIRS = "Received: from [10.0.0.7] by mail.client.example with ESMTPSA"
PERSONS = "From: olga@client.example\nSubject: Error\n"


def refusal(header: str, trusted: str = "mx.desk.example") -> str | None:
    return understood(f"{header}\n\nwords\n", trusted_authserv_id=trusted).refusal


@pytest.mark.parametrize(
    "verdict",
    [
        "X-Rspamd-Action: add header",
        "X-Spamd-Result: default: True [17.20 / 15.00]",
        "X-Spam: Yes",
        "X-Spam-Flag: YES",
        "X-Spam-Status: Yes, score=9.1 required=5.0 tests=BAYES_99",
        "X-MS-Exchange-Organization-SCL: 5",
        "X-MS-Exchange-Organization-SCL: 9",
        "X-Forefront-Antispam-Report: CIP:192.0.2.1;CTRY:;LANG:en;SCL:5;SRV:;SFV:SPM;CAT:SPM;DIR:INB;",
        "X-Forefront-Antispam-Report: CIP:192.0.2.1;SFV:NSPM;CAT:PHSH",
        "X-Gm-Spam: 1",
        "X-Gm-Phishy: 1",
        "X-Yandex-Spam: 4",
    ],
)
def test_a_verdict_above_the_servers_own_received_field_is_believed(verdict: str) -> None:
    header = f"{verdict}\n{OURS}\n{THEIRS}\n{PERSONS}"
    assert refusal(header) == "spam"
    assert refusal(header, trusted="desk.example") == "spam", "the domain stands for its hosts"
    assert refusal(header, trusted="") is None, "nobody is trusted"
    assert refusal(header, trusted="other.example") is None


@pytest.mark.parametrize(
    "verdict",
    [
        "X-Rspamd-Action: no action",
        "X-Rspamd-Action: greylist",
        "X-Spamd-Result: default: False [-2.10 / 15.00]",
        "X-Spam: No",
        "X-Spam-Flag: NO",
        "X-Spam-Status: No, score=-1.0 required=5.0",
        "X-MS-Exchange-Organization-SCL: 1",
        "X-MS-Exchange-Organization-SCL: -1",
        "X-Forefront-Antispam-Report: CIP:192.0.2.1;SFV:NSPM;CAT:NONE;SCL:1",
        "X-Gm-Spam: 0",
        "X-Yandex-Spam: 1",
    ],
)
def test_a_mail_that_was_found_good_is_taken_in(verdict: str) -> None:
    assert refusal(f"{verdict}\n{OURS}\n{PERSONS}") is None


@pytest.mark.parametrize(
    "header",
    [
        f"{OURS}\nX-Spam-Flag: YES\n{THEIRS}\n{PERSONS}",
        f"{OURS}\n{THEIRS}\nX-Spam-Flag: YES\n{PERSONS}",
        f"{OURS}\n{PERSONS}X-Spam-Flag: YES\nX-Rspamd-Action: reject\nX-Gm-Spam: 1",
        # The sender's own filters, which name themselves.
        f"{OURS}\n{PERSONS}X-Spam-Flag: YES\nX-Spam-Checker-Version: SpamAssassin 4 on mail.client.example",
        f"{OURS}\n{PERSONS}X-Spam: Yes\nX-Rspamd-Server: mail.client.example",
        # A name that only ends alike.
        f"X-Spam-Flag: YES\nReceived: from a.example by evilmx.desk.example.\n{PERSONS}",
        f"{THEIRS}\nX-Spam-Flag: YES\n{OURS}\n{PERSONS}",
        # No server of ours has touched it.
        f"X-Spam-Flag: YES\n{PERSONS}",
    ],
)
def test_what_stands_below_the_trusted_hop_is_the_senders_and_is_ignored(header: str) -> None:
    assert refusal(header) is None


def test_a_filter_that_hands_the_mail_back_within_the_server_is_part_of_it() -> None:
    """amavis: its fields stand between its own Received and that of the server behind it."""
    back = "Received: from localhost by mx.desk.example (Postfix)"
    amavis = "Received: from mx.desk.example ([127.0.0.1]) by localhost (amavis, port 10024)"
    assert refusal(f"{back}\nX-Spam-Flag: YES\n{amavis}\n{OURS}\n{THEIRS}\n{PERSONS}") == "spam"


@pytest.mark.parametrize(
    "appended",
    [
        "X-Spam: Yes\nX-Rspamd-Server: mx.desk.example",
        "X-Rspamd-Server: MX.desk.example\nX-Spamd-Result: default: True [20 / 15]",
        "X-Spam-Checker-Version: SpamAssassin 4.0.0 (2022-12-14) on mx.desk.example\nX-Spam-Flag: YES",
        "X-MS-Exchange-Organization-AuthSource: mx.desk.example\nX-MS-Exchange-Organization-SCL: 6",
    ],
)
def test_a_filter_that_writes_at_the_end_is_believed_when_it_names_the_trusted_server(appended: str) -> None:
    assert refusal(f"{OURS}\n{PERSONS}{appended}") == "spam"


def test_a_naming_field_vouches_for_its_own_filters_verdict_alone() -> None:
    assert refusal(f"{OURS}\n{PERSONS}X-Rspamd-Server: mx.desk.example\nX-Gm-Spam: 1") is None


def test_a_bounce_stays_a_bounce_and_an_agent_can_take_spam_in() -> None:
    header = f"X-Spam: Yes\n{OURS}\n{PERSONS}"
    assert refusal(f"X-Failed-Recipients: a@b.example\n{header}") == "bounce"
    accepted = understood(f"{header}\n\nwords\n", trusted_authserv_id="mx.desk.example", accept=True)
    assert (accepted.refusal, accepted.overruled) == (None, "spam")
