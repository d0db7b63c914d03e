"""`otklik tickets …`: lists, shows and exports tickets; answers, closes, reopens, assigns, sets levels."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.cli import improvements, ticket_work
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
from bot.cli.persons import add_person, remove_person
from bot.cli.ticket_options import AgentOption, Number, agent_name, ticket_id_of
from bot.cli.ticket_sorting import kind, level
from bot.cli.ticket_verbs import WhyOption, do
from bot.cli.ticket_views import listed, listed_line, shown, shown_text
from bot.config import Settings
from bot.knowledge import tone
from bot.moments import parse_moment
from bot.rules import rules
from desk.channels import CHANNELS
from desk.rating import Outcome
from desk.ticket import State
from desk.tone import unwanted
from replies import answering, closing
from storage import facts
from storage.database import Database


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    group = typer.Typer(help="Tickets and the agents' verbs on them.", no_args_is_help=True)
    group.command("list")(list_)
    for command in (show, export, answer, close, reopen, assign, level, kind, add_person, remove_person):
        group.command()(command)
    improvements.register(group)
    ticket_work.register(group)
    app.add_typer(group, name="tickets")


def list_(
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    state: Annotated[State | None, typer.Option(help="Only tickets in this state.")] = None,
    client: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Only this client's.")] = None,
    channel: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=f"Only those that came this way: {' or '.join(CHANNELS)}."),
    ] = None,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Only those received since.")] = None,
) -> None:
    """List tickets in order of their numbers."""
    if channel is not None and channel not in CHANNELS:
        fail(f"--channel: {channel!r}; allowed: {', '.join(CHANNELS)}", Status.WRONG_USAGE)
    settings = load_settings(config)
    wanted = facts.TicketFilter(
        state=state.value if state else None, client=client, channel=channel, since=_since(settings, since)
    )
    number = rules(settings).numbering.format

    async def work(_: Database) -> None:
        async for row in facts.tickets(wanted):
            if as_json:
                print_json(listed(row, number))
            else:
                say(listed_line(row, number, rules(settings).zone))

    with_database(settings, work)


def show(
    number: Number,
    full: Annotated[
        bool, typer.Option("--full", help="With signatures and whatever the messages quote.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show one ticket with its messages, history and deliveries."""
    settings = load_settings(config)
    ticket_id = ticket_id_of(settings, number)
    ticket = with_database(settings, lambda _: facts.ticket(ticket_id))
    if ticket is None:
        fail(f"there is no ticket {number}")
    written = rules(settings).numbering.format
    if as_json:
        print_json(shown(ticket, written))
    else:
        say(shown_text(ticket, written, rules(settings).zone, full=full))


def export(
    config: ConfigOption = DEFAULT_CONFIG,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Only those received since.")] = None,
    as_json: JsonOption = True,
) -> None:
    """Print what `show --json` gives, for every ticket, one object a line."""
    settings = load_settings(config)
    wanted = facts.TicketFilter(since=_since(settings, since))
    written = rules(settings).numbering.format

    async def work(_: Database) -> None:
        async for row in facts.tickets(wanted):
            ticket = await facts.ticket(row["id"])
            if ticket is not None:
                print_json(shown(ticket, written))

    with_database(settings, work)


def answer(
    number: Number,
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="The answer; '-' reads it from standard input.")
    ],
    agent: AgentOption = None,
    as_is: Annotated[
        bool, typer.Option("--as-is", help="Send it whatever the tone check says of its words.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Send an answer to the client; one with phrases that the desk does not want is refused."""
    words = typer.get_text_stream("stdin").read() if text == "-" else text
    if not _is_text(words):
        fail("the answer is not UTF-8; save or type it in that encoding", Status.WRONG_USAGE)
    found = [] if as_is else unwanted(words, tone(load_settings(config)))
    if found:
        better = "; ".join(f'instead of "{one.said}" better "{one.better}"' for one in found)
        fail(f"not sent: {better}; or send it with --as-is")
    do(
        config,
        number,
        agent,
        as_json,
        lambda database, desk, ticket_id, who: answering.answer(
            database, desk, ticket_id, who, words, datetime.now(UTC)
        ),
    )


def close(
    number: Number,
    outcome: Annotated[
        Outcome, typer.Option(help="As what; only a settled ticket's client is asked for a rating.")
    ] = Outcome.SETTLED,
    agent: AgentOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Close a ticket and ask its client for a rating."""
    do(
        config,
        number,
        agent,
        as_json,
        lambda database, desk, ticket_id, who: closing.close(
            database, desk, ticket_id, who, datetime.now(UTC), outcome=outcome
        ),
    )


def reopen(
    number: Number,
    why: WhyOption = "",
    agent: AgentOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Put a closed ticket back to work."""
    do(
        config,
        number,
        agent,
        as_json,
        lambda database, desk, ticket_id, who: closing.reopen(
            database, desk, ticket_id, who, why, datetime.now(UTC)
        ),
    )


def assign(
    number: Number,
    to: Annotated[str, typer.Argument(metavar="AGENT", help="Who is responsible from now on.")],
    agent: AgentOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Make an agent responsible for a ticket."""
    responsible = agent_name(load_settings(config), to)
    do(
        config,
        number,
        agent,
        as_json,
        lambda database, desk, ticket_id, who: answering.assign(
            database, desk, ticket_id, responsible, who, datetime.now(UTC)
        ),
    )


def _is_text(words: str) -> bool:
    """Whether it can be written as UTF-8; bytes that could not be read stand in it as surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in words)


def _since(settings: Settings, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return parse_moment(text, rules(settings).zone)
    except ValueError as exc:
        fail(f"--since: {exc}", Status.WRONG_USAGE)
