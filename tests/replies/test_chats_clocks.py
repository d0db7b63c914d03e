"""What agents see of clocks in a ticket's topic: both deadlines, pauses, stages, and why a deadline moved."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from desk.ticket import State
from replies.chats.card import Cards
from replies.languages import LANGUAGES, Languages
from storage.tickets import TicketNow
from storage.topics import Moved
from tests.desk_on_disk import LEVELS, MAIN, NOW, NUMBERING

HOUR = timedelta(hours=1)
DUE = NOW + 8 * HOUR


def ticket(**columns: Any) -> TicketNow:
    known: dict[str, Any] = {
        "id": 42, "client_id": 1, "client_name": "Ольга", "client_registered": True,
        "client_address": "olga@client.example", "state": "open", "subject": "Не печатает", "channel": "mail",
        "language": "ru", "level": "standard", "promise": "8 working hours", "kind": "bug", "priority": None,
        "line": "first", "assignee": "Анна", "created_at": NOW, "reaction_due_at": DUE, "reacted_at": None,
        "closed_at": None, "resolution_due_at": NOW + 24 * HOUR,
    }  # fmt: skip
    return TicketNow(**(known | columns))


def cards(language: str = "ru") -> Cards:
    return Cards(Languages(), language, NUMBERING, MAIN.timezone, LEVELS, {"main": MAIN})


def told(what: str, before: str = "", after: str = "", why: str = "", language: str = "ru") -> str:
    event = Moved(1, NOW, "otklik", what, before, after, why)
    found = cards(language).notices.saying(ticket(), [event], NOW - HOUR, "")
    assert found is not None
    return found.text


def lines(one: TicketNow, now: datetime = NOW) -> list[str]:
    return cards().card(one, now).text.replace("\u00a0", " ").split("\n")


def test_the_card_shows_both_deadlines_with_what_is_left_of_each() -> None:
    shown = lines(ticket())
    assert "Ответить до 23 ноября 2026 г., 13:30 (МСК) — осталось не меньше 8 рабочих часов" in shown
    assert "Решить до 24 ноября 2026 г., 05:30 (МСК) — осталось не меньше 8 рабочих часов" in shown


def test_of_an_answered_ticket_only_what_is_to_be_settled_runs() -> None:
    shown = lines(ticket(reacted_at=NOW), NOW + 25 * HOUR)
    assert "Первый ответ дан" in shown
    assert "⚠️ Решить до 24 ноября 2026 г., 05:30 (МСК) — срок прошёл" in shown


@pytest.mark.parametrize("state", ["waiting", "postponed"])
def test_while_clocks_stand_still_the_card_says_so(state: str) -> None:
    shown = lines(ticket(state=state))
    assert "Решить до 24 ноября 2026 г., 05:30 (МСК) — отсчёт остановлен" in shown
    assert cards().changes_at(ticket(state=state), NOW) is None


def test_a_closed_ticket_has_nothing_to_be_settled() -> None:
    assert not [line for line in lines(ticket(state=State.CLOSED.value)) if line.startswith("Решить")]


def test_the_card_is_shown_anew_when_less_is_left_of_either() -> None:
    answered = ticket(reacted_at=NOW, resolution_due_at=DUE)
    assert cards().changes_at(answered, NOW) == cards().changes_at(ticket(resolution_due_at=None), NOW)
    both = ticket(resolution_due_at=NOW + 4 * HOUR)
    assert cards().changes_at(both, NOW) == cards().changes_at(ticket(reaction_due_at=NOW + 4 * HOUR), NOW)


def test_the_card_shows_the_stage_of_an_improvement() -> None:
    assert "Этап: разработка" in lines(ticket(kind="improvement", stage="build"))
    assert not [line for line in lines(ticket()) if line.startswith("Этап")]


def test_a_deadline_that_moved_says_for_how_long_the_clock_stood_and_why() -> None:
    why = "the clock stood still for 3:20 while we waited for the client"
    text = told("reaction deadline", DUE.isoformat(), (DUE + HOUR).isoformat(), why).replace("\u00a0", " ")
    assert text.startswith(
        "Новый срок ответа: 23 ноября 2026 г., 14:30 (МСК), был 23 ноября 2026 г., 13:30 (МСК)"
    )
    assert text.endswith("\nПока ждали клиента, отсчёт стоял 3:20.")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("what", "before", "after"),
    [
        ("resolution deadline", "", DUE.isoformat()),
        ("resolution deadline", DUE.isoformat(), ""),
        ("resolution deadline", DUE.isoformat(), (DUE + HOUR).isoformat()),
        ("planned", "", DUE.isoformat()),
        ("stage", "", "requirements"),
        ("stage", "build", "specification"),
        ("stage", "build", ""),
        ("resolution warned", "", DUE.isoformat()),
        ("resolution breached", "", DUE.isoformat()),
    ],
)
def test_each_of_it_is_told_in_every_language(what: str, before: str, after: str, language: str) -> None:
    text = told(what, before, after, language=language)
    assert text and "+00:00" not in text
    for why in ("while we waited for the client", "while it was postponed", "while it was closed"):
        stood = f"the clock stood still for 3:20 {why}"
        if what == "resolution deadline" and before and after:
            assert "3:20" in told(what, before, after, stood, language)
