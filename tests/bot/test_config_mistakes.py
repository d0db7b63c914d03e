"""Every mistake in config.toml is named: file, line, key, what was found, what is allowed."""

import shutil
from pathlib import Path

import pytest

from bot.config import ConfigError, load
from tests.bot.configuration import GOOD, SECRET, changed, make_certificate, mistakes, read


def test_every_mistake_is_named_at_once_by_line_key_what_was_found_and_what_is_allowed(
    tmp_path: Path,
) -> None:
    text = """[desk]
name = ""
reopen_days = -1
[mail]
address = "support"
[mail.listener]
port = "abc"
max_connections = true
[web]
secret = "short"
public_url = "https://example.org/desk"
[calendars.main]
timezone = "Europe/Moskau"
hours = [
  "05:00-14:00",
]
[calendars.night]
timezone = "Europe/Moscow"
[[service_levels]]
key = "general"
title = { ru = "Общие" }
react_within = "40 hours"
[[service_levels]]
key = "urgent"
title = { de = "Eilig" }
react_within = "4 working hours"
[[agents]]
name = "Анна"
role = "boss"
[log]
level = 2026-10-10
"""
    assert mistakes(tmp_path, text) == [
        'config.toml:2: desk.name: found "" (a string);'
        " allowed: the desk's name, one line of 1 to 200 characters",
        "config.toml:3: desk.reopen_days: found -1 (a whole number);"
        " allowed: a whole number from 0 to 3650 (days)",
        'config.toml:5: mail.address: found "support" (a string); allowed: an e-mail address such as '
        '"support@example.org" (not of the form name@domain; a non-Latin domain is written as xn--…)',
        'config.toml:7: mail.listener.port: found "abc" (a string); allowed: a whole number from 0 to 65535',
        "config.toml:8: mail.listener.max_connections: found true;"
        " allowed: a whole number from 1 to 10000 (connections)",
        "config.toml:10: web.secret: found a value that is not shown; allowed: a secret of at least 32 bytes"
        " (it has 5 bytes; `otklik init` makes a good one)",
        'config.toml:11: web.public_url: found "https://example.org/desk" (a string); allowed: "http://HOST:PORT"'
        ' or "https://HOST", without a path (scheme, host and port alone; the pages stand at the root)',
        'config.toml:13: calendars.main.timezone: found "Europe/Moskau";'
        ' allowed: a time zone\'s name such as "Europe/Moscow"',
        'config.toml:17: calendars.night.hours: found nothing; needed: a list of "HH:MM-HH:MM" in order,'
        " without overlaps",
        'config.toml:22: service_levels[1].react_within: found "40 hours" (a string);'
        ' allowed: "N working hours" (at most two decimals) or "N working days", N above 0 and below 10000'
        ' ("40 hours" is no promise)',
        'config.toml:25: service_levels[2].title.de: found "de" (a string); allowed: a table of titles by'
        " language: ru, uk, en, fi; at least desk.language",
        'config.toml:29: agents[1].role: found "boss" (a string); allowed: "agent", "head" or "admin"',
        'config.toml:31: log.level: found 2026-10-10 (date); allowed: "debug", "info", "warning" or "error"',
    ]


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ("[mail.listner]\nport = 25", "17: mail.listner: unknown key; did you mean listener?"),
        ("[web2]", "17: web2: unknown key; did you mean web?"),
        ("[qwertz]", "17: qwertz: unknown key; known here: agents, calendars, clocks, database,"),
        (
            "[mail.relay]\nhost = 'x'\npasword_file = 'y'",
            "19: mail.relay.pasword_file: unknown key; did you mean password_file?",
        ),
        ("[calendars.b]\ntimezon = 'x'", "18: calendars.b.timezon: unknown key; did you mean timezone?"),
        ("[[agents]]\nname = 'A'\nrolle = 'agent'", "19: agents[1].rolle: unknown key; did you mean role?"),
    ],
)
def test_an_unknown_key_is_refused_and_the_nearest_known_one_named(
    tmp_path: Path, added: str, told: str
) -> None:
    assert any(line.startswith(f"config.toml:{told}") for line in mistakes(tmp_path, GOOD + added))


