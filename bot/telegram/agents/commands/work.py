"""An agent's own work: time spent, and ready answers."""

from datetime import datetime, timedelta

from bot.telegram.agents.commands.asked import Asked, Said, rows_of, wrong
from desk.time_spent import Activity, length_of, shown
from replies.answering import Answer, answer_now, the_ticket
from replies.names import plain_line
from replies.ready import ReadyAnswer, filled
from replies.verbs.spending import Spent, spend
from replies.wording import Wording
from storage.time_spent import time_on

_SEND, _ALL = "send", "-"  # what a button says besides a key
_PREVIEW = 3500  # characters


async def which_activity(asked: Asked) -> Said | None:
    """Ask what the time was spent on."""
    first, _, rest = asked.words.partition(" ")
    length = _length(asked, first)
    if rest:
        return None
    if asked.recording is not None:
        raise wrong(asked, "time", name=asked.name)  # a button could not carry the recording
    minutes = f"{int(length.total_seconds()) // 60}m"
    choices = [asked.choice(asked.texts.text(f"activity.{one}"), minutes, one) for one in Activity]
    return asked.said("ask.time", *rows_of(choices), length=shown(length))


async def log_time(asked: Asked, now: datetime) -> Said:
    """Log working time with its activity, and perhaps a note."""
    first, activity, note = (*asked.words.split(" ", 2), "", "")[:3]
    length = _length(asked, first)
    if activity.casefold() not in list(Activity):
        raise wrong(asked, "not-allowed-value", given=plain_line(activity, 60), allowed=", ".join(Activity))
    done = Activity(activity.casefold())
    spent = Spent(length, done, note.strip(), asked.recording)
    await spend(asked.desk.desk, asked.ticket, asked.agent.name, spent, now)
    total = sum((await time_on(asked.ticket)).values(), timedelta())
    name = asked.texts.text(f"activity.{done}")
    told = asked.said("done.time", length=shown(length), activity=name, total=shown(total))
    if asked.recording is None:
        return told
    kept = asked.texts.text("done.time.recording", file=plain_line(asked.recording.name, 60))
    return Said(f"{told.text} {kept}", told.rows, told.ticket_id)


def _length(asked: Asked, text: str) -> timedelta:
    try:
        return length_of(text)
    except ValueError as exc:
        raise wrong(asked, "time", name=asked.name) from exc


async def which_answer(asked: Asked) -> Said | None:
    """Offer the ready answers; one that is chosen is shown before it is sent."""
    ready = asked.extras.ready
    if not ready:
        raise wrong(asked, "ready.none")
    if asked.words in ("", _ALL):
        choices = [asked.choice(one.title, one.key) for one in ready]
        return asked.said("ask.ready", *rows_of(choices, 1))
    found = _ready(asked)
    if asked.words.endswith(f" {_SEND}"):
        return None
    text = await _filled(asked, found)
    keys = (
        asked.choice(asked.texts.text("choice.send"), found.key, _SEND),
        asked.choice(asked.texts.text("choice.back"), _ALL),
    )
    return Said(text[:_PREVIEW], (keys,), asked.ticket_id)


async def send_ready(asked: Asked, now: datetime) -> Said:
    """Answer the client with a ready answer; like any other it can be taken back for a moment."""
    text = await _filled(asked, _ready(asked))
    answer = Answer(asked.agent.name, text, not_before=now + asked.desk.recall)
    await answer_now(asked.desk.desk, asked.ticket, answer, now)
    return asked.said("done.ready")


def _ready(asked: Asked) -> ReadyAnswer:
    key = asked.words.partition(" ")[0].casefold()
    found = next((one for one in asked.extras.ready if one.key == key), None)
    if found is None:
        allowed = ", ".join(one.key for one in asked.extras.ready)
        raise wrong(asked, "not-allowed-value", given=plain_line(key, 60), allowed=allowed)
    return found


async def _filled(asked: Asked, ready: ReadyAnswer) -> str:
    """The answer in the client's language, else the desk's, with his name and the ticket's number."""
    ticket = await the_ticket(asked.ticket, asked.desk.desk)
    cards = asked.desk.cards
    words = Wording(cards.languages, ready.language(ticket.language, cards.language))
    return filled(ready, words, name=ticket.client_name, number=asked.number, agent=asked.agent.name)
