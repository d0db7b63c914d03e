"""`otklik level explain`: which rule gave a ticket its level, why not the others, and what they say today."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import typer

from bot.cli.common import DEFAULT_CONFIG, ConfigOption, JsonOption, fail, load_settings, print_json, say
from bot.cli.database import with_database
from bot.cli.ticket_options import Number, ticket_id_of
from bot.rules import rules, verbs_desk
from desk.service_level import Judged, RequestFacts, ServiceLevel
from desk.service_level import explain as judge
from replies.answering import Desk
from replies.verbs.entitling import Today, today
from storage import facts
from storage.tickets import TicketNow, ticket_now

_MOVES = ("at", "who", "before", "after", "why")
_ABOUT_FACTS = ("why", "day")  # what a ticket keeps beside the facts themselves


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    group = typer.Typer(help="Service levels: why a ticket has the one that it has.", no_args_is_help=True)
    group.command()(explain)
    group.callback()(_levels)  # with one command alone, typer would take its name away
    app.add_typer(group, name="level")


def _levels() -> None:
    """Service levels: why a ticket has the one that it has."""


def explain(number: Number, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Tell which rule gave a ticket its level, why the others did not, and what the rules say today."""
    settings = load_settings(config)
    ticket_id, known = ticket_id_of(settings, number), rules(settings)
    found = with_database(settings, lambda _: _found(verbs_desk(settings), ticket_id))
    if found is None:
        fail(f"there is no ticket {number}")
    ticket, history, now = found
    number = known.numbering.format(ticket_id)
    told = {"number": number, **explained(ticket, history, now, known.levels)}
    if as_json:
        print_json(told)
    else:
        say(_as_text(told, known.zone))


async def _found(desk: Desk, ticket_id: int) -> tuple[TicketNow, Sequence[Mapping[str, Any]], Today] | None:
    ticket = await ticket_now(ticket_id, locked=False)
    if ticket is None:
        return None
    shown = await facts.ticket(ticket_id)
    assert shown is not None  # nobody deletes tickets
    return ticket, shown["history"], await today(desk, ticket, datetime.now(UTC))


def explained(
    ticket: TicketNow, history: Sequence[Mapping[str, Any]], now: Today, levels: Sequence[ServiceLevel]
) -> dict[str, Any]:
    """What is known of a ticket's level.

    `rules` are those of today, asked with the `facts` that the ticket keeps; both are None for a ticket that
    was opened before tickets kept them. `assigned_by_rules`: what these rules give for those facts, which is
    not what the ticket was opened with when somebody has changed the rules since.
    """
    moves = [event for event in history if event["what"] == "level"]
    kept = ticket.level_facts
    asked = judge(levels, RequestFacts.kept(kept)) if kept is not None else None
    return {
        "level": ticket.level,
        "opened_with": moves[0]["before"] if moves else ticket.level,
        "facts": kept,
        "assigned_by_rules": next((one.level for one in asked if one.assigned), None) if asked else None,
        "rules": [_judged(one) for one in asked] if asked is not None else None,
        "reassigned": [{name: move[name] for name in _MOVES} for move in moves],
        "today": {
            "level": now.level.key,
            "facts": now.case.kept(),
            "rules": [_judged(one) for one in judge(levels, now.case.facts)],
        },
    }


def _judged(one: Judged) -> dict[str, Any]:
    return {
        "level": one.level,
        "outcome": _outcome(one),
        "failed": [{"condition": miss.condition, "found": miss.found, "wanted": list(miss.wanted)}
                   for miss in one.misses],
    }  # fmt: skip


def _outcome(one: Judged) -> str:
    """assigned | matches (but another came before) | fails | by agents alone."""
    if one.by_agents:
        return "by agents alone"
    if one.assigned:
        return "assigned"
    return "matches, but another came before" if one.matches else "fails"


def _as_text(told: Mapping[str, Any], zone: ZoneInfo) -> str:
    lines = [f"{told['number']}: level {told['level']}, opened with {told['opened_with']}", ""]
    if told["facts"] is None:
        lines.append("what the rules were asked was not kept: the ticket was opened by an earlier version")
    else:
        lines += ["the rules as they are now, asked what they were asked last:", *_facts_lines(told["facts"])]
        lines += _rules_lines(told["rules"])
    if told["reassigned"]:
        lines += ["", "given another level since:"]
    for move in told["reassigned"]:
        at = move["at"].astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")
        why = f" ({move['why']})" if move["why"] else ""
        lines.append(f"  {at}  {move['who']}: {move['before']} → {move['after']}{why}")
    today_, same = told["today"], told["facts"] == told["today"]["facts"]
    lines += ["", f"today the rules give {today_['level']}" + (", asked the same" if same else ":")]
    if not same:
        lines += [*_facts_lines(today_["facts"]), *_rules_lines(today_["rules"])]
    return "\n".join(lines)


def _facts_lines(found: Mapping[str, Any]) -> list[str]:
    shown = [f"{key} = {_shown(value)}" for key, value in found.items() if key not in _ABOUT_FACTS]
    why = " on ".join(str(found[name]) for name in _ABOUT_FACTS if found.get(name))
    return [f"  {', '.join(shown)}", f"  entitled: {why}"]


def _rules_lines(judged: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        "; ".join((f"  {one['level']}: {one['outcome']}", *map(_failed, one["failed"]))) for one in judged
    ]


def _failed(miss: Mapping[str, Any]) -> str:
    wanted = " or ".join(map(_shown, miss["wanted"]))
    return f"{miss['condition']} is {_shown(miss['found'])}, wanted {wanted}"


def _shown(value: object) -> str:
    if value is None:
        return "not known"
    return str(value).lower() if isinstance(value, bool) else str(value)
