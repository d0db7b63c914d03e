"""`otklik faq …`: the entries of the FAQ, what a search finds, and what of it has helped."""

import asyncio
from datetime import datetime
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
from bot.cli.database import with_database
from bot.config import Settings
from bot.log_lines import escaped
from bot.moments import parse_moment
from bot.rules import rules
from desk.faq.ranking import GOOD
from replies.faq.search import Faq
from storage.offers import OfferCount, offer_counts


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    group = typer.Typer(help="The FAQ: its entries, what is found, what has helped.", no_args_is_help=True)
    group.command("list")(list_)
    group.command("search")(search)
    group.command("stats")(stats)
    app.add_typer(group, name="faq")


def list_(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """List the entries; files that are none are named on standard error, and the status is 1 then."""
    known = _faq(load_settings(config))
    asyncio.run(known.looked_at())
    for entry in sorted(known.entries, key=lambda one: (one.key, one.language)):
        told = {
            name: getattr(entry, name) for name in ("key", "language", "title", "product", "link", "keywords")
        }
        if as_json:
            print_json(told)
        else:
            say(f"{entry.key}.{entry.language}  {entry.title}" + (f"  {entry.link}" if entry.link else ""))
    for mistake in known.mistakes:
        typer.echo(escaped(str(mistake)), err=True)
    if known.mistakes:
        raise typer.Exit(Status.REFUSED)


def search(
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="What a client would write.")],
    most: Annotated[int, typer.Option(min=1, max=50, help="How many entries.")] = 3,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show which entries a text finds, the best first, and which of them would be offered unasked."""
    settings = load_settings(config)
    found = asyncio.run(_faq(settings).search(" ".join(words), most))
    if not found and not as_json:
        fail("nothing is found")
    for one in found:
        told = one.told[one.language(settings.desk.language)]
        offered = one.score >= GOOD
        if as_json:
            print_json(
                {"key": one.key, "score": one.score, "offered": offered, "title": told.title,
                 "languages": sorted(one.told), "link": told.link}
            )  # fmt: skip
        else:
            say(f"{one.score:6.2f}  {'offered' if offered else '       '}  {one.key}  {told.title}")


def stats(
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Only what was offered since.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Tell how often each entry was offered, where, and whether it helped."""
    settings = load_settings(config)
    counts = with_database(settings, lambda _: offer_counts(_since(settings, since)))
    for one in counts:
        if as_json:
            print_json(one)
        else:
            say(_line(one))


def _line(one: OfferCount) -> str:
    said = one.helped + one.not_helped
    share = f", helped {one.helped} of {said} who said" if said else ""
    return f"{one.entry}  {one.place}: offered {one.offered}{share}"


def _since(settings: Settings, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return parse_moment(text, rules(settings).zone)
    except ValueError as exc:
        fail(f"--since: {exc}", Status.WRONG_USAGE)


def _faq(settings: Settings) -> Faq:
    folder = settings.faq.folder
    if folder is None:
        fail("there is no FAQ; name its folder in config.toml: [faq] folder")
    if not folder.is_dir():
        fail(f"faq.folder: {folder} is no folder")
    return Faq(folder, logged=False)