@pytest.mark.parametrize(
    ("added", "told"),
    [
        (
            "[telegram.clients]\ntoken = 'abc'",
            "18: telegram.clients.token: found a value that is not shown; allowed: the token that BotFather",
        ),
        (
            f"[telegram.agents]\ntoken = '1111111:{'x' * 35}'\nstaff_chat = 1001",
            "19: telegram.agents.staff_chat: found 1001 (a whole number); allowed: the negative number",
        ),
        (
            f"[telegram.clients]\ntoken = '1111111:{'x' * 35}'\n"
            f"[telegram.agents]\ntoken = '1111111:{'y' * 35}'\nstaff_chat = -1001",
            "19: telegram.agents: found the token of the same bot as in telegram.clients",
        ),
        (
            "[files]\nstore = 's3://bucket/x'",
            '18: files.store: found "s3://bucket/x" (a string); allowed: the path',
        ),
        (
            "[mail.listener]\nverify = true\ntrusted_authserv_id = 'mx.example.org'",
            '19: mail.listener.trusted_authserv_id: found "mx.example.org"; needed: "", because with verify',
        ),
        (
            "[[service_levels]]\nkey = 'x'\ntitle = {en = 'x'}\nreact_within = '1 working hour'\n"
            "when = {plan = 'paid'}",
            '17: service_levels[2]: service level "x": when never matches: the levels before it take',
        ),
    ],
)
def test_what_this_version_does_not_have_yet_is_refused_rather_than_ignored(
    tmp_path: Path, added: str, told: str
) -> None:
    (line,) = mistakes(tmp_path, GOOD + added)
    assert line.startswith(f"config.toml:{told}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[desk]\nname = \n", "config.toml:2: column 8: not TOML: Invalid value"),
        ('[desk]\nname = "x', "config.toml:2: column its end: not TOML: Unterminated string"),
        ("[desk]\na = 1\na = 2\n", "config.toml:3: column 6: not TOML: Cannot overwrite a value"),
    ],
)
def test_broken_toml_is_named_by_line_and_column(tmp_path: Path, text: str, told: str) -> None:
    assert mistakes(tmp_path, text) == [told]


def test_a_file_that_is_not_there_or_not_utf8_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: not found; `otklik init DIR` writes"):
        load(tmp_path / "nowhere.toml", {})
    (tmp_path / "old.toml").write_bytes('[desk]\nname = "АгроСофт"'.encode("cp1251"))
    with pytest.raises(ConfigError, match=r"old\.toml:2: not UTF-8"):
        load(tmp_path / "old.toml", {})
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(tmp_path, {})


def test_a_windows_editors_byte_order_mark_and_line_ends_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load(tmp_path / "config.toml", {}).desk.name == "AgroSoft"
    (tmp_path / "config.toml").write_bytes(GOOD.replace("AgroSoft", "").replace("\n", "\r\n").encode())
    with pytest.raises(ConfigError, match=r"config\.toml:3: desk\.name"):
        load(tmp_path / "config.toml", {})


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            'secret_file = "nowhere"',
            '8: web.secret_file: found "nowhere" (a string); allowed: the path of a file'
            " that can be read (No such file or directory)",
        ),
        (
            "secret_file = 5",
            "8: web.secret_file: found 5 (a whole number); allowed: the path of a file with one",
        ),
        (
            'secret_file = "secrets/two"',
            '8: web.secret_file: found "secrets/two" (a string); allowed: the path of a'
            " file with one line of text (it has several lines)",
        ),
        (
            'secret_file = "secrets/none"',
            '8: web.secret_file: found "secrets/none" (a string); allowed: the path of'
            " a file with one line of text (it is empty)",
        ),
        (
            'secret_file = "secrets/short"',
            "8: web.secret: found a value that is not shown; allowed: a secret of at",
        ),
        (f'secret_file = "secrets/web"\nsecret = "{SECRET}"', "8: web.secret_file: found beside secret"),
    ],
)
def test_a_secrets_file_that_cannot_be_used_is_named(tmp_path: Path, given: str, told: str) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "two").write_text(f"{SECRET}\n{SECRET}\n")
    (tmp_path / "secrets" / "none").write_text("\n")
    (tmp_path / "secrets" / "short").write_text("geheim")
    (line,) = mistakes(tmp_path, changed('secret = "0123456789abcdef0123456789abcdef"', given))
    assert line.startswith(f"config.toml:{told}")
    assert SECRET not in line and "geheim" not in line


