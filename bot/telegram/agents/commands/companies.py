"""Whose client it is and what is known of his company: company, note, link, unlink, edit."""

from datetime import UTC, date, datetime

from bot.telegram.agents.commands.asked import Asked, Said, agent_in, rows_of, token_of, wrong
from bot.telegram.agents.commands.lists import row_of
from bot.telegram.agents.commands.sorting import no_agent
from desk.local_time import local_day
from replies.chats.notices import line_name
from replies.names import plain_line, plain_text
from storage.companies import changing
from storage.companies.card import CompanyCard, Note, Term, Used, company_card, company_of_client
from storage.companies.linking import NotLinkable, link_client, suggested_for, unlink_client
from storage.looked_up import client_of, ticket_listed

_NOTES = 5  # the newest, on a card
_TICKETS = 10
_ENDLESS = "-"


async def company(asked: Asked) -> Said:
    """The card of the company of the ticket's client, or of the one that is named."""
    if asked.words:
        return await _card(asked, await _named(asked, asked.words))
    if asked.ticket_id is None:
        raise wrong(asked, "company", name=asked.name)
    return await _card(asked, await _clients(asked))


async def note(asked: Asked, now: datetime) -> Said:
    """Write a note on the card of the client's company."""
    if not asked.words:
        raise wrong(asked, "note", name=asked.name)
    card = await _clients(asked)
    await changing.note_on_company(card.registration, asked.agent.name, asked.words, now)
    return asked.said("done.note", company=plain_line(card.name))


async def which_company(asked: Asked) -> Said | None:
    """Offer what was suggested for the ticket's client."""
    if asked.words:
        return None
    cards = [await company_card(one) for one in await suggested_for(asked.ticket)]
    choices = [asked.choice(plain_line(one.name), token_of(one.registration)) for one in cards if one]
    if not choices:
        raise wrong(asked, "link", name=asked.name)
    return asked.said("ask.link", *rows_of(choices, 1))


async def link(asked: Asked, now: datetime) -> Said:
    """Link the ticket's client to a company, by its registration or as it was suggested."""
    suggested = {token_of(one): one for one in await suggested_for(asked.ticket)}
    card = await _named(asked, suggested.get(asked.words, asked.words))
    client_id = await client_of(asked.ticket)
    assert client_id is not None, "a command's ticket is there"
    try:
        await link_client(client_id, card.registration, asked.agent.name, now)
    except NotLinkable as exc:
        raise wrong(asked, "linked", company=plain_line(card.name)) from exc
    return asked.said("done.linked", company=plain_line(card.name))


async def unlink(asked: Asked, now: datetime) -> Said:
    """Take the company of the ticket's client away."""
    card = await _clients(asked)
    client_id = await client_of(asked.ticket)
    assert client_id is not None, "a command's ticket is there"
    await unlink_client(client_id, asked.agent.name, now)
    return asked.said("done.unlinked", company=plain_line(card.name))


async def edit(asked: Asked, now: datetime) -> Said:
    """Change curator, plan, level or days of the contract: of the client's company, or of one named first."""
    field, _, words = asked.words.partition(" ")
    card: CompanyCard | None
    if field.casefold() in _FIELDS:
        if asked.ticket_id is None:
            raise wrong(asked, "edit", name=asked.name)
        card = await _clients(asked)
    else:
        card = await _named(asked, field) if field else None
        field, _, words = words.partition(" ")
    if card is None or field.casefold() not in _FIELDS or not words.strip():
        raise wrong(asked, "edit", name=asked.name)
    changed = _FIELDS[field.casefold()](asked, words.strip())
    try:
        await changing.edit_company(card.registration, changed)
    except changing.NoContract as exc:
        raise wrong(asked, "no-contract", name=asked.name) from exc
    except ValueError as exc:
        raise wrong(asked, "contract-days", name=asked.name) from exc
    return await _card(asked, await _named(asked, card.registration))


def _curator(asked: Asked, words: str) -> changing.Edit:
    if words == _ENDLESS:
        return changing.Edit(curator="")
    found, rest = agent_in(words, asked.desk.roster)
    if found is None or rest:
        raise no_agent(asked, words)
    return changing.Edit(curator=found.name)


def _plan(asked: Asked, words: str) -> changing.Edit:
    return changing.Edit(plan=_key(asked, words))


def _level(asked: Asked, words: str) -> changing.Edit:
    return changing.Edit(level=_key(asked, words))


def _key(asked: Asked, words: str) -> str:
    """A key as config.toml and CSV files have it; "-" empties it."""
    if words == _ENDLESS:
        return ""
    if len(words) > 40 or not words.isascii() or not words.replace("-", "").replace("_", "").isalnum():
        raise wrong(asked, "edit", name=asked.name)
    return words


