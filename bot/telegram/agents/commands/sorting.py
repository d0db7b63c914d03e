"""What a ticket is and whose: assign, line, level, priority, kind."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.telegram.agents.commands.asked import Asked, Said, agent_in, rows_of, token_of, wrong
from desk.service_level import AUTO
from desk.ticket import PRIORITIES, Kind, Line
from replies.answering import assign_now, set_level_now
from replies.chats.notices import line_name
from replies.chats.sayings import Button
from replies.names import plain_line
from replies.verbs import entitling, sorting
from storage.absences import Away, away_at


async def whom(asked: Asked) -> Said | None:
    """Ask who is to answer; whoever is away says so."""
    if asked.words:
        return None
    away = {one.agent: one for one in await away_at(datetime.now(UTC))}
    choices = [
        asked.choice(_labelled(asked, one.name, away), token_of(one.name)) for one in asked.desk.roster
    ]
    return asked.said("ask.assign", *rows_of(choices))


def _labelled(asked: Asked, name: str, away: dict[str, Away]) -> str:
    return asked.texts.text("choice.away", name=plain_line(name)) if name in away else plain_line(name)


async def assign(asked: Asked, now: datetime) -> Said:
    """Make somebody responsible."""
    found, _ = agent_in(asked.words, asked.desk.roster)
    if found is None:
        raise no_agent(asked, asked.words)
    if not await assign_now(asked.desk.desk, asked.ticket, found.name, asked.agent.name, now):
        raise wrong(asked, "same", number=asked.number)
    done = asked.said("done.assigned", name=plain_line(found.name))
    away = next((one for one in await away_at(now) if one.agent == found.name), None)
    if away is None:
        return done
    until = asked.texts.text("away.open")
    if away.until is not None:
        until = asked.texts.moment(away.until, asked.desk.cards.timezone)
    absent = asked.texts.text(
        "done.assigned.away", name=plain_line(away.agent), until=until,
        substitute=plain_line(away.substitute) or "–",
    )  # fmt: skip
    return Said(f"{done.text}\n{absent}", (), asked.ticket_id)


def no_agent(asked: Asked, given: str) -> Exception:
    """The words name no agent; says who there is."""
    allowed = ", ".join(plain_line(one.name) for one in asked.desk.roster)
    return wrong(asked, "no-agent", given=plain_line(given, 60), allowed=allowed)


async def which_line(asked: Asked) -> Said | None:
    """Ask to which line."""
    labels = [(line_name(one, asked.texts), one.value) for one in Line]
    return _choosing(asked, "ask.line", labels)


async def hand_over(asked: Asked, now: datetime) -> Said:
    """Hand the ticket over to another line, with its history."""
    line, _, why = asked.words.partition(" ")
    line = line.casefold()
    members = [one.name for one in asked.desk.roster if one.line == line]
    await sorting.hand_over(
        asked.desk.desk, asked.ticket, line, asked.agent.name, why.strip(), now, members=members
    )
    return asked.said("done.line", line=line_name(line, asked.texts))


async def which_level(asked: Asked) -> Said | None:
    """Ask which level."""
    language = asked.texts.language
    labels = [(one.title(language, language), one.key) for one in asked.desk.desk.levels]
    labels.append((asked.texts.text("choice.auto"), AUTO))
    return _choosing(asked, "ask.level", labels, per_row=1)


async def set_level(asked: Asked, now: datetime) -> Said:
    """Give the ticket another level, or that of the rules; its client is told, and why, if words follow."""
    key, _, why = asked.words.partition(" ")
    desk, who, key = asked.desk.desk, asked.agent.name, key.casefold()
    if key == AUTO:
        level, due_at = await entitling.level_by_rules(desk, asked.ticket, who, why.strip(), now)
    else:
        due_at = await set_level_now(desk, asked.ticket, key, who, why.strip(), now)
        level = next(one for one in desk.levels if one.key == key)
    title = level.title(asked.texts.language, asked.texts.language)
    deadline = asked.texts.deadline(due_at, asked.desk.cards.timezone)
    return asked.said("done.level", level=title, deadline=deadline)


async def which_priority(asked: Asked) -> Said | None:
    """Ask which priority."""
    return _choosing(asked, "ask.priority", [(str(one), str(one)) for one in PRIORITIES], per_row=3)


async def set_priority(asked: Asked, now: datetime) -> Said:
    """Give the ticket a priority."""
    await sorting.set_priority(asked.desk.desk, asked.ticket, asked.words, asked.agent.name, now)
    return asked.said("done.priority", priority=asked.words)


async def which_kind(asked: Asked) -> Said | None:
    """Ask what the ticket is about."""
    return _choosing(asked, "ask.kind", [(asked.texts.text(f"kind.{one}"), one.value) for one in Kind])


async def set_kind(asked: Asked, now: datetime) -> Said:
    """Say what the ticket is about."""
    kind = asked.words.casefold()
    await sorting.set_kind(asked.desk.desk, asked.ticket, kind, asked.agent.name, now)
    done = asked.said("done.kind", kind=asked.texts.text(f"kind.{kind}"))
    found = await entitling.coverage(asked.desk.desk, asked.ticket, now)
    return done if found is None else _offering_to_move(asked, done, found)


def _offering_to_move(asked: Asked, done: Said, found: entitling.Today) -> Said:
    """What the plan covers changes the level: one tap gives that of the rules, and nothing else does."""
    texts, language, entitled = asked.texts, asked.texts.language, found.case.entitled
    plan = asked.desk.desk.offering.plan(entitled.plan)
    title = texts.quotable(plan.title(language, language) if plan else entitled.plan)
    level = texts.quotable(found.level.title(language, language))
    told = texts.text("kind.covered" if entitled.covered else "kind.not-covered", plan=title, level=level)
    move = Button(texts.text("kind.move"), f"level:{asked.ticket}:{AUTO}")
    return Said(f"{done.text}\n{told}", ((move,),), asked.ticket_id)


def _choosing(asked: Asked, key: str, labels: Sequence[tuple[str, str]], *, per_row: int = 2) -> Said | None:
    """A question with a button for each value, unless one is given."""
    if asked.words:
        return None
    choices = [asked.choice(label, value) for label, value in labels]
    return asked.said(key, *rows_of(choices, per_row))
