"""Logging working time on a ticket, with the recording of a call or a remote session."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.sound import FORMATS, LARGEST, RECORDED, SUFFIXES, sound_type
from desk.time_spent import Activity, shown
from replies.answering import Desk, Refused, the_ticket
from replies.names import plain_line
from storage.files import FileStore
from storage.recordings import NewRecording, add_recording
from storage.tickets import Change, note_changes
from storage.time_spent import log_time


@dataclass(frozen=True, slots=True)
class Spent:
    """Working time: how much, on what; `note`: in the agent's words."""

    length: timedelta
    activity: Activity
    note: str = ""
    recording: NewRecording | None = None


async def spend(desk: Desk, ticket_id: int, agent: str, spent: Spent, now: datetime) -> None:
    """Log working time; on a closed ticket too, as calls are often noted afterwards.

    Raises Refused for an unknown ticket, and for a recording of what none is made of.
    """
    await the_ticket(ticket_id, desk)
    recording = spent.recording
    if recording is not None:
        check_recorded(spent.activity)
    time_id = await log_time(ticket_id, agent, spent.activity.value, spent.length, now, spent.note)
    told = f"{shown(spent.length)} {spent.activity}"
    if recording is not None:
        await add_recording(time_id, recording)
        told = f"{told}, recording {recording.name}"
    await note_changes(ticket_id, now, Change(agent, "time", after=told, why=spent.note))


def check_recorded(activity: Activity) -> None:
    """Raise Refused for an activity of which no recording is made."""
    if activity not in RECORDED:
        text = f"a recording is of {' or '.join(RECORDED)}, not of {activity}"
        raise Refused(text, "recording.activity", given=str(activity))


def checked_recording(content: bytes, name: str) -> str:
    """The media type of a recording; Refused, saying what is allowed, for what is too large or no sound."""
    if len(content) > LARGEST:
        limit = f"{LARGEST // 1024 // 1024} MB"
        raise Refused(f"{name} is larger than {limit}", "recording.too-large", limit=limit)
    media_type = sound_type(content)
    if not media_type:
        allowed = ", ".join(FORMATS)
        raise Refused(f"{name} is no recording; allowed: {allowed}", "recording.kind", allowed=allowed)
    return media_type


def keep_recording(files: FileStore, content: bytes, name: str) -> NewRecording:
    """Keep a recording's bytes for good; call it in a thread, outside of a transaction.

    Raises Refused for what is too large or no sound that we keep, OSError when the disk does not take it.
    """
    media_type = checked_recording(content, name)
    digest = files.keep(content)
    return NewRecording(_named(name, media_type), media_type, len(content), digest)


def _named(name: str, media_type: str) -> str:
    """The file's name on one line, with the ending of what it is when it has none of ours."""
    line = plain_line(name, 200) or "recording"
    return (
        line if line.rpartition(".")[2].casefold() in SUFFIXES.values() else f"{line}.{SUFFIXES[media_type]}"
    )