def test_a_mistake_in_the_environment_is_told_by_the_variables_name_without_its_value(tmp_path: Path) -> None:
    (line,) = mistakes(tmp_path, GOOD, OTKLIK_DATABASE_URL="mysql://otklik:geheim@db/otklik")
    assert line.startswith('OTKLIK_DATABASE_URL: found a value that is not shown; allowed: "sqlite://PATH"')
    assert "geheim" not in line


def test_a_password_in_the_wrong_place_is_not_shown(tmp_path: Path) -> None:
    text = 'database = "postgres://otklik:geheim@db/otklik"\n' + GOOD
    (line,) = mistakes(tmp_path, text)
    assert "database: found" in line and "geheim" not in line


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite://:memory:",
        "sqlite://a?mode=ro",
        "postgres://db",
        "postgres://u:p@db/",
        "otklik.db",
        "postgres://u:a/b@db/x:y",
        "postgres://u:p@db:99999/x",
        5,
    ],
)
def test_a_database_url_that_no_engine_takes_is_refused(tmp_path: Path, url: str | int) -> None:
    value = f'"{url}"' if isinstance(url, str) else url
    (line,) = mistakes(tmp_path, GOOD + f"[database]\nurl = {value}\n")
    assert line.startswith("config.toml:18: database.url: found a value that is not shown; allowed: ")


@pytest.mark.parametrize(
    "address",
    [
        "support",
        "a@b@c",
        "a b@c.org",
        "a@-c.org",
        "<a@c.org>",
        "a@c.org\\nBcc: x@y.z",
        "a.@c.org",
        "поддержка@c.org",
        "a" * 65 + "@c.org",
        '\\"a b\\"@c.org',
        "a@[127.0.0.1]",
    ],
)
def test_an_address_that_could_be_read_in_two_ways_is_refused(tmp_path: Path, address: str) -> None:
    (line,) = mistakes(tmp_path, changed("support@example.org", address))
    assert line.startswith("config.toml:6: mail.address: found ")
    assert "\n" not in line


MAILBOX = "[[mail.mailboxes]]\nname = 'support'\nhost = 'imap'\nusername = 'desk'\npassword = 'geheim'\n"
TOKENS = "oauth = {token_url = 'URL', client_id = 'c', refresh_token_file = 'secrets/web'}\n"
BY_TOKEN = MAILBOX.replace("password = 'geheim'\n", TOKENS)


@pytest.mark.parametrize(
    ("added", "told"),
    [
        (
            MAILBOX.replace("'support'", "'a b'"),
            '18: mail.mailboxes[1].name: found "a b" (a string); allowed: 1',
        ),
        (
            MAILBOX + "after = 'move:'",
            '22: mail.mailboxes[1].after: found "move:" (a string); allowed: "move:',
        ),
        (MAILBOX + "after = 'archive'", '22: mail.mailboxes[1].after: found "archive" (a string); allowed:'),
        (
            MAILBOX + "after = 'move:inbox'",
            '22: mail.mailboxes[1].after: found "move:inbox"; allowed: a folder other than',
        ),
        (MAILBOX + "folder = ''", '22: mail.mailboxes[1].folder: found "" (a string); allowed: the name'),
        (
            MAILBOX + "security = 'ssl'",
            '22: mail.mailboxes[1].security: found "ssl" (a string); allowed: "tls"',
        ),
        (
            MAILBOX + "since_days = -1",
            "22: mail.mailboxes[1].since_days: found -1 (a whole number); allowed:",
        ),
        (
            MAILBOX.replace("password = 'geheim'\n", ""),
            "17: mail.mailboxes[1].password: found nothing; needed: the mailbox's password, by password_file",
        ),
        (
            MAILBOX + TOKENS.replace("URL", "https://a/b"),
            "22: mail.mailboxes[1].oauth: found beside password; allowed: one of the two",
        ),
        (
            BY_TOKEN.replace("URL", "http://tokens.example.org/"),
            '21: mail.mailboxes[1].oauth.token_url: found "http://tokens.example.org/" (a string); allowed:'
            ' an address "https://…" (secrets are sent there, so it must be encrypted)',
        ),
        (
            BY_TOKEN.replace("URL", "https://a/b").replace("secrets/web", "nowhere"),
            "21: mail.mailboxes[1].oauth.refresh_token_file: found ",
        ),
        (
            BY_TOKEN.replace("URL", "https://a/b") + "security = 'none'",
            '22: mail.mailboxes[1].security: found "none"; allowed with oauth: "tls" or "starttls"',
        ),
        (
            "[mail.relay]\nhost = 'x'\nsecurity = 'tls'\n" + TOKENS.replace("URL", "https://a/b"),
            "17: mail.relay.username: found nothing; needed: the user name of oauth",
        ),
        (
            "[[agents]]\nname = 'A'\nrole = 'head'\nemail = 'Support@example.org'",
            '20: agents[1].email: found "Support@example.org" (a string); allowed: the person\'s own address',
        ),
    ],
)
def test_nonsense_about_mailboxes_and_tokens_is_refused(tmp_path: Path, added: str, told: str) -> None:
    (line,) = mistakes(tmp_path, GOOD + added)
    assert line.startswith(f"config.toml:{told}")
    assert "geheim" not in line


