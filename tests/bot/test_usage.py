"""Wrong usage: one line that says what is wrong, what is allowed, and which help to read; status 2."""

import pytest

from tests.bot.commands import run


@pytest.mark.parametrize(
    ("words", "said"),
    [
        # An option that is not there.
        (("tickets", "list", "--stat", "new"),
         "there is no option --stat; allowed: --config, --json, --state, --client, --channel, --since,"
         " --help; see otklik tickets list --help"),
        (("--frob",), "there is no option --frob; allowed: --help; see otklik --help"),
        # Something is missing.
        (("tickets", "show"),
         "NUMBER is missing; needed: The ticket's number, such as AS-000042 or 42;"
         " see otklik tickets show --help"),
        (("clients", "block", "a@client.example"),
         "--why is missing; needed: The reason, for the agents; see otklik clients block --help"),
        (("tickets", "list", "--state"),
         "option '--state' requires an argument; allowed: --state new, open, waiting, postponed, closed;"
         " see otklik tickets list --help"),
        # A value that is not among those to choose from, and no number.
        (("tickets", "list", "--state", "lost"),
         "--state: 'lost'; allowed: new, open, waiting, postponed, closed; see otklik tickets list --help"),
        (("clients", "add", "a@client.example", "--language", "xx"),
         "--language: 'xx'; allowed: ru, uk, en, fi; see otklik clients add --help"),
        (("inbox", "show", "seven"),
         "ID: 'seven'; allowed: a whole number from 1 to 9223372036854775807; see otklik inbox show --help"),
        (("import", "mbox", "old.mbox", "--open-days", "-1"),
         "--open-days: '-1'; allowed: a whole number from 0 to 3650; see otklik import mbox --help"),
        # Too much.
        (("tickets", "show", "1", "2", "3"),
         "got unexpected extra argument(s) (2 3); allowed: NUMBER; see otklik tickets show --help"),
        (("migrate", "now"),
         "got unexpected extra argument(s) (now); allowed: options alone; see otklik migrate --help"),
        (("tickets", "list", "--json=3"),
         "option '--json' does not take a value; allowed: --json; see otklik tickets list --help"),
        # No such command.
        (("agents", "lst"),
         "no such command 'lst', did you mean 'list'?; allowed: list, code, remove, staff-chat;"
         " see otklik agents --help"),
        (("outbox", "frob"),
         "no such command 'frob'; allowed: list, retry, cancel; see otklik outbox --help"),
        # Mistakes that a command finds by itself.
        (("report", "ratings", "--group", "moon"),
         "--group: 'moon'; allowed: agent, line, level, kind, priority, channel; see otklik report --help"),
        (("run", "--only", "kitchen"),
         "there is no part 'kitchen'; allowed: listener, mailboxes, telegram, intake,"
         " deliveries, deadlines, web;"
         " see otklik run --help"),
        # Nothing that a terminal obeys comes back.
        (("inbox", "show", "\x1b[2J\n"),
         "ID: '\\x1b[2J\\n'; allowed: a whole number from 1 to 9223372036854775807;"
         " see otklik inbox show --help"),
    ],
)  # fmt: skip
def test_wrong_usage_is_told_in_one_line(words: tuple[str, ...], said: str) -> None:
    ran = run(*words)
    assert (ran.status, ran.output_bytes, ran.errors) == (2, b"", said + "\n")


@pytest.mark.parametrize("words", [(), ("tickets",)])
def test_no_command_at_all_shows_the_help(words: tuple[str, ...]) -> None:
    ran = run(*words)
    assert ran.status == 2
    assert "Commands" in ran.output_bytes.decode() + ran.errors


def test_asking_for_help_is_no_mistake() -> None:
    ran = run("inbox", "accept", "--help")
    assert (ran.status, ran.errors) == (0, "")
