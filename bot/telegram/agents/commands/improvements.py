"""An improvement: the day by which it is ready, and its stages."""

from datetime import datetime

from bot.telegram.agents.commands.asked import Asked, Said, rows_of, wrong
from desk.absence import days_in
from desk.local_time import local_day
from desk.stages import Stage
from replies.verbs import improving


async def plan(asked: Asked, now: datetime) -> Said:
    """Set the day by which it is ready; its client is told."""
    try:
        found = days_in(asked.words, local_day(now, asked.desk.cards.timezone))
    except ValueError as exc:
        raise wrong(asked, "plan", name=asked.name) from exc
    if found is None or found[1] or found[0].first != found[0].last:
        raise wrong(asked, "plan", name=asked.name)
    day = found[0].last
    await improving.plan(asked.desk.desk, asked.ticket, day, asked.agent.name, now)
    return asked.said("done.plan", day=asked.texts.day(day))


async def which_stage(asked: Asked) -> Said | None:
    """Ask which stage, unless it is said."""
    if asked.words:
        return None
    choices = [asked.choice(asked.texts.text(f"staff.stage.{one}"), one) for one in Stage]
    return asked.said("ask.stage", *rows_of(choices))


async def enter(asked: Asked, now: datetime) -> Said:
    """Enter a stage; the words after it are the reason, which going back needs."""
    stage, _, why = asked.words.partition(" ")
    stage = stage.casefold()
    await improving.enter_stage(asked.desk.desk, asked.ticket, stage, asked.agent.name, why, now)
    return asked.said("done.stage", stage=asked.texts.text(f"staff.stage.{stage}"))
