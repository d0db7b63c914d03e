"""`otklik init` writes a configuration; `otklik check` tries each part that it names."""

import os
import secrets
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import (
    DEFAULT_CONFIG,
    ConfigOption,
    JsonOption,
    Status,
    fail,
    load_settings,
    print_json,
    say,
)
from bot.cli.finding import Finding
from bot.cli.trials import trials
from bot.config import secrets_of
from bot.redaction import Redaction

_FOLDERS = ("secrets", "data", "data/files", "data/outgoing")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(init)
    app.command()(check)


def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to; made if need be.")]) -> None:
    """Write a configuration with every key explained, and the secret that signs links."""
    config = folder / "config.toml"
    if config.exists():
        fail(f"{config} is there already and was left as it is")
    try:
        _write_all(folder)
    except FileExistsError as exc:
        fail(f"{exc.filename} is there already and was left as it is")
    except OSError as exc:
        fail(f"{exc.filename or folder} cannot be written: {exc.strerror or exc}")
    say(_next_steps(config))


def check(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Validate the configuration and try each part: a line each, ok or why not and what to do."""
    settings = load_settings(config)
    redaction = Redaction(secrets_of(settings))
    good = _tell(Finding("configuration", True, str(config)), redaction, as_json)
    for trial in trials(settings):
        good &= _tell(trial(), redaction, as_json)
    if not good:
        raise typer.Exit(Status.UNREACHABLE)


def example() -> str:
    """The text of config.example.toml: from the checkout, or else from the installed package."""
    checkout = Path(__file__).parents[2] / "config.example.toml"
    if checkout.is_file():
        return checkout.read_text(encoding="utf-8")
    return resources.files("bot").joinpath("config.example.toml").read_text(encoding="utf-8")


def _tell(finding: Finding, redaction: Redaction, as_json: bool) -> bool:
    text = redaction.text(finding.text)
    if as_json:
        print_json({"part": finding.part, "ok": finding.ok, "text": text})
    else:
        # The text of an error may have several lines; each part has one.
        say(f"{'ok' if finding.ok else 'NOT OK':<7} {finding.part:<13} {' '.join(text.split())}")
    return finding.ok


def _write_all(folder: Path) -> None:
    for name in ("", *_FOLDERS):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "secrets").chmod(0o700)
    secret = folder / "secrets" / "web"
    if not secret.exists():
        _write_new(secret, secrets.token_urlsafe(48) + "\n", 0o600)
    # Last: a configuration that is there is a complete one.
    _write_new(folder / "config.toml", example(), 0o644)


def _write_new(path: Path, text: str, mode: int) -> None:
    """Write a file that is not there yet; FileExistsError when it is, and never a link followed."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _next_steps(config: Path) -> str:
    return (
        f"Written: {config}, and the secret that signs links beside it.\n"
        "Next:\n"
        f"  1. Open {config} and set desk.name, mail.address, web.public_url, [mail.relay] and [[agents]].\n"
        f"  2. otklik check --config {config}\n"
        f"  3. otklik run --config {config}"
    )
