"""`otklik texts …`: the desk's texts as they are, and an administrator's own wordings checked."""

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
from bot.rules import languages
from replies.languages import LANGUAGES, BadCatalogue
from replies.languages.checking import Finding, check

FolderArgument = Annotated[
    Path | None, typer.Argument(metavar="FOLDER", help="Where the .po files are; default: desk.texts.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    group = typer.Typer(help="Texts, and your own wordings of them.", no_args_is_help=True)
    group.command("check")(check_)
    group.command("list")(list_)
    app.add_typer(group, name="texts")


def check_(
    folder: FolderArgument = None, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False
) -> None:
    """Check your own .po files: what can't be used ends with status 1, mere advice with 0."""
    place = folder if folder is not None else load_settings(config).desk.texts
    if place is None:
        fail("no folder: name one, or set desk.texts in the configuration", Status.WRONG_USAGE)
    try:
        findings, worded = check(place)
    except OSError as exc:
        fail(f"{place}: {exc.strerror or exc}")
    if not findings and not worded:
        fail(f"{place}: no .po file there; allowed: {', '.join(f'{one}.po' for one in LANGUAGES)}")
    if as_json:
        print_json({"folder": place, "findings": findings, "languages": worded})
    else:
        for one in findings:
            say(_line(one))
        for count in worded:
            told = f"{count.language}: {count.own} of {count.all} texts in your words"
            say(f"{told}, {count.untranslated} not translated")
    if any(not one.warning for one in findings):
        raise typer.Exit(Status.REFUSED)


def _line(one: Finding) -> str:
    place = f"{one.file}:{one.line}" if one.line else one.file
    return ": ".join(filter(None, (place, one.msgid, "warning" if one.warning else "error", one.says)))


def list_(
    language: Annotated[
        str | None,
        typer.Option(metavar="LANGUAGE", help=f"One of {', '.join(LANGUAGES)}; default: the desk's."),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Print each text's name with its present words, plural forms one below the other."""
    settings = load_settings(config)
    spoken = language or settings.desk.language
    if spoken not in LANGUAGES:
        fail(f"--language: {spoken!r} is none of {', '.join(LANGUAGES)}", Status.WRONG_USAGE)
    try:
        texts = languages(settings)
    except (BadCatalogue, OSError) as exc:
        fail(str(exc))
    for key in sorted(texts.keys()):
        forms = texts.forms(spoken, key)
        if as_json:
            print_json({"msgid": key, "language": spoken, "forms": forms})
        else:
            for form in forms:
                say(f"{key}: {form}".replace("\n", "\\n"))
