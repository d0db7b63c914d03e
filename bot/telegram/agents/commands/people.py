"""Who is away, and who stands in: away, back."""

from datetime import UTC, datetime, time, timedelta

from bot.telegram.agents.commands.asked import Asked, Said, agent_in, rows_of, token_of, wrong
from bot.telegram.agents.commands.sorting import no_agent
from bot.telegram.agents.desk import Agent
from desk.absence import Days, days_in
from desk.local_time import local_day, moment_of
from replies.names import plain_line
from storage.absences import Away, absences_after, end_absence, note_absence
from storage.looked_up import unfinished
from storage.tickets import Change, note_changes

_NOBODY = "-"
_NOTED = 50  # of an absent agent's tickets whose history says so


async def who_is_away(asked: Asked) -> Said | None:
    """Without words: who is away. Without a substitute: ask for one."""
    if not asked.words:
        return await _list(asked)
    agent, days, rest = _understood(asked)
    if rest:
        return None
    others = [one for one in asked.desk.roster if one.name != agent.name]
    when = [f"{days.first.isoformat()}..{days.last.isoformat()}"] if days else []
    whose = token_of(agent.name)
    choices = [asked.choice(plain_line(one.name), whose, *when, token_of(one.name)) for one in others]
    choices.append(asked.choice(asked.texts.text("choice.nobody"), whose, *when, _NOBODY))
    return asked.said("ask.away", *rows_of(choices), name=plain_line(agent.name))


async def go_away(asked: Asked, now: datetime) -> Said:
    """Note that somebody is away on these days, or from now until he is back, and who stands in."""
    agent, days, rest = _understood(asked)
    substitute = None
    if rest != _NOBODY:
        substitute, more = agent_in(rest, asked.desk.roster)
        if substitute is None or more or substitute.name == agent.name:
            raise no_agent(asked, rest)
    zone = asked.desk.cards.timezone
    since = moment_of(days.first, time(), zone) if days else now
    until = moment_of(days.last + timedelta(days=1), time(), zone) if days else None
    away = Away(agent.name, substitute.name if substitute else "", max(since, now), until)
    await note_absence(away, now)
    told = _told(asked, away)
    for one in (await unfinished(_NOTED, assignees=[agent.name])).tickets:
        change = Change(asked.agent.name, "away", agent.name, away.substitute, told)
        await note_changes(one.id, now, change)
    return Said(told)


async def back(asked: Asked, now: datetime) -> Said:
    """Somebody is back, or will not be away after all."""
    agent, rest = agent_in(asked.words, asked.desk.roster) if asked.words else (asked.agent, "")
    if agent is None or rest:
        raise no_agent(asked, asked.words)
    if not await end_absence(agent.name, now):
        raise wrong(asked, "not-away", name=plain_line(agent.name))
    return asked.said("done.back", name=plain_line(agent.name))


def _understood(asked: Asked) -> tuple[Agent, Days | None, str]:
    """Who is away, on which days, and the words that are left: the substitute."""
    today = local_day(datetime.now(UTC), asked.desk.cards.timezone)
    try:
        found = days_in(asked.words, today)
    except ValueError as exc:
        raise wrong(asked, "days", name=asked.name) from exc
    if found is None:
        # One name is the substitute's; of two the first is away.
        first, rest = agent_in(asked.words, asked.desk.roster)
        if first is not None and rest:
            return first, None, rest
        by_button = first is not None and asked.words.startswith("~")
        return (first, None, "") if by_button and first else (asked.agent, None, asked.words)
    days, words = found
    before = asked.words.split()[0]
    first, rest = agent_in(words, asked.desk.roster)
    if first is not None and words.startswith(before):
        return first, days, rest
    return asked.agent, days, words


async def _list(asked: Asked) -> Said:
    absences = await absences_after(datetime.now(UTC))
    if not absences:
        return asked.said("away.nobody", name=asked.name)
    return Said("\n".join(_told(asked, one) for one in absences))


def _told(asked: Asked, away: Away) -> str:
    texts, zone = asked.texts, asked.desk.cards.timezone
    since = texts.day(away.since.astimezone(zone))
    values = {
        "name": plain_line(away.agent),
        "since": since,
        "substitute": plain_line(away.substitute) or "–",
    }
    if away.until is None:
        return texts.text("away.since", **values)
    last = texts.day((away.until - timedelta(seconds=1)).astimezone(zone))
    return texts.text("away.days", until=last, **values)
