"""The entries and questions that lie beside this module, and folders made of them.

`entries.LANGUAGE.txt`: 70 topics of an accounting, payroll and till program. `questions.LANGUAGE.txt`: what
clients would ask, in other words than the entry's; written before the search was. `later.LANGUAGE.txt`: more
of them, written after it and never used to change it. `unanswered.LANGUAGE.txt`: what no entry answers.
"""

from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).parent


def lines_of(name: str, language: str) -> list[str]:
    """The lines of one of the files here."""
    return (HERE / f"{name}.{language}.txt").read_text(encoding="utf-8").splitlines()


def asked(name: str, language: str) -> list[tuple[str, str]]:
    """Pairs of the right entry's key and a question."""
    pairs = (line.split(": ", 1) for line in lines_of(name, language))
    return [(key, question) for key, question in pairs]


def files(language: str, *, links: bool = True) -> Mapping[str, str]:
    """The entries as the files of a FAQ's folder, by name."""
    found: dict[str, list[str]] = {}
    for line in lines_of("entries", language):
        if line.startswith("=== "):
            key = line.removeprefix("=== ")
            front = ["---", f"link: https://help.example/{key}"] if links else ["---"]
            here = found[f"{key}.{language}.md"] = front
            continue
        here.append(line)
        if line.startswith("keywords: "):
            here.append("---")
    return {name: "\n".join(text) for name, text in found.items()}


def write(folder: Path, *languages: str, links: bool = True) -> Path:
    """A folder with the entries of these languages."""
    folder.mkdir(exist_ok=True)
    for language in languages:
        for name, text in files(language, links=links).items():
            (folder / name).write_text(text, encoding="utf-8")
    return folder