def test_two_mailboxes_may_share_neither_a_name_nor_a_folder(tmp_path: Path) -> None:
    assert [line.partition(":")[2] for line in mistakes(tmp_path, GOOD + MAILBOX + MAILBOX)] == [
        '18: mail.mailboxes[1].name: found "support" (a string); allowed: a name that no other mailbox has',
        '23: mail.mailboxes[2].name: found "support" (a string); allowed: a name that no other mailbox has',
    ]
    other = MAILBOX.replace("'support'", "'other'")
    for line in mistakes(tmp_path, GOOD + MAILBOX + other):
        assert 'folder: found "INBOX" (a string); allowed: a folder that no other mailbox reads' in line
    assert len(read(tmp_path, GOOD + MAILBOX + other + "folder = 'Help'").mail.mailboxes) == 2


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "https://help.example.org/", "https://[::1]:8443"])
def test_links_begin_with_the_public_url_without_a_slash(tmp_path: Path, url: str) -> None:
    settings = read(tmp_path, changed("[web]\n", f'[web]\npublic_url = "{url}"\n'))
    assert settings.web.public_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "example.org",
        "ftp://example.org",
        "https://example.org/desk",
        "https://example.org?x=1",
        "https://",
        "//x.org",
        "https://u:p@example.org",
        "https://example.org:99999",
        "https://ex ample.org",
        "https://example.org#x",
    ],
)
def test_a_public_url_that_is_no_origin_is_refused(tmp_path: Path, url: str) -> None:
    (line,) = mistakes(tmp_path, changed("[web]\n", f'[web]\npublic_url = "{url}"\n'))
    assert line.startswith("config.toml:8: web.public_url: found ")
    assert "u:p@" not in line


def test_levels_and_calendars_must_agree(tmp_path: Path) -> None:
    text = (
        GOOD
        + """[[service_levels]]
key = "general"
title = { ru = "Ещё раз" }
react_within = "1 working day"
calendar = "mian"
when = { registered = "yes" }
"""
    )
    told = mistakes(tmp_path, text)
    assert any('service level "general" is there 2 times' in line for line in told)
    assert any("when.registered = 'yes'; allowed: true or false" in line for line in told)
    assert (
        'config.toml:21: service_levels[2].calendar: found "mian" (a string);'
        " allowed: the name of a calendar: main" in told
    )
    assert "config.toml:19: service_levels[2].title: no title in the desk's language, en" in told


def test_a_client_for_whom_no_level_matches_is_found_before_he_writes(tmp_path: Path) -> None:
    told = mistakes(tmp_path, changed("when = {}", "when = { registered = true }"))
    assert any("no service level matches a request with registered = false" in line for line in told)


