"""The index of promises can't rot: every line has tests that are there, or says why it has none."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
INDEX = ROOT / "docs" / "promises.md"
LINES = [*(f"P{n}" for n in range(1, 10)), *(f"T{n}" for n in range(1, 46)), *(f"F{n}" for n in range(1, 41))]
# What this version has: P9 promises nothing, and T35 waits for signing in.
HELD = [name for name in LINES if name not in ("P9", "T35")]

_ROW = re.compile(r"^\| ([PTF]\d+) \| (.+?) \| (.*) \|$", re.MULTILINE)
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
_NAMED_AFTER = re.compile(r"test_(threat|fault)s?_(\d+)(?:_and_(\d+))?_")
_REASON = 20  # letters; less says nothing


@cache
def rows() -> dict[str, str]:
    """The last cell of each line of the index, by the line's name."""
    found = _ROW.findall(INDEX.read_text(encoding="utf-8"))
    assert len(found) == len(LINES), "a line is there twice, or its row can't be read"
    return {name: cell for name, _, cell in found}


@cache
def functions_in(path: str) -> frozenset[str]:
    """The names of the tests in a file, which is read and not imported."""
    source = ROOT / path
    if not source.exists():
        return frozenset()
    nodes = ast.walk(ast.parse(source.read_text(encoding="utf-8")))
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def held_by(line: str) -> list[tuple[str, str]]:
    """The tests that the index names for a line, each with its file."""
    return _TEST.findall(rows()[line])


@pytest.mark.parametrize("line", LINES)
def test_every_test_that_the_index_names_is_there(line: str) -> None:
    named = _TEST.findall(rows()[line])
    assert rows()[line].count("::") == len(named), "a test's name can't be read"
    assert [f"{path}::{name}" for path, name in named if name not in functions_in(path)] == []


def test_every_test_that_is_named_after_a_line_stands_on_it() -> None:
    missing = []
    for source in sorted((ROOT / "tests").rglob("test_*.py")):
        path = source.relative_to(ROOT).as_posix()
        for name in functions_in(path):
            if after := _NAMED_AFTER.match(name):
                lines = [f"{after[1][0].upper()}{number}" for number in after.groups()[1:] if number]
                missing += [f"{line}: {path}::{name}" for line in lines if (path, name) not in held_by(line)]
    assert missing == []


@pytest.mark.parametrize("line", LINES)
def test_every_line_has_a_test_or_a_reason(line: str) -> None:
    reason = re.sub(r"<br>|\s", "", _TEST.sub("", rows()[line]))
    assert _TEST.search(rows()[line]) or len(reason) >= _REASON


@pytest.mark.parametrize("line", HELD)
def test_every_line_about_what_this_version_does_has_a_test(line: str) -> None:
    assert _TEST.search(rows()[line])


def test_the_index_is_read_as_it_is_written() -> None:
    row = "| T1 | what | `tests/test_promises_index.py::test_the_index_is_read_as_it_is_written`<br>and why |"
    ((name, what, cell),) = _ROW.findall(row)
    assert (name, what) == ("T1", "what")
    ((path, test),) = _TEST.findall(cell)
    assert test in functions_in(path) and "test_that_is_not_there" not in functions_in(path)
    assert functions_in("tests/no_such_file.py") == frozenset()
