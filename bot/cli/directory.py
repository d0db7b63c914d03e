"""`otklik clients …`: the directory."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from bot.cli.common import DEFAULT_CONFIG, ConfigOption, JsonOption, fail, load_settings, print_json, say
from bot.cli.database import with_database
from bot.cli.directory_files import clients_export, clients_import
from bot.cli.privacy import clients_erase
from bot.config import Settings
from bot.config.fields import Language, MailAddress
from bot.rules import own_addresses
from desk.addresses import comparable
from intake.mime.addresses import is_usable
from storage.companies.changing import NoCompany
from storage.companies.linking import NotLinkable, link_client, unlink_client
from storage.database import Database
from storage.directory import AddressTaken, Directory, KnownClient, NotBlockable, client_by_address

_TOLD = ("id", "name", "registered", "language", "address", "blocked")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    clients = typer.Typer(help="Clients whom the directory knows.", no_args_is_help=True)
    clients.command("add")(clients_add)
    clients.command("list")(clients_list)
    clients.command("link")(clients_link)
    clients.command("unlink")(clients_unlink)
    clients.command("import")(clients_import)
    clients.command("export")(clients_export)
    clients.command("erase")(clients_erase)
    clients.command("block")(clients_block)
    clients.command("unblock")(clients_unblock)
    app.add_typer(clients, name="clients")


def clients_add(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The e-mail address.")],
    name: Annotated[str, typer.Option(metavar="TEXT", help="How he is greeted.")] = "",
    language: Annotated[Language | None, typer.Option(help="In which he is answered.")] = None,
    vocative: Annotated[
        str, typer.Option(metavar="TEXT", help="How he is addressed in Ukrainian, in the vocative.")
    ] = "",
    company: Annotated[str, typer.Option(metavar="REGISTRATION", help="The company that he is of.")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Register a client; one who has written before keeps his tickets."""
    settings = load_settings(config)
    try:
        known_as = TypeAdapter(MailAddress).validate_python(address).lower()
    except ValidationError:
        fail(f"{address!r} is no e-mail address; allowed: one such as olga@example.org")
    if known_as in own_addresses(settings):
        fail(f"{known_as} is the desk's own address; a client has another")
    if len(name) > 200 or not name.isprintable():
        fail("--name: allowed are up to 200 characters on one line")
    if len(vocative) > 200 or not vocative.isprintable():
        fail("--vocative: allowed are up to 200 characters on one line")

    async def work(database: Database) -> KnownClient:
        return await Directory(database).add(
            known_as, name, language or "", datetime.now(UTC), vocative=vocative, company=company
        )

    try:
        client = with_database(settings, work)
    except (AddressTaken, NoCompany) as exc:
        fail(str(exc))
    _tell(client, as_json)


def clients_list(
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    blocked: Annotated[bool, typer.Option("--blocked", help="Those who are blocked instead.")] = False,
) -> None:
    """List the registered clients by address."""
    settings = load_settings(config)
    for client in with_database(settings, lambda database: Directory(database).clients(blocked=blocked)):
        _tell(client, as_json)


def clients_link(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="One of the client's addresses.")],
    registration: Annotated[str, typer.Argument(metavar="REGISTRATION", help="The company's.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Link a client to a company, by which he is entitled to what it is from his next request on."""
    now = datetime.now(UTC)
    _relate(config, address, lambda client: link_client(client, registration, "command line", now), as_json)


def clients_unlink(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="One of the client's addresses.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Undo link. He is registered no more: `clients add` does that for somebody without a company."""
    now = datetime.now(UTC)
    _relate(config, address, lambda client: unlink_client(client, "command line", now), as_json)


def _relate(config: Path, address: str, change: Callable[[int], Awaitable[object]], as_json: bool) -> None:
    settings = load_settings(config)
    known_as = comparable(address)

    async def unit() -> KnownClient:
        client = await client_by_address(known_as)
        if client is None:
            raise NotLinkable(f"nobody has the address {address}")
        await change(client.id)
        return await client_by_address(known_as) or client

    try:
        client = with_database(settings, lambda database: database.writer.run(unit))
    except (NoCompany, NotLinkable) as exc:
        fail(str(exc))
    _tell(client, as_json)


def clients_block(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The e-mail address.")],
    why: Annotated[str, typer.Option(metavar="TEXT", help="The reason, for the agents.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Refuse somebody further service; his mail is kept, see `inbox list --refused`.

    A client whom the desk knows is told once. An address that has never written may be blocked too: then
    nothing is sent.
    """
    settings = load_settings(config)
    known_as = _outsiders(address, settings)
    if not why.strip():
        fail("--why: say why; allowed is any text that is not empty")
    domain, now = settings.mail.address.rpartition("@")[2], datetime.now(UTC)

    async def work(database: Database) -> KnownClient:
        return await Directory(database).block(
            known_as, "command line", why.strip(), now, domain=domain, language=settings.desk.language
        )

    _change(settings, work, as_json)


def clients_unblock(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The client's e-mail address.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Serve a blocked client again; he is told nothing."""
    settings = load_settings(config)
    known_as = _mail_address(address)
    _change(settings, lambda database: Directory(database).unblock(known_as), as_json)


def _mail_address(text: str) -> str:
    """An address in the form in which the intake knows senders; anything else ends the command."""
    if not is_usable(text):
        fail(f"{text!r} is no e-mail address; allowed: one such as olga@example.org")
    return text.lower()


def _outsiders(text: str, settings: Settings) -> str:
    """The address of somebody who is neither the desk nor an agent; anything else ends the command."""
    address = _mail_address(text)
    local, at, domain = address.partition("@")
    if {address, local.partition("+")[0] + at + domain} & own_addresses(settings):
        fail(f"{address} is the desk's own address, whose mail is refused anyway; allowed: a client's")
    agent = next((one for one in settings.agents if one.email and one.email.lower() == address), None)
    if agent is not None:
        fail(f"{address} belongs to the agent {agent.name}; take it out of [[agents]] first")
    return address


def _change(settings: Settings, work: Callable[[Database], Awaitable[KnownClient]], as_json: bool) -> None:
    try:
        client = with_database(settings, work)
    except NotBlockable as exc:
        fail(str(exc))
    _tell(client, as_json)


def _tell(client: KnownClient, as_json: bool) -> None:
    if as_json:
        print_json({name: getattr(client, name) for name in _TOLD})
    else:
        blocked = "  blocked" if client.blocked else ""
        say(f"{client.id}  {client.address}  {client.name}  {client.language}".rstrip() + blocked)