def test_a_contradiction_in_a_calendar_is_told_by_its_key(tmp_path: Path) -> None:
    (line,) = mistakes(tmp_path, changed('["05:00-14:00"]', '["05:00-14:00", "13:00-15:00"]'))
    assert line.startswith('config.toml:11: calendars.main.hours: "05:00-14:00" and "13:00-15:00" overlap')
    text = changed("[[service", 'shortened = { "2026-12-30" = ["9-13"] }\n[[service')
    (line,) = mistakes(tmp_path, text)
    assert line.startswith('config.toml:12: calendars.main.shortened: "2026-12-30" = "9-13"; allowed: ')


def test_two_agents_of_one_name_are_refused(tmp_path: Path) -> None:
    told = mistakes(tmp_path, GOOD + '[[agents]]\nname = "Anna"\n[[agents]]\nname = "anna"\n')
    assert [line.partition(": found")[0] for line in told] == [
        "config.toml:18: agents[1].name",
        "config.toml:20: agents[2].name",
    ]


@pytest.mark.parametrize(
    ("given", "key"), [('username = "desk"', "password"), ('password = "x"', "username")], ids=str
)
def test_user_name_and_password_go_together(tmp_path: Path, given: str, key: str) -> None:
    (line,) = mistakes(tmp_path, GOOD + f'[mail.relay]\nhost = "mx"\n{given}\n')
    assert line.startswith(f"config.toml:17: mail.relay.{key}: found nothing; needed: the user name")


def test_a_certificate_must_be_there_and_fit_its_key(tmp_path: Path) -> None:
    listener = GOOD + "[mail.listener]\n"
    key_alone = mistakes(tmp_path, listener + 'tls_key = "key.pem"\n')
    assert key_alone[0].startswith(
        "config.toml:17: mail.listener.tls_certificate: found nothing; needed: the"
    )
    both = listener + 'tls_certificate = "cert.pem"\ntls_key = "key.pem"\n'
    assert "tls_certificate: found" in mistakes(tmp_path, both)[0]
    assert "(there is none)" in mistakes(tmp_path, both)[0]
    make_certificate(tmp_path / "cert.pem", tmp_path / "key.pem")
    assert read(tmp_path, both).mail.listener.tls_certificate == tmp_path / "cert.pem"
    shutil.copy(tmp_path / "cert.pem", tmp_path / "other.pem")
    make_certificate(tmp_path / "cert.pem", tmp_path / "unused.pem")
    assert "a certificate chain and its key" in mistakes(tmp_path, both)[0]


@pytest.mark.parametrize(
    ("section", "mistake"),
    [
        ('phrase = "само пройдёт"', "tone[1].better: found nothing"),
        ('phrase = "…"\nbetter = "лучше"', 'tone[1].phrase: found "…"; needed: a word'),
        (
            'phrase = "само"\nbetter = "оно само"',
            'tone[1].better: found "оно само"; needed: a text without the phrase itself',
        ),
    ],
)
def test_a_phrase_that_could_not_be_heard_or_bettered_is_named(
    tmp_path: Path, section: str, mistake: str
) -> None:
    (found,) = mistakes(tmp_path, f"{GOOD}\n[[tone]]\n{section}\n")
    assert mistake in found


_EIGHT = '[[resolution]]\nwithin = "8 working hours"\n'


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ('[clocks]\npaused_in = ["open"]', '18: clocks.paused_in[1]: found "open" (a string)'),
        ('[[resolution]]\nkind = "wish"\nwithin = "1 working day"', '18: resolution[1].kind: found "wish"'),
        ("[[resolution]]\npriority = 4\nwithin = '1 working day'", "18: resolution[1].priority: found 4"),
        ('[[resolution]]\nwithin = "soon"', '18: resolution[1].within: found "soon" (a string)'),
        (
            f'{_EIGHT}same_day_before = "25:00"',
            '19: resolution[1].same_day_before: found "25:00" (a string); allowed: a clock time such as',
        ),
        (
            f'{_EIGHT}[[resolution]]\nkind = "bug"\nwithin = "1 working day"',
            "resolution[2]: never counts: a section before it fits the same cases",
        ),
    ],
)
def test_what_clocks_can_not_go_by_is_named(tmp_path: Path, added: str, told: str) -> None:
    found = mistakes(tmp_path, f"{GOOD}{added}\n")
    assert any(told in line for line in found), found
