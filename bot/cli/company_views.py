"""A company as commands show it: as JSON, on one line, on several."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from bot.directory.exporting import written
from bot.rules import Rules
from desk.local_time import local_day
from storage.companies.card import CompanyCard, Term


def as_plain(card: CompanyCard, known: Rules, today: date) -> dict[str, Any]:
    """A company as JSON knows it."""
    term = card.contract_on(today)
    numbers = [known.numbering.format(one) for one in card.open_tickets]
    plain = {name: value for name, value in asdict(card).items() if name != "id"}
    return {**plain, "valid": term is not None, "open_tickets": numbers}


def as_line(card: CompanyCard, today: date) -> str:
    """A company in the list, with the contract that counts."""
    term = card.contract_shown(today)
    told = _term(term) if term else "no contract"
    lapsed = "" if term is None or term.valid_on(today) else ", not valid today"
    return f"{card.registration}  {card.name}  {told}{lapsed}"


def as_lines(card: CompanyCard, known: Rules) -> list[str]:
    """Everything that is known of a company."""
    today = today_at(known)
    return [
        f"{card.registration}  {card.name}",
        *(
            f"contract: {_term(one)}{'' if one.valid_on(today) else ', not valid today'}"
            for one in card.contracts
        ),
        *(() if card.contracts else ("no contract",)),
        f"curator: {card.curator or '–'}",
        f"mail domains: {' '.join(card.domains) or '–'}",
        f"products: {' '.join(map(written, card.products)) or '–'}",
        *(
            f"line {one.line}: {one.connected_at.astimezone(known.zone):%Y-%m-%d} to"
            f" {f'{one.disconnected_at.astimezone(known.zone):%Y-%m-%d}' if one.disconnected_at else 'now'}"
            for one in card.lines
        ),
        *(f"note, {one.at.astimezone(known.zone):%Y-%m-%d}, {one.author}: {one.text}" for one in card.notes),
        f"clients: {card.clients}",
        f"open tickets: {' '.join(map(known.numbering.format, card.open_tickets)) or '–'}",
    ]


def _term(term: Term) -> str:
    words = [word for word in (term.level, term.plan and f"plan {term.plan}") if word]
    return ", ".join([*words, f"{term.valid_from} to {term.valid_to or 'no end'}"])


def today_at(known: Rules) -> date:
    """The day that it is in the desk's zone."""
    return local_day(datetime.now(UTC), known.zone)
