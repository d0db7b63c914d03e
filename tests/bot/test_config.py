"""config.toml is read into frozen settings; the example explains all of it."""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr, ValidationError

from bot.config import Settings, load, secrets_of
from bot.config.mistakes import is_secret, model_of
from tests.bot.configuration import GOOD, SECRET, changed, make_certificate, mistakes, read

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"

# The example


def test_the_example_is_a_configuration_that_can_be_used(tmp_path: Path) -> None:
    settings = read(tmp_path, EXAMPLE.read_text(encoding="utf-8"))
    assert settings.desk.name == "АгроСофт"
    assert settings.mail.relay is None
    assert [level.key for level in settings.service_levels] == [
        "general",
        "standard",
        "urgent",
        "development",
    ]
    promises = [level.level().react_within for level in settings.service_levels]
    assert [str(promise) for promise in promises] == [
        "40 working hours",
        "8 working hours",
        "6 working hours",
        "24 working days",
    ]
    assert all(set(level.title) == {"ru", "uk", "en", "fi"} for level in settings.service_levels)
    assert settings.calendars["main"].calendar("main").hours_on(date(2026, 11, 4)) == ()  # a holiday


def switched_on(text: str) -> str:
    """The example with every setting that is off: its "#" taken away."""
    return re.sub(r"^#(?=[a-z_]+ = |\[)", "", text, flags=re.MULTILINE)


def test_what_the_example_has_switched_off_can_be_used_too(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "database").write_text("postgres://otklik:geheim@localhost/otklik")
    (tmp_path / "secrets" / "relay").write_text("hunter22")
    (tmp_path / "tls").mkdir()
    make_certificate(tmp_path / "tls" / "fullchain.pem", tmp_path / "tls" / "key.pem")
    (tmp_path / "secrets" / "imap").write_text("hunter33")
    (tmp_path / "secrets" / "clients-bot").write_text("1111111:" + "c" * 35)
    (tmp_path / "secrets" / "agents-bot").write_text("2222222:" + "a" * 35)
    text = switched_on(EXAMPLE.read_text(encoding="utf-8"))
    text = text.replace('url = "sqlite://data/otklik.db"\n', "")
    settings = read(tmp_path, re.sub(r"(?m)^oauth = .*\n", "", text))
    assert [(box.name, box.move_to) for box in settings.mail.mailboxes] == [("support", "Processed")]
    assert settings.mail.relay and settings.mail.relay.password
    assert settings.mail.relay.password.get_secret_value() == "hunter22"
    assert settings.mail.listener.tls_key == tmp_path / "tls" / "key.pem"
    assert settings.telegram.agents and settings.telegram.agents.staff_chat == -1001234567890
    assert settings.telegram.agents.lines == {"second": -1009876543210}
    assert [(agent.name, agent.role, agent.line) for agent in settings.agents] == [("Анна", "agent", "first")]


