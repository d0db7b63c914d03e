"""On which line of a TOML text each key stands, to point at a mistake: tomllib does not tell."""

import tomllib
from typing import Any

KeyPath = tuple[str | int, ...]


def line_numbers(text: str) -> dict[KeyPath, int]:
    """The line, from 1, of every table and key of `text`, which must be valid TOML.

    A path holds the index for a `[[table]]`: ("agents", 0, "name"). Keys inside an inline table stand on the
    line on which their statement begins.
    """
    places: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, statement in _statements(text):
        parsed = tomllib.loads(statement)
        if statement.lstrip().startswith("["):
            table = _header(parsed, statement.lstrip().startswith("[["), counts)
            places.setdefault(table, number)
            if isinstance(table[-1], int):
                places.setdefault(table[:-1], number)
        else:
            _note(parsed, table, number, places)
    return places


def nearest_line(places: dict[KeyPath, int], path: KeyPath) -> int | None:
    """The line of the path itself, or else of the innermost table around it."""
    for length in range(len(path), 0, -1):
        if path[:length] in places:
            return places[path[:length]]
    return None


def _statements(text: str) -> list[tuple[int, str]]:
    """Each statement with its first line: a line, or as many as a multi-line string or array takes."""
    found: list[tuple[int, str]] = []
    waiting: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        waiting.append(line.removesuffix("\r"))
        statement = "\n".join(waiting)
        try:
            empty = not tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue  # not finished on this line
        if not empty:
            found.append((number - len(waiting) + 1, statement))
        waiting = []
    return found


def _header(parsed: dict[str, Any], of_array: bool, counts: dict[KeyPath, int]) -> KeyPath:
    """The path of a `[table]` or `[[table]]` line, with the index of every array of tables on the way."""
    path: KeyPath = ()
    inner: Any = parsed
    while inner:
        key = next(iter(inner))
        path, inner = (*path, key), inner[key]
        last = inner == [{}]
        if of_array and last:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
        if last:
            break
    return path


def _note(value: Any, path: KeyPath, number: int, places: dict[KeyPath, int]) -> None:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        places.setdefault((*path, key), number)
        _note(inner, (*path, key), number, places)
