"""`otklik companies …`: whom contracts are with."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time
from typing import Annotated, Any, TypeVar

import typer

from bot.cli.common import DEFAULT_CONFIG, ConfigOption, JsonOption, fail, load_settings, print_json, say
from bot.cli.company_views import as_line, as_lines, as_plain, today_at
from bot.cli.database import with_database
from bot.cli.directory_files import companies_export, companies_import
from bot.cli.ticket_options import AgentOption, agent_name
from bot.config import Settings
from bot.config.telegram import LineKey
from bot.directory import company_rows
from bot.directory.table import WrongCell
from bot.rules import rules
from desk.local_time import moment_of
from storage.companies import changing
from storage.companies.card import CompanyCard, Used, companies, company_card
from storage.database import Database

T = TypeVar("T")
Registration = Annotated[
    str, typer.Argument(metavar="REGISTRATION", help="The number by which its product is registered.")
]
LineArgument = Annotated[LineKey, typer.Argument(metavar="LINE", help="The line of support.")]
At = Annotated[str | None, typer.Option("--at", metavar="DAY", help="Since when, or until when; else now.")]
Name = Annotated[str | None, typer.Option("--name", metavar="TEXT", help="What it is called.")]
Curator = Annotated[
    str | None, typer.Option("--curator", metavar="AGENT", help='Who cares for it; "" nobody.')
]
Level = Annotated[str | None, typer.Option("--level", metavar="KEY", help="The contract's level.")]
Plan = Annotated[str | None, typer.Option("--plan", metavar="KEY", help="What the contract covers.")]
Begins = Annotated[
    str | None, typer.Option("--valid-from", metavar="DAY", help="Which contract, or a new one.")
]
Ends = Annotated[str | None, typer.Option("--valid-to", metavar="DAY", help='Its last day; "" for none.')]
Domains = Annotated[
    str | None, typer.Option("--domains", metavar="TEXT", help="Mail domains; replaces them all.")
]
Products = Annotated[
    str | None,
    typer.Option("--products", metavar="TEXT", help="KEY[:VERSION[:REGISTRATION]]; replaces them all."),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    group = typer.Typer(help="Companies, their contracts and what is known of them.", no_args_is_help=True)
    group.command("list")(companies_list)
    group.command("show")(companies_show)
    group.command("add")(companies_add)
    group.command("edit")(companies_edit)
    group.command("note")(companies_note)
    group.command("connect")(companies_connect)
    group.command("disconnect")(companies_disconnect)
    group.command("import")(companies_import)
    group.command("export")(companies_export)
    app.add_typer(group, name="companies")


def companies_list(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """List all companies by registration, each with the contract that counts today."""
    settings = load_settings(config)
    known, today = rules(settings), today_at(rules(settings))

    async def work(_: Database) -> None:
        async for card in companies():
            if as_json:
                print_json(as_plain(card, known, today))
            else:
                say(as_line(card, today))

    with_database(settings, work)


def companies_show(
    registration: Registration, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False
) -> None:
    """Show what is known of a company: contracts, products, lines, notes, open tickets."""
    settings = load_settings(config)
    _show(settings, with_database(settings, lambda _: company_card(registration)), registration, as_json)


def companies_add(
    registration: Registration,
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="What it is called.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Add a company; `companies edit` says the rest of it, `companies import` adds many."""
    number = _cell("REGISTRATION", company_rows.registration, registration)
    called = _cell("--name", company_rows.one_line, name)

    async def unit() -> None:
        await changing.add_company(number, called, datetime.now(UTC))

    _change(load_settings(config), number, unit, as_json)


def companies_edit(
    registration: Registration,
    name: Name = None,
    curator: Curator = None,
    level: Level = None,
    plan: Plan = None,
    valid_from: Begins = None,
    valid_to: Ends = None,
    domains: Domains = None,
    products: Products = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Change what is given of a company. It counts for its clients' next requests.

    Level, plan and last day are those of the contract that begins on --valid-from; without it, of the one
    that began last.
    """
    settings = load_settings(config)
    agents = frozenset(agent.name for agent in settings.agents)
    edit = changing.Edit(
        name=_optional("--name", company_rows.one_line, name),
        curator=_optional("--curator", lambda text: company_rows.curator(text, agents), curator),
        level=_optional("--level", company_rows.one_word, level),
        plan=_optional("--plan", company_rows.one_word, plan),
        valid_from=_cell("--valid-from", company_rows.day, valid_from) if valid_from else None,
        valid_to=_cell("--valid-to", company_rows.day, valid_to) if valid_to else None,
        endless=valid_to == "",
        domains=_optional("--domains", company_rows.domains, domains, ()),
        products=_products(products),
    )
    if edit == changing.Edit():
        fail("nothing to change; allowed: --name, --curator, --level, --plan, --valid-from and so on")
    if edit.name == "":
        fail("--name: allowed is up to 200 characters on one line")
    _change(settings, registration, lambda: changing.edit_company(registration, edit), as_json)


def companies_note(
    registration: Registration,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is to be known of its set-up.")],
    agent: AgentOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Write a note on a company's card, for the agents."""
    settings = load_settings(config)
    who = agent_name(settings, agent)

    async def unit() -> None:
        await changing.note_on_company(registration, who, text, datetime.now(UTC))

    _change(settings, registration, unit, as_json)


def companies_connect(
    registration: Registration,
    line: LineArgument,
    at: At = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Connect a company to a line of support."""
    settings = load_settings(config)
    since = _moment(settings, at)
    _change(settings, registration, lambda: changing.connect(registration, line, since), as_json)


def companies_disconnect(
    registration: Registration,
    line: LineArgument,
    at: At = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """End a company's connection to a line; that it was connected stays known."""
    settings = load_settings(config)
    until = _moment(settings, at)
    _change(settings, registration, lambda: changing.disconnect(registration, line, until), as_json)


def _change(
    settings: Settings, registration: str, unit: Callable[[], Awaitable[None]], as_json: bool
) -> None:
    """Do it, and show what came of it."""

    async def work(database: Database) -> CompanyCard | None:
        await database.writer.run(unit)
        return await company_card(registration)

    try:
        card = with_database(settings, work)
    except (
        changing.NoCompany,
        changing.CompanyKnown,
        changing.NotConnected,
        changing.NoContract,
        ValueError,
    ) as exc:
        fail(str(exc))
    _show(settings, card, registration, as_json)


def _show(settings: Settings, card: CompanyCard | None, registration: str, as_json: bool) -> None:
    if card is None:
        fail(f"there is no company {registration}")
    known = rules(settings)
    if as_json:
        print_json(as_plain(card, known, today_at(known)))
    else:
        say("\n".join(as_lines(card, known)))


def _moment(settings: Settings, text: str | None) -> datetime:
    """The beginning of a day in the desk's zone, or now."""
    if not text:
        return datetime.now(UTC)
    return moment_of(_cell("--at", company_rows.day, text), time(), rules(settings).zone)


def _products(text: str | None) -> tuple[Used, ...] | None:
    found = _optional("--products", company_rows.products, text, ())
    return None if found is None else tuple(Used(*one) for one in found)


def _optional(option: str, understood: Callable[[str], T], text: str | None, empty: Any = "") -> T | None:
    """What an option says: None when it is not given, `empty` for an empty one."""
    if text is None:
        return None
    return _cell(option, understood, text.strip()) if text.strip() else empty


def _cell(option: str, understood: Callable[[str], T], text: str) -> T:
    try:
        return understood(text)
    except WrongCell as exc:
        fail(f"{option}: found {text!r}; allowed: {exc}")
