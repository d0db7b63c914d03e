"""`otklik companies import|export` and `otklik clients import|export`: files as administrators have them."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.bot.commands import Ran, run

AGENTS = '\n[[agents]]\nname = "Анна"\n'
FIRMS = """registration,name,level,plan,valid_from,valid_to,domains,curator,products,lines,note
R-1,ООО «Рога»,gold,paid,2026-01-01,2026-12-31,roga.example horns.example,Анна,buh:3.2.1:77 zup,\
first second,Два сервера
R-2,Копыта,,,,,,,,,
"""
PEOPLE = """address,name,vocative,language,company
olga@roga.example tg:1001,Ольга Николаевна,Ольго Миколаївно,uk,R-1
ivan@kopyta.example,Иван,,ru,R-2
"""


@pytest.fixture
def config(tmp_path: Path, migrated_url: str) -> Path:
    """A desk with an agent, on each engine."""
    assert run("init", str(tmp_path / "desk")).status == 0
    path = tmp_path / "desk" / "config.toml"
    text = path.read_text(encoding="utf-8").replace("sqlite://data/otklik.db", migrated_url)
    path.write_text(text + AGENTS, encoding="utf-8")
    return path


def on(config: Path, *words: str) -> Ran:
    return run(*words, "--config", str(config))


def imported(config: Path, what: str, text: str | bytes, *options: str) -> Ran:
    file = config.parent / "file.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return on(config, what, "import", str(file), *options)


def told(ran: Ran) -> str:
    assert ran.status == 0, ran.errors
    return ran.output_bytes.decode().strip()


def mistakes(config: Path, ran: Ran) -> list[str]:
    assert ran.status == 1
    return [line.removeprefix(f"{config.parent}/file.csv: ") for line in ran.errors.splitlines()]


def exported(config: Path, what: str) -> str:
    ran = on(config, what, "export")
    assert ran.status == 0, ran.errors
    return ran.output_bytes.decode("utf-8-sig")


def filled(config: Path) -> Path:
    told(imported(config, "companies", FIRMS))
    told(imported(config, "clients", PEOPLE))
    return config


def test_a_file_is_imported_and_a_second_time_changes_nothing(config: Path) -> None:
    assert told(imported(config, "companies", FIRMS)) == "2 added, 0 changed, 0 unchanged"
    assert told(imported(config, "clients", PEOPLE)) == "2 added, 0 changed, 0 unchanged"
    assert told(imported(config, "companies", FIRMS)) == "0 added, 0 changed, 2 unchanged"
    again = imported(config, "clients", PEOPLE, "--json").json()
    assert again == {"added": 0, "changed": 0, "unchanged": 2, "dry_run": False}


def test_what_is_imported_is_what_is_shown(config: Path) -> None:
    firm = on(filled(config), "companies", "show", "R-1", "--json").json()
    assert (firm["name"], firm["curator"], firm["clients"], firm["valid"]) == ("ООО «Рога»", "Анна", 1, True)
    assert firm["contracts"] == [
        {"level": "gold", "plan": "paid", "valid_from": "2026-01-01", "valid_to": "2026-12-31"}
    ]
    assert firm["domains"] == ["horns.example", "roga.example"]
    assert firm["products"][0] == {"product": "buh", "version": "3.2.1", "registration": "77"}
    assert [one["line"] for one in firm["lines"]] == ["first", "second"]
    assert [(one["author"], one["text"]) for one in firm["notes"]] == [("import", "Два сервера")]
    listed = [json.loads(line) for line in told(on(config, "clients", "list", "--json")).splitlines()]
    assert [one["address"] for one in listed] == ["ivan@kopyta.example", "olga@roga.example", "tg:1001"]


def test_a_dry_run_says_what_would_be_and_does_nothing(config: Path) -> None:
    assert (
        told(imported(config, "companies", FIRMS, "--dry-run")) == "would be: 2 added, 0 changed, 0 unchanged"
    )
    assert told(on(config, "companies", "list")) == ""
    told(imported(config, "companies", FIRMS))
    assert told(imported(config, "clients", PEOPLE, "--dry-run")).startswith("would be: 2 added")
    assert told(on(config, "clients", "list")) == ""


def test_a_changed_file_changes_what_differs_and_nothing_else(config: Path) -> None:
    filled(config)
    other = (
        FIRMS.replace("2026-12-31", "2027-12-31").replace("first second", "first").replace("zup", "buhpro")
    )
    assert told(imported(config, "companies", other)) == "0 added, 1 changed, 1 unchanged"
    firm = on(config, "companies", "show", "R-1", "--json").json()
    assert [one["valid_to"] for one in firm["contracts"]] == ["2027-12-31"]
    assert [one["product"] for one in firm["products"]] == ["buh", "buhpro"]
    assert [(one["line"], one["disconnected_at"] is None) for one in firm["lines"]] == [
        ("first", True),
        ("second", False),
    ]
    assert len(firm["notes"]) == 1


def test_another_first_day_is_another_contract(config: Path) -> None:
    filled(config)
    told(imported(config, "companies", "registration,name,valid_from,valid_to\nR-1,ООО «Рога»,2027-01-01,\n"))
    firm = on(config, "companies", "show", "R-1", "--json").json()
    assert [(one["valid_from"], one["valid_to"]) for one in firm["contracts"]] == [
        ("2027-01-01", None),
        ("2026-01-01", "2026-12-31"),
    ]


def test_columns_that_a_file_lacks_leave_what_there_is_and_empty_cells_empty_it(config: Path) -> None:
    filled(config)
    assert told(imported(config, "companies", "name;registration\nРога;R-1\n")).startswith(
        "0 added, 1 changed"
    )
    assert on(config, "companies", "show", "R-1", "--json").json()["curator"] == "Анна"
    told(imported(config, "companies", "name;registration;curator;domains\nРога;R-1;;\n"))
    firm = on(config, "companies", "show", "R-1", "--json").json()
    assert (firm["curator"], firm["domains"], len(firm["products"])) == ("", [], 2)


@pytest.mark.parametrize(
    "text",
    [
        PEOPLE.replace(",", ";"),
        "\ufeff" + PEOPLE,
        PEOPLE.replace("\n", "\r\n"),
        PEOPLE + "\n\n,,,,\n",
        PEOPLE.replace("address,name", '"Address", NAME '),
    ],
    ids=["semicolons", "byte order mark", "CRLF", "empty lines", "header in other letters"],
)
def test_files_come_in_many_forms(config: Path, text: str) -> None:
    told(imported(config, "companies", FIRMS))
    assert told(imported(config, "clients", text)) == "2 added, 0 changed, 0 unchanged"
    assert exported(config, "clients").count("Ольго Миколаївно") == 1


@pytest.mark.parametrize(
    ("what", "row", "says"),
    [
        ("companies", "R-3,,,,,,,,,,", 'line 3, name: found ""; allowed: something, in every row'),
        ("companies", "R 3,А,,,,,,,,,", "registration"),
        ("companies", "R-3,А,,,2026-02-30,,,,,,", 'found "2026-02-30"; allowed: a day such as 2026-12-31'),
        ("companies", "R-3,А,,,2026-05-01,2026-04-30,,,,,", "allowed: a day from 2026-05-01 on"),
        ("companies", "R-3,А,gold,,,,,,,,", "line 3, valid_from"),
        ("companies", "R-3,А,,,,,gmail.com,,,,", "gmail.com: anybody may have a mailbox there"),
        ("companies", "R-3,А,,,,,,Зоя,,,", 'curator: found "Зоя"; allowed: an agent\'s name'),
        ("companies", "R-3,А,,,,,,,buh buh,,", "each product once"),
        ("companies", "R-3,А,,,,,,,,fifth,", 'lines: found "fifth"; allowed: first, second'),
        ("companies", "R-3,А", 'line 3: found "2 cells"; allowed: 11, as in the header'),
        ("companies", "R-1,А,,,,,,,,,", "allowed: what stands in no other row (it does in line 2)"),
        ("companies", "R-3,А,,,,,roga.example,,,,", "allowed: what stands in no other row"),
        ("clients", ",Ольга,,,", 'line 3, address: found ""'),
        ("clients", "olga,,,,", "tg:NUMBER"),
        ("clients", "tg:12x,,,,", "tg:NUMBER"),
        ("clients", "support@example.org,,,,", "support@example.org is the desk's own"),
        ("clients", "a@b.example,,,de,", 'language: found "de"; allowed: ru, uk, en, fi'),
        ("clients", "a@b.example,,,,R-9", 'company: found "R-9"; allowed: the registration of a company'),
        ("clients", "tg:1001,,,,", "it does in line 2"),
        ("clients", "a@b.example,bad \x07,,,", "without control characters"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_and_nothing_is_changed(config: Path, what: str, row: str, says: str) -> None:
    first = {"companies": FIRMS, "clients": PEOPLE}[what].splitlines()[:2]
    if what == "clients":
        told(imported(config, "companies", FIRMS))
    ran = imported(config, what, "\n".join([*first, row]) + "\n")
    told_of = mistakes(config, ran)
    assert says in told_of[0], told_of
    assert told_of[0].startswith("line 3")
    assert told_of[-1] == "1 mistakes; nothing was changed"
    if what == "clients":
        assert told(on(config, "clients", "list")) == ""
    else:
        assert told(on(config, "companies", "list")) == ""


def test_every_bad_row_is_named_and_past_a_hundred_counted(config: Path) -> None:
    rows = "".join(f"a{n}@b.example,de\n" for n in range(250))
    told_of = mistakes(config, imported(config, "clients", "address,language\n" + rows))
    assert told_of[0].startswith("line 2, language") and told_of[99].startswith("line 101, language")
    assert told_of[100:] == ["250 mistakes, 150 of them not shown; nothing was changed"]


def test_rows_within_quotes_count_by_the_line_on_which_they_begin(config: Path) -> None:
    text = 'registration,name,note\nR-1,А,"один\n\nдва"\nR 2,Б,\n'
    assert mistakes(config, imported(config, "companies", text))[0].startswith("line 5, registration")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "line 1: needed is also the column address"),
        (b"address,phone\n", 'unknown column "phone"; allowed: address, name, vocative, language, company'),
        (b"name\n", "needed is also the column address"),
        (b"address,address\n", 'the column "address" is there twice'),
        ("address\n".encode("utf-16"), "found UTF-16; allowed: CSV in UTF-8"),
        (b"PK\x03\x04workbook", "no CSV but a workbook"),
        ("address,name\na@b.example,Ольга\n".encode("cp1251"), "line 2, name"),
        (b'address,name\na@b.example,"open\n', "quotation marks that are closed"),
    ],
)
def test_what_is_no_such_file_is_refused(config: Path, text: bytes, says: str) -> None:
    ran = imported(config, "clients", text)
    assert ran.status == 1 and says in ran.errors


def test_a_domain_of_another_company_is_a_clash_unless_that_gives_it_up(config: Path) -> None:
    filled(config)
    claim = "registration,name,domains\nR-2,Копыта,roga.example\n"
    assert (
        "a domain of no other company (it is one of R-1)"
        in mistakes(config, imported(config, "companies", claim))[0]
    )
    told(imported(config, "companies", claim + "R-1,ООО «Рога»,horns.example\n"))
    assert on(config, "companies", "show", "R-2", "--json").json()["domains"] == ["roga.example"]


def test_a_row_of_two_different_clients_and_two_rows_of_one_are_clashes(config: Path) -> None:
    filled(config)
    both = mistakes(config, imported(config, "clients", "address\nolga@roga.example ivan@kopyta.example\n"))
    assert "addresses of one client in a row" in both[0]
    twice = mistakes(config, imported(config, "clients", "address\nolga@roga.example\ntg:1001\n"))
    assert twice[0].startswith("line 3, address") and "he stands in line 2" in twice[0]


def test_a_row_adds_addresses_and_moves_a_client_to_another_company(config: Path) -> None:
    filled(config)
    assert told(imported(config, "clients", "address,company\nolga@new.example tg:1001,R-2\n")).startswith(
        "0 added, 1"
    )
    rows = list(csv.DictReader(io.StringIO(exported(config, "clients"))))
    (olga,) = [row for row in rows if "tg:1001" in row["address"]]
    assert olga["address"].split() == ["olga@roga.example", "tg:1001", "olga@new.example"]
    assert (olga["company"], olga["name"]) == ("R-2", "Ольга Николаевна")


def test_what_is_exported_imports_into_another_desk_and_back(config: Path, tmp_path: Path) -> None:
    filled(config)
    odd = '"=HYPERLINK(""http://x"")",\'\'=1,,'
    told(imported(config, "clients", f"address,name,vocative,language,company\nodd@x.example,{odd}\n"))
    told(on(config, "companies", "note", "R-1", "Обновления\n\nпо субботам"))
    firms, people = exported(config, "companies"), exported(config, "clients")
    assert "'=HYPERLINK" in people and "''=1" in people, "no spreadsheet takes it for a formula"
    assert told(imported(config, "companies", firms)) == "0 added, 0 changed, 2 unchanged"
    assert told(imported(config, "clients", people)) == "0 added, 0 changed, 3 unchanged"
    assert run("init", str(tmp_path / "other")).status == 0
    other = tmp_path / "other" / "config.toml"
    other.write_text(other.read_text(encoding="utf-8") + AGENTS, encoding="utf-8")
    told(imported(other, "companies", firms))
    told(imported(other, "clients", people))
    assert (exported(other, "companies"), sorted(exported(other, "clients"))) == (firms, sorted(people))
    (shown,) = [
        json.loads(line)
        for line in told(on(other, "clients", "list", "--json")).splitlines()
        if "odd@" in line
    ]
    assert shown["name"] == '=HYPERLINK("http://x")'


def test_the_export_goes_into_a_new_file_that_its_owner_alone_reads(config: Path, tmp_path: Path) -> None:
    filled(config)
    out = tmp_path / "clients.csv"
    assert told(on(config, "clients", "export", "--out", str(out))).endswith("clients.csv: 2 rows")
    assert out.stat().st_mode & 0o777 == 0o600
    assert "is there already" in on(config, "clients", "export", "--out", str(out)).errors


def test_with_an_address_the_export_is_that_person_s(config: Path) -> None:
    filled(config)
    person = on(config, "clients", "export", "tg:1001").json()
    assert (person["client"]["vocative"], person["client"]["company"]) == ("Ольго Миколаївно", "R-1")
    assert "Два сервера" not in json.dumps(person, ensure_ascii=False), "notes on a company are the company's"
