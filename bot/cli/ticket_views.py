"""Tickets as commands print them: as the documented JSON, and as text for people."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from desk.time_spent import shown as length_shown

Row = Mapping[str, Any]
Written = Callable[[int], str]

# As `isoformat` writes our moments into the sentences of a ticket's history.
_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?\+00:00")

_LISTED = (
    "state",
    "subject",
    "client",
    "channel",
    "level",
    "kind",
    "priority",
    "line",
    "assignee",
    "created_at",
    "reaction_due_at",
    "resolution_due_at",
    "reacted_at",
    "closed_at",
    "rating",
)
_MESSAGE = ("direction", "author", "address", "text", "message_id", "at", "authenticity", "automatic")
_SHOT = ("name", "media_type", "width", "height", "size", "sha256")
_PARTICIPANT = ("address", "added_by", "added_at")
_EVENT = ("at", "who", "what", "before", "after", "why")
_TIME = ("at", "agent", "activity", "seconds", "note")
_STAGE = ("stage", "entered_at", "left_at")
_PAUSE = ("state", "since", "until")
_DELIVERY = ("kind", "channel", "recipient", "state", "attempts", "message_id", "sent_at", "error")
_CLOSURE = (
    "closed_at",
    "closed_by",
    "invited_at",
    "not_invited",
    "expires_at",
    "withdrawn_at",
    "stars",
    "comment",
    "satisfied",
    "recommend",
    "rated_at",
)


def listed(row: Row, written: Written) -> dict[str, Any]:
    """A ticket as `tickets list --json` tells it."""
    return {"number": written(row["id"]), **_of(row, _LISTED)}


def shown(ticket: Row, written: Written) -> dict[str, Any]:
    """A ticket as `tickets show --json` tells it."""
    follow_up_of = ticket["follow_up_of"]
    return {
        **listed(ticket, written),
        "promise": ticket["promise"],
        "resolution": ticket["resolution"] or None,
        "planned_for": ticket["planned_for"],
        "stage": ticket["stage"] or None,
        "stages": [_of(one, _STAGE) for one in ticket["stages"]],
        "pauses": [_of(one, _PAUSE) for one in ticket["pauses"]],
        "language": ticket["language"],
        "product": ticket["product"],
        "version": ticket["version"],
        "follow_up_of": None if follow_up_of is None else written(follow_up_of),
        "participants": [_of(one, _PARTICIPANT) for one in ticket["participants"]],
        "messages": [_message(message) for message in ticket["messages"]],
        "history": [_of(event, _EVENT) for event in ticket["history"]],
        "deliveries": [_of(delivery, _DELIVERY) for delivery in ticket["deliveries"]],
        "closures": [_of(closure, _CLOSURE) for closure in ticket["closures"]],
        "time": [_time(spent) for spent in ticket["time"]],
    }


def listed_line(row: Row, written: Written, zone: ZoneInfo) -> str:
    """A ticket on one line."""
    stars = "" if row["rating"] is None else "  " + "★" * row["rating"]
    due = "" if row["reacted_at"] or row["closed_at"] else f"  due {_local(row['reaction_due_at'], zone)}"
    if row["resolution_due_at"] and not row["closed_at"]:
        due += f"  settle by {_local(row['resolution_due_at'], zone)}"
    who = f"  {row['assignee']}" if row["assignee"] else ""
    begin = f"{written(row['id'])}  {row['state']:<9} {row['level']:<12} {row['client']}"
    return f"{begin}{who}{due}{stars}  {row['subject']}"


def shown_text(ticket: Row, written: Written, zone: ZoneInfo, *, full: bool = False) -> str:
    """A ticket with everything in it, for reading; `full`: with what its messages quote, too."""
    lines = [listed_line(ticket, written, zone), f"times: {zone.key}", ""]
    if ticket["participants"]:
        lines[1:1] = ["takes part too: " + ", ".join(one["address"] for one in ticket["participants"])]
    for message in ticket["messages"]:
        lines += _message_lines(message, zone, full)
    lines.append("history:")
    for event in ticket["history"]:
        change = " → ".join(part for part in (event["before"], event["after"]) if part)
        words = " ".join(part for part in (event["what"], change) if part)
        why = f" ({event['why']})" if event["why"] else ""
        told = _with_local_times(f"{words}{why}", zone)
        lines.append(f"  {_local(event['at'], zone)}  {event['who']}: {told}")
    if ticket["time"]:
        lines.append("time:")
        for spent in ticket["time"]:
            lines += _time_lines(spent, zone)
    lines.append("deliveries:")
    for delivery in ticket["deliveries"]:
        error = f": {delivery['error']}" if delivery["error"] else ""
        lines.append(f"  {delivery['kind']} to {delivery['recipient']}: {delivery['state']}{error}")
    return "\n".join(lines)


def _message_lines(message: Row, zone: ZoneInfo, full: bool) -> list[str]:
    way = {"in": "from", "out": "answer by", "note": "note by"}[message["direction"]]
    name = message["author"] or message["address"]
    lines = [f"{_local(message['at'], zone)}  {way} {name}"]
    if message["authenticity"].startswith("fail"):
        lines.append(f"    [sender not verified: {message['authenticity'].partition(': ')[2]}]")
    if message["automatic"]:
        lines.append("    [written by a machine]")
    text = message["text"] if full else message["new_text"] or message["text"]
    lines += [f"    {line}" for line in text.splitlines()]
    for shot in message["screenshots"]:
        size = f"{shot['width']}×{shot['height']}, {shot['size']} bytes"
        lines.append(f"    [{shot['media_type']} {shot['name']}: {size}]")
    lines += [f"    [declined {one['name']}: {one['reason']}]" for one in message["declined"]]
    lines += [f"    [file share: {link}]" for link in message["shares"]]
    return [*lines, ""]


def _time(spent: Row) -> dict[str, Any]:
    return {
        **_of(spent, _TIME),
        "recordings": [_of(one, ("name", "media_type", "size", "sha256")) for one in spent["recordings"]],
    }


def _time_lines(spent: Row, zone: ZoneInfo) -> list[str]:
    length = length_shown(timedelta(seconds=spent["seconds"]))
    note = f" ({spent['note']})" if spent["note"] else ""
    head = f"  {_local(spent['at'], zone)}  {spent['agent']}: {length} {spent['activity']}{note}"
    return [
        head,
        *(f"    [{one['media_type']} {one['name']}: {one['size']} bytes]" for one in spent["recordings"]),
    ]


def _message(message: Row) -> dict[str, Any]:
    return {
        **_of(message, _MESSAGE),
        "new_text": message["new_text"],
        "screenshots": [_of(shot, _SHOT) for shot in message["screenshots"]],
        "declined": [_of(one, ("name", "reason")) for one in message["declined"]],
        "shares": message["shares"],
    }


def _of(row: Row, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _with_local_times(words: str, zone: ZoneInfo) -> str:
    def local(found: re.Match[str]) -> str:
        try:
            return _local(datetime.fromisoformat(found[0]), zone)
        except (ValueError, OverflowError):  # a person has written it, and it is no moment
            return found[0]

    return _UTC.sub(local, words)


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
