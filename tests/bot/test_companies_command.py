"""`otklik companies …` and `otklik clients add|link|unlink`, as scripts use them."""

import json
from pathlib import Path

import pytest

from tests.bot.commands import Ran, run

AGENTS = """
[calendars.shop]
timezone = "Europe/Helsinki"
hours = ["09:00-21:00"]

[[agents]]
name = "Анна"
team = "Розница"
calendar = "shop"
"""
OLGA = "olga@roga.example"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A desk with an agent, and one company."""
    assert run("init", str(tmp_path / "desk")).status == 0
    path = tmp_path / "desk" / "config.toml"
    path.write_text(path.read_text(encoding="utf-8") + AGENTS, encoding="utf-8")
    assert on(path, "companies", "add", "R-1", "--name", "Рога").status == 0
    return path


def on(config: Path, *words: str) -> Ran:
    return run(*words, "--config", str(config))


def firm(config: Path, *words: str) -> dict[str, object]:
    found: dict[str, object] = on(config, "companies", *words, "--json").json()
    return found


def test_a_company_is_edited_field_by_field(config: Path) -> None:
    firm(config, "edit", "R-1", "--valid-from", "2026-01-01", "--valid-to", "2026-12-31", "--plan", "paid")
    firm(config, "edit", "R-1", "--curator", "Анна", "--domains", "@Roga.example", "--products", "buh:3.2:77")
    shown = firm(config, "edit", "R-1", "--level", "gold", "--valid-to", "")
    assert shown["contracts"] == [
        {"level": "gold", "plan": "paid", "valid_from": "2026-01-01", "valid_to": None}
    ]
    assert (shown["name"], shown["curator"], shown["domains"]) == ("Рога", "Анна", ["roga.example"])
    assert shown == firm(config, "show", "R-1")
    assert firm(config, "edit", "R-1", "--curator", "", "--products", "")["products"] == []


def test_connections_have_the_days_that_are_given_in_the_desk_s_zone(config: Path) -> None:
    firm(config, "connect", "R-1", "second", "--at", "2026-02-01")
    shown = firm(config, "disconnect", "R-1", "second", "--at", "2026-03-01")
    assert shown["lines"] == [
        {
            "line": "second",
            "connected_at": "2026-01-31T21:00:00+00:00",
            "disconnected_at": "2026-02-28T21:00:00+00:00",
        }
    ]
    text = on(config, "companies", "show", "R-1").output_bytes.decode()
    assert "line second: 2026-02-01 to 2026-03-01" in text


def test_the_list_says_which_contract_counts(config: Path) -> None:
    on(config, "companies", "edit", "R-1", "--valid-from", "2020-01-01", "--valid-to", "2020-12-31")
    on(config, "companies", "add", "R-2", "--name", "Копыта")
    listed = on(config, "companies", "list").output_bytes.decode().splitlines()
    assert listed == [
        "R-1  Рога  2020-01-01 to 2020-12-31, not valid today",
        "R-2  Копыта  no contract",
    ]
    lines = on(config, "companies", "list", "--json").output_bytes.decode().splitlines()
    assert [(one["registration"], one["valid"]) for one in map(json.loads, lines)] == [
        ("R-1", False),
        ("R-2", False),
    ]


def test_a_note_is_the_agent_s_who_is_named(config: Path) -> None:
    shown = firm(config, "note", "R-1", "Два сервера", "--agent", "Анна")
    assert [(one["author"], one["text"]) for one in shown["notes"]] == [("Анна", "Два сервера")]  # type: ignore[attr-defined]


def test_a_client_is_added_with_his_company_linked_to_another_and_unlinked(config: Path) -> None:
    on(config, "companies", "add", "R-2", "--name", "Копыта")
    added = ("clients", "add", OLGA, "--name", "Ольга", "--vocative", "Ольго", "--company", "R-1")
    assert on(config, *added).status == 0
    person = on(config, "clients", "export", OLGA).json()["client"]
    assert (person["vocative"], person["company"], person["registered"]) == ("Ольго", "R-1", True)
    assert on(config, "clients", "link", OLGA, "R-2").status == 0
    assert on(config, "clients", "export", OLGA).json()["client"]["company"] == "R-2"
    assert on(config, "clients", "unlink", OLGA, "--json").json()["registered"] is False
    person = on(config, "clients", "export", OLGA).json()["client"]
    assert (person["company"], person["registered"]) == (None, False)


def test_who_is_erased_is_of_no_company_and_the_company_keeps_its_notes(config: Path) -> None:
    on(config, "companies", "note", "R-1", "Два сервера")
    on(config, "clients", "add", OLGA, "--vocative", "Ольго", "--company", "R-1")
    assert firm(config, "show", "R-1")["clients"] == 1
    assert on(config, "clients", "erase", OLGA, "--yes").status == 0
    shown = firm(config, "show", "R-1")
    assert (shown["clients"], len(shown["notes"])) == (0, 1)  # type: ignore[arg-type]
    database = config.parent / "data" / "otklik.db"
    assert "Ольго".encode() not in database.read_bytes()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("companies", "show", "R-9"), "there is no company R-9"),
        (("companies", "add", "R-1", "--name", "Again"), "there is a company R-1 already"),
        (("companies", "add", "R 3", "--name", "Bad"), "1 to 64 characters without spaces"),
        (("companies", "edit", "R-1"), "nothing to change"),
        (
            ("companies", "edit", "R-1", "--curator", "Зоя"),
            "as in [[agents]]: Анна",
        ),
        (("companies", "edit", "R-1", "--domains", "gmail.com"), "anybody may have a mailbox there"),
        (("companies", "edit", "R-1", "--valid-to", "2026-02-30"), "a day such as 2026-12-31"),
        (("companies", "edit", "R-1", "--plan", "paid"), "say from when it is valid"),
        (("companies", "edit", "R-1", "--name", " "), "--name: allowed"),
        (("companies", "disconnect", "R-1", "second"), "R-1 is not connected to second"),
        (("companies", "note", "R-1", "  "), "a note says something"),
        (("clients", "add", OLGA, "--company", "R-9"), "there is no company R-9"),
        (("clients", "link", OLGA, "R-1"), f"nobody has the address {OLGA}"),
        (("companies", "import", "/nowhere.csv"), "/nowhere.csv: No such file or directory"),
    ],
)
def test_what_can_not_be_done_is_refused_with_the_reason(
    config: Path, words: tuple[str, ...], why: str
) -> None:
    ran = on(config, *words)
    assert ran.status == 1 and why in ran.errors, ran.errors
    assert len(ran.errors.splitlines()) == 1


def test_agents_are_listed_with_team_line_and_calendar(config: Path) -> None:
    assert on(config, "agents", "list").output_bytes.decode() == "Анна  agent, line first, team Розница\n"
    listed = on(config, "agents", "list", "--json").json()
    assert (listed["team"], listed["calendar"], listed["line"]) == ("Розница", "shop", "first")


def test_an_agent_s_calendar_has_to_be_there(config: Path) -> None:
    config.write_text(config.read_text(encoding="utf-8").replace('calendar = "shop"', 'calendar = "moon"'))
    ran = on(config, "agents", "list")
    allowed = 'the name of a calendar, or "" for the first: main, shop'
    assert ran.status == 1 and f'found "moon" (a string); allowed: {allowed}' in ran.errors