def test_the_example_s_oauth_can_be_used_in_place_of_a_password(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    for name in ("client", "refresh"):
        (tmp_path / "secrets" / name).write_text(f"{name} secret\n")
    for number, name in enumerate(("clients-bot", "agents-bot"), start=1):
        (tmp_path / "secrets" / name).write_text(f"{number}111111:{'x' * 35}")
    text = switched_on(EXAMPLE.read_text(encoding="utf-8"))
    without = re.sub(r"(?m)^(password_file|url_file|tls_\w+) = .*\n", "", text)
    settings = read(tmp_path, without.replace('security = "none"', 'security = "tls"'))
    (mailbox,) = settings.mail.mailboxes
    assert mailbox.oauth and settings.mail.relay and settings.mail.relay.oauth
    assert mailbox.oauth.refresh_token_file == tmp_path / "secrets" / "refresh"
    assert mailbox.oauth.client_secret == SecretStr("client secret")
    assert "client secret" in list(secrets_of(settings))


def test_each_mailbox_takes_its_password_from_a_file_or_by_its_number_from_the_environment(
    tmp_path: Path,
) -> None:
    box = '[[mail.mailboxes]]\nname = "{0}"\nhost = "imap"\nusername = "{0}"\n'
    (tmp_path / "first").write_text("from the file\n")
    text = GOOD + box.format("a") + 'password_file = "first"\n' + box.format("b")
    settings = read(tmp_path, text, OTKLIK_MAIL_MAILBOXES_2_PASSWORD="from the environment")
    passwords = [box.password.get_secret_value() for box in settings.mail.mailboxes if box.password]
    assert passwords == ["from the file", "from the environment"]
    assert set(passwords) <= set(secrets_of(settings))


def keys(model: type[BaseModel]) -> dict[str, Any]:
    """The keys that a model knows, with those of the models in it; a secret by the key of its file."""
    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        inner = model_of(field.annotation)
        found[name] = keys(inner) if inner else None
        if is_secret(field):
            found[f"{name}_file"] = found.pop(name)
    return found


def unexplained(known: dict[str, Any], shown: Any, inside: str = "") -> list[str]:
    if isinstance(shown, list):
        shown = {key: value for table in shown for key, value in table.items()}
    if inside == "calendars":
        shown = shown["main"]
    absent = [f"{inside}.{key}" for key in known if key not in shown]
    nested = [unexplained(inner, shown[key], key) for key, inner in known.items() if inner and key in shown]
    return absent + [key for keys in nested for key in keys]


def test_the_example_explains_every_key_that_the_settings_know() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert unexplained(keys(Settings), tomllib.loads(switched_on(text))) == []
    # Explained: each key or table stands under a comment, or under a neighbour that shares one.
    assert not re.search(r"\n\n[a-z_]+ = ", text), "a key without a comment above it"


def test_the_defaults_are_those_that_the_example_shows(tmp_path: Path) -> None:
    shown = read(tmp_path, EXAMPLE.read_text(encoding="utf-8"))
    default = read(tmp_path, GOOD)
    for part in ("files", "processing", "log", "database", "clocks", "resolution"):
        assert getattr(shown, part) == getattr(default, part), part
    assert shown.mail.listener == default.mail.listener
    same_secret = {"secret": SecretStr("")}
    assert shown.web.model_copy(update=same_secret) == default.web.model_copy(update=same_secret)
    same_desk = {"name": "", "language": "en"}
    assert shown.desk.model_copy(update=same_desk) == default.desk.model_copy(update=same_desk)


# Paths, secrets and the environment


def test_paths_are_relative_to_the_file_and_not_to_where_one_stands(tmp_path: Path, monkeypatch: Any) -> None:
    read(tmp_path, GOOD)
    monkeypatch.chdir(tmp_path / "secrets")
    settings = load(Path("../config.toml"), {})
    assert settings.desk.data_dir.resolve() == tmp_path / "data"
    assert settings.files.store.resolve() == tmp_path / "data" / "files"
    url = settings.database.url.get_secret_value()
    assert url.startswith("sqlite:///")
    assert Path(url.removeprefix("sqlite://")).resolve() == tmp_path / "data" / "otklik.db"


def test_an_absolute_path_stays_as_it_is(tmp_path: Path) -> None:
    settings = read(
        tmp_path, GOOD + '[files]\nstore = "/srv/files"\n[database]\nurl = "sqlite:///srv/o.db"\n'
    )
    assert settings.files.store == Path("/srv/files")
    assert settings.database.url.get_secret_value() == "sqlite:///srv/o.db"


def test_a_secret_comes_from_the_environment_before_its_file_before_nothing(tmp_path: Path) -> None:
    from_file = changed('secret = "0123456789abcdef0123456789abcdef"', 'secret_file = "secrets/web"')
    assert read(tmp_path, from_file).web.secret.get_secret_value() == SECRET
    given = read(tmp_path, from_file, OTKLIK_WEB_SECRET="e" * 32)
    assert given.web.secret.get_secret_value() == "e" * 32
    assert read(tmp_path, from_file, OTKLIK_WEB_SECRET="").web.secret.get_secret_value() == SECRET
    assert mistakes(tmp_path, GOOD.replace('secret = "0123456789abcdef0123456789abcdef"\n', "")) == [
        "config.toml:7: web.secret: found nothing; needed: a secret of at least 32 bytes,"
        ' by secret_file = "PATH" or by the environment variable OTKLIK_WEB_SECRET'
    ]


def test_the_database_and_the_relay_take_their_secrets_from_the_environment(tmp_path: Path) -> None:
    text = GOOD + '[mail.relay]\nhost = "mx"\nusername = "desk"\n'
    url = "postgres://otklik:pass%40word@db/otklik"
    settings = read(tmp_path, text, OTKLIK_DATABASE_URL=url, OTKLIK_MAIL_RELAY_PASSWORD="p w\\")
    assert settings.database.url.get_secret_value() == url
    assert settings.mail.relay and settings.mail.relay.password == SecretStr("p w\\")
    # A password for a relay that there is none of is nobody's mistake: the variable may be set for all.
    assert read(tmp_path, GOOD, OTKLIK_MAIL_RELAY_PASSWORD="x").mail.relay is None


def test_secrets_never_print(tmp_path: Path) -> None:
    text = GOOD + '[mail.relay]\nhost = "mx"\nusername = "desk"\npassword = "hunter22"\n'
    settings = read(tmp_path, text, OTKLIK_DATABASE_URL="postgres://otklik:geheim@db/otklik")
    shown = f"{settings!r} {settings} {settings.model_dump_json()}"
    for secret in ("hunter22", "geheim", "0123456789abcdef"):
        assert secret not in shown
    assert set(secrets_of(settings)) == {
        "hunter22",
        "postgres://otklik:geheim@db/otklik",
        "0123456789abcdef0123456789abcdef",
    }


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    settings = read(tmp_path, GOOD)
    with pytest.raises(ValidationError):
        settings.web.port = 1  # type: ignore[misc]


def test_our_server_greets_with_its_own_name_or_with_the_domain_of_the_address(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD).mail.server_name() == "example.org"
    named = read(tmp_path, GOOD + '[mail.listener]\nhostname = "mx.example.org"\n')
    assert named.mail.server_name() == "mx.example.org"
