"""Replies as a table: mails whose lines are marked "+" where they are new and "-" where they are not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent / "replies"


@dataclass(frozen=True, slots=True)
class Reply:
    """A mail's text, what of it is new, and the notes in brackets behind its name."""

    name: str
    text: str
    new: str
    notes: str


def replies() -> list[Reply]:
    """Read all tables; a case begins with "## name [notes]"."""
    found: list[Reply] = []
    for path in sorted(_FOLDER.glob("*.txt")):
        for case in path.read_text("utf-8").split("\n## "):
            found.append(_reply(path.stem, case.removeprefix("## ")))
    return found


def _reply(table: str, case: str) -> Reply:
    name, *marked = case.rstrip("\n").split("\n")
    lines = [line for line in marked if line]
    if any(line[0] not in "+-" for line in lines):
        raise ValueError(f"a line of {table}: {name} has no mark")
    text = "\n".join(line[1:] for line in lines)
    new = "\n".join(line[1:] for line in lines if line[0] == "+")
    return Reply(f"{table}: {name}", text, new.strip("\n"), name.partition("[")[2])
