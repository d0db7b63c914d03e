"""A ticket's life: take, wait, postpone, close, reopen."""

from datetime import datetime, time

from bot.telegram.agents.commands.asked import Asked, Said, rows_of, wrong
from desk.absence import days_in
from desk.local_time import local_day, moment_of
from desk.postponing import Reason, reason_of
from desk.rating import Outcome
from replies import closing
from replies.verbs import life

OUTCOMES = (Outcome.SETTLED, Outcome.SPAM, Outcome.DUPLICATE)


async def take(asked: Asked, now: datetime) -> Said:
    """Take the ticket."""
    await life.take(asked.desk.desk, asked.ticket, asked.agent.name, now)
    return asked.said("done.taken")


async def wait(asked: Asked, now: datetime) -> Said:
    """Wait for the client."""
    await life.wait(asked.desk.desk, asked.ticket, asked.agent.name, now)
    return asked.said("done.waiting")


async def which_reason(asked: Asked) -> Said | None:
    """Ask why, unless it is said."""
    if asked.words:
        return None
    choices = [asked.choice(asked.texts.text(f"reason.{one}"), one) for one in Reason]
    return asked.said("ask.postpone", *rows_of(choices, 1))


async def postpone(asked: Asked, now: datetime) -> Said:
    """Put the ticket off: the reason, perhaps until a day, perhaps with words of the agent's."""
    first, _, rest = asked.words.partition(" ")
    try:
        reason = reason_of(first)
        until, note = _until(asked, rest.strip(), now)
    except ValueError as exc:
        allowed = ", ".join(Reason)
        raise wrong(asked, "postpone", given=first, allowed=allowed) from exc
    why = life.Postponement(reason, note, until)
    await life.postpone(asked.desk.desk, asked.ticket, asked.agent.name, why, now)
    told = asked.texts.text(f"reason.{reason}")
    if until is None:
        return asked.said("done.postponed", reason=told)
    day = asked.texts.day(until.astimezone(asked.desk.cards.timezone))
    return asked.said("done.postponed.until", reason=told, day=day)


def _until(asked: Asked, words: str, now: datetime) -> tuple[datetime | None, str]:
    """From when to go on, at the opening of that day, and the words for the client besides."""
    zone = asked.desk.cards.timezone
    first, _, note = words.partition(" ")
    # A day that stands inside a sentence is a part of it.
    found = days_in(first, local_day(now, zone))
    if found is None or found[1]:
        return None, words
    calendar = next(iter(asked.desk.desk.calendars.values()))
    return calendar.next_opening(moment_of(found[0].first, time(), zone)), note.strip()


async def as_what(asked: Asked) -> Said | None:
    """Ask as what to close it, unless it is said."""
    if asked.words:
        return None
    choices = [asked.choice(asked.texts.text(f"outcome.{one}"), one) for one in OUTCOMES]
    return asked.said("ask.close", *rows_of(choices, 1))


async def close(asked: Asked, now: datetime) -> Said:
    """Close the ticket: settled, as spam, as a duplicate."""
    given = asked.words.casefold()
    if given not in OUTCOMES:
        raise wrong(asked, "not-allowed-value", given=asked.words, allowed=", ".join(OUTCOMES))
    outcome = Outcome(given)
    not_invited = await closing.close_now(asked.desk.desk, asked.ticket, asked.agent.name, now, outcome)
    if outcome is Outcome.SPAM:
        return asked.said("done.closed.spam")
    return asked.said("done.closed" if not_invited else "done.closed.invited")


async def reopen(asked: Asked, now: datetime) -> Said:
    """Put a closed ticket back to work."""
    await closing.reopen_now(asked.desk.desk, asked.ticket, asked.agent.name, asked.words, now)
    return asked.said("done.reopened")
