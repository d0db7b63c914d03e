"""`otklik inbox …` and `otklik outbox …`: what is recorded and not processed, owed and not delivered."""

import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from bot.cli.acceptance import unanswerable
from bot.cli.common import DEFAULT_CONFIG, ConfigOption, JsonOption, fail, load_settings, print_json, say
from bot.cli.database import with_database
from bot.rules import file_store, own_addresses, rules
from storage.database import Database
from storage.inbox import Inbox
from storage.models import DeliveryState, EntryState
from storage.outbox import Outbox

MOST = 1000  # rows that a list shows
_WHO = "command line"

_UNFINISHED_ENTRIES = (EntryState.QUARANTINED, EntryState.RECORDED, EntryState.PROCESSING)
_UNFINISHED_DELIVERIES = (
    DeliveryState.DEAD,
    DeliveryState.UNDELIVERABLE,
    DeliveryState.OWED,
    DeliveryState.SENDING,
)

Id = Annotated[int, typer.Argument(metavar="ID", min=1, max=2**63 - 1, help="The number in the list.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    inbox = typer.Typer(help="What was recorded and not processed.", no_args_is_help=True)
    inbox.command("list")(inbox_list)
    inbox.command("show")(inbox_show)
    inbox.command("retry")(inbox_retry)
    inbox.command("discard")(inbox_discard)
    inbox.command("accept")(inbox_accept)
    app.add_typer(inbox, name="inbox")
    outbox = typer.Typer(help="What is owed and not delivered.", no_args_is_help=True)
    outbox.command("list")(outbox_list)
    outbox.command("retry")(outbox_retry)
    outbox.command("cancel")(outbox_cancel)
    app.add_typer(outbox, name="outbox")


def inbox_list(
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    refused: Annotated[
        bool, typer.Option("--refused", help="What was refused instead, with the reason.")
    ] = False,
) -> None:
    """List entries in quarantine and those that wait; the newest first."""
    settings = load_settings(config)
    states = (EntryState.REFUSED,) if refused else _UNFINISHED_ENTRIES
    zone = rules(settings).zone

    async def work(database: Database) -> list[dict[str, Any]]:
        return await Inbox(database, file_store(settings)).entries(states, MOST)

    for row in with_database(settings, work):
        if as_json:
            print_json(row)
        else:
            say(_entry_line(row, zone))


def inbox_show(
    entry_id: Id,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="Print the message's bytes, exactly as they came.")
    ] = False,
) -> None:
    """Show an entry: its envelope, what went wrong, and its bytes."""
    settings = load_settings(config)
    found = with_database(settings, lambda database: Inbox(database, file_store(settings)).show(entry_id))
    if found is None:
        fail(f"there is no entry {entry_id}")
    row, body = found
    if raw:
        sys.stdout.buffer.write(body)
    elif as_json:
        print_json({**row, "body": body.decode("utf-8", "replace")})
    else:
        zone = rules(settings).zone
        say(f"{_entry_line(row, zone)}\nenvelope: {row['envelope']}\n\n{row['trouble']}".rstrip())
        if row["purged_at"]:
            day = f"{row['purged_at'].astimezone(zone):%Y-%m-%d}"
            say(f"\npurged on {day}: its bytes are not kept any more, see [retention]")
        say("\n" + body.decode("utf-8", "replace").replace("\r\n", "\n"))


def inbox_retry(entry_id: Id, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Take an entry in quarantine up again."""
    settings = load_settings(config)
    now = datetime.now(UTC)
    _change(config, as_json, entry_id, "entry", "in quarantine", "will be tried again",
            lambda database: Inbox(database, file_store(settings)).retry(entry_id, now))  # fmt: skip


def inbox_discard(entry_id: Id, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Close an entry in quarantine without a ticket; its bytes are kept."""
    settings = load_settings(config)
    now = datetime.now(UTC)
    _change(config, as_json, entry_id, "entry", "in quarantine", "discarded",
            lambda database: Inbox(database, file_store(settings)).discard(entry_id, now, _WHO))  # fmt: skip


def inbox_accept(entry_id: Id, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Take a refused entry in after all, as a request of its sender's.

    Not the desk's own mail, nor a bounce that a mail system wrote: an answer would come back, or reach
    nobody. `inbox show` prints either. A bounce that a person passes on can be taken in.
    """
    settings = load_settings(config)
    now = datetime.now(UTC)

    async def work(database: Database) -> bool:
        inbox = Inbox(database, file_store(settings))
        try:
            found = await inbox.show(entry_id)
        except OSError as exc:
            fail(f"entry {entry_id} can't be read: {exc}")
        if found and (why := unanswerable(*found, own_addresses(settings))):
            fail(f"entry {entry_id} is {why}; to read it: otklik inbox show {entry_id}")
        return await inbox.accept(entry_id, now, _WHO)

    _change(config, as_json, entry_id, "entry", "refused and not purged", "will be taken in", work)


def outbox_list(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """List dead letters, what came back, and what is owed; the newest first."""
    settings = load_settings(config)
    written = rules(settings).numbering.format

    async def work(database: Database) -> list[dict[str, Any]]:
        return await Outbox(database).deliveries(_UNFINISHED_DELIVERIES, MOST)

    for row in with_database(settings, work):
        ticket_id = row.pop("ticket_id")
        row["ticket"] = "" if ticket_id is None else written(ticket_id)
        if as_json:
            print_json(row)
        else:
            error = f": {row['error']}" if row["error"] else ""
            about = row["ticket"] or "no ticket"
            say(f"{row['id']}  {row['state']:<13} {row['kind']} of {about} to {row['recipient']},"
                f" tries: {row['attempts']}{error}")  # fmt: skip


def outbox_retry(delivery_id: Id, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Owe a dead letter again, or one that came back."""
    now = datetime.now(UTC)
    _change(config, as_json, delivery_id, "delivery", "dead or undeliverable", "is owed again",
            lambda database: Outbox(database).retry(delivery_id, now))  # fmt: skip


def outbox_cancel(
    delivery_id: Id, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False
) -> None:
    """Cancel a delivery that is owed, dead or undeliverable."""
    now = datetime.now(UTC)
    _change(config, as_json, delivery_id, "delivery", "owed, dead or undeliverable", "cancelled",
            lambda database: Outbox(database).cancel(delivery_id, now))  # fmt: skip


def _change(
    config: ConfigOption,
    as_json: bool,
    row_id: int,
    what: str,
    needed: str,
    done: str,
    work: Callable[[Database], Awaitable[bool]],
) -> None:
    if not with_database(load_settings(config), work):
        fail(f"there is no {what} {row_id} that is {needed}")
    if as_json:
        print_json({"id": row_id, "result": done})
    else:
        say(f"{what} {row_id} {done}")


def _entry_line(row: dict[str, Any], zone: ZoneInfo) -> str:
    reason = (row["trouble"].strip().splitlines() or [row["outcome"]])[-1]
    envelope = row["envelope"]
    sender = envelope.get("mail_from") or envelope.get("imported_from") or "<>"
    came = f"{row['received_at'].astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"
    return f"{row['id']}  {row['state']:<11} {came}  {sender}  {row['size']} bytes  {reason}"
