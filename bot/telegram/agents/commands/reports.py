"""Figures and help: report, help."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

from bot.telegram.agents.commands.asked import Asked, Said, wrong
from bot.telegram.agents.rights import allowed
from desk.absence import LONGEST, Days, days_in
from desk.figures import By, RatingFacts, figures
from desk.local_time import local_day, moment_of
from replies.export import RatingsReport, as_table
from replies.names import plain_line
from storage import facts
from storage.facts import RatedClosure

NAMES = ("ratings",)
_DAYS = 30  # that are reported without being told which


async def report(asked: Asked) -> Said:
    """A report as text: all of it for heads, his own tickets for an agent."""
    name, _, rest = asked.words.partition(" ")
    if name and name.casefold() not in NAMES:
        # Without a name it is the only report that there is.
        name, rest = NAMES[0], asked.words
    zone = asked.desk.cards.timezone
    days = _days(asked, rest)
    start = moment_of(days.first, datetime.min.time(), zone)
    end = moment_of(days.last + timedelta(days=1), datetime.min.time(), zone)
    closures = await facts.closures(start, end, By.CLOSED.value)
    own = not allowed(asked.agent, "others' figures")
    kept = [_facts(one) for one in closures if not own or one.agent == asked.agent.name]
    whose = asked.agent.name if own else asked.extras.desk_name
    told = RatingsReport(whose, By.CLOSED, days.first, days.last, (), figures(kept))
    return Said(as_table(told, asked.texts).strip())


def _days(asked: Asked, words: str) -> Days:
    today = local_day(datetime.now(UTC), asked.desk.cards.timezone)
    if not words.strip():
        return Days(today - timedelta(days=_DAYS - 1), today)
    try:
        # Days without a year are past ones here.
        found = days_in(words, today - LONGEST + timedelta(days=1))
    except ValueError as exc:
        raise wrong(asked, "days", name=asked.name) from exc
    if found is None or found[1]:
        allowed_names = ", ".join(NAMES)
        raise wrong(asked, "not-allowed-value", given=plain_line(asked.words, 60), allowed=allowed_names)
    return found[0]


def _facts(closure: RatedClosure) -> RatingFacts:
    return RatingFacts(
        closed_at=closure.closed_at,
        invited=closure.invited,
        stars=closure.stars,
        satisfied=closure.satisfied,
        recommend=closure.recommend,
        comment=closure.comment or None,
        created_at=closure.created_at,
        first_answer_at=closure.reacted_at,
        rated_at=closure.rated_at,
    )


def help_on(table: Mapping[str, tuple[str, ...]]) -> Callable[[Asked], Awaitable[Said]]:
    """The command that tells of all of them: `table` has their names and whose they are."""

    async def told(asked: Asked) -> Said:
        texts, number = asked.texts, asked.desk.cards.numbering.format(42)
        lines = [texts.text("help.head", number=number), ""]
        for name, roles in table.items():
            if asked.agent.role in roles:
                lines.append(texts.text("help.row", name=name, what=texts.text(f"help.{name}")))
        return Said("\n".join(lines))

    return told