def _contract(asked: Asked, words: str) -> changing.Edit:
    """`2026-01-01 2026-12-31`; the last day may be missing, "-" is without end."""
    first, *rest = words.replace("..", " ").replace("–", " ").split()
    if len(rest) > 1:
        raise wrong(asked, "contract-days", name=asked.name)
    begins = _day(asked, first)
    if not rest:
        return changing.Edit(valid_from=begins)
    if rest == [_ENDLESS]:
        return changing.Edit(valid_from=begins, endless=True)
    return changing.Edit(valid_from=begins, valid_to=_day(asked, rest[0]))


def _day(asked: Asked, text: str) -> date:
    numbers = text.split(".")
    try:
        if len(numbers) == 3:
            return date(int(numbers[2]), int(numbers[1]), int(numbers[0]))
        return date.fromisoformat(text)
    except ValueError as exc:
        raise wrong(asked, "contract-days", name=asked.name) from exc


_FIELDS = {"curator": _curator, "plan": _plan, "level": _level, "contract": _contract}


async def _clients(asked: Asked) -> CompanyCard:
    """The company of the ticket's client. Raises Refused when he has none."""
    client_id = await client_of(asked.ticket)
    card = await company_of_client(client_id) if client_id is not None else None
    if card is None:
        raise wrong(asked, "not-linked", number=asked.number)
    return card


async def _named(asked: Asked, registration: str) -> CompanyCard:
    card = await company_card(registration)
    if card is None:
        raise wrong(asked, "no-company", given=plain_line(registration, 64))
    return card


async def _card(asked: Asked, card: CompanyCard) -> Said:
    texts, zone = asked.texts, asked.desk.cards.timezone
    lines = [
        f"{plain_line(card.name)} · {plain_line(card.registration)}",
        _told_contract(asked, card),
        _told_curator(asked, card),
    ]
    if card.products:
        lines.append(texts.text("company.products", products=", ".join(map(_product, card.products))))
    if connected := [one for one in card.lines if one.disconnected_at is None]:
        told = (f"{line_name(one.line, texts)} ({texts.short_day(local_day(one.connected_at, zone))})"
                for one in connected)  # fmt: skip
        lines.append(texts.text("company.lines", lines=", ".join(told)))
    if card.domains:
        lines.append(texts.text("company.domains", domains=", ".join(card.domains)))
    lines.append(texts.text("company.clients", count=card.clients))
    if card.notes:
        lines += ["", texts.text("company.notes")]
        lines += [_told_note(asked, one) for one in card.notes[:_NOTES]]
    lines += ["", texts.text("company.tickets", count=len(card.open_tickets))]
    for number in card.open_tickets[:_TICKETS]:
        lines += [row_of(asked, one) for one in (await ticket_listed(number)).tickets]
    return Said("\n".join(lines), (), asked.ticket_id)


def _told_contract(asked: Asked, card: CompanyCard) -> str:
    """The contract that counts today, or what is to be known instead."""
    texts, today = asked.texts, local_day(datetime.now(UTC), asked.desk.cards.timezone)
    term = card.contract_shown(today)
    if term is None:
        return texts.text("company.no-contract")
    key = "company.contract" if term.valid_on(today) else "company.contract.not-valid"
    return texts.text(key, terms=_terms(asked, term))


def _terms(asked: Asked, term: Term) -> str:
    texts, since = asked.texts, asked.texts.short_day(term.valid_from)
    words = [plain_line(term.level)] if term.level else []
    if term.plan:
        words.append(texts.text("company.plan", plan=plain_line(term.plan)))
    if term.valid_to is None:
        words.append(texts.text("company.since", since=since))
    else:
        words.append(texts.text("company.days", since=since, until=texts.short_day(term.valid_to)))
    return ", ".join(words)


def _told_curator(asked: Asked, card: CompanyCard) -> str:
    """Who cares for it, with his hours."""
    told = asked.texts.text("company.curator", curator=plain_line(card.curator) or "–")
    calendars = asked.desk.desk.calendars
    name = asked.extras.calendars.get(card.curator, "")
    calendar = calendars.get(name) or next(iter(calendars.values()))
    hours = asked.texts.opening_hours(calendar, datetime.now(UTC)) if card.curator else ""
    return f"{told} · {hours}" if hours else told


def _product(used: Used) -> str:
    number = f" ({plain_line(used.registration)})" if used.registration else ""
    return f"{plain_line(used.product)} {plain_line(used.version)}".strip() + number


def _told_note(asked: Asked, one: Note) -> str:
    day = asked.texts.short_day(local_day(one.at, asked.desk.cards.timezone))
    return f"• {day}, {plain_line(one.author)}: {plain_text(one.text).strip()}"
