"""An administrator's own catalogues, checked whole: each mistake with file and line, and advice on style."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from replies.languages import (
    LANGUAGES,
    BadCatalogue,
    check_override,
    check_plural_rule,
    key_of,
    no_such_language,
    read_catalogue,
    repeated,
    shipped,
    text_of,
)
from replies.languages.style import advice


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong in a file; `line` 0: with all of it. A `warning` keeps nothing from being used."""

    file: str
    line: int
    msgid: str
    says: str
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Worded:
    """How many of a language's texts a file words: `own` of `all`; `untranslated` are named and empty."""

    language: str
    own: int
    untranslated: int
    all: int


def check(folder: Path) -> tuple[list[Finding], list[Worded]]:
    """Look through all .po files of a folder. Raises OSError when it can't be read."""
    findings: list[Finding] = []
    worded: list[Worded] = []
    for path in sorted(one for one in folder.iterdir() if one.suffix == ".po"):
        if path.stem not in LANGUAGES:
            findings.append(_finding(no_such_language(path)))
            continue
        found, counted = _checked(path)
        findings += found
        worded += [counted] if counted is not None else []
    return findings, worded


def _checked(path: Path) -> tuple[list[Finding], Worded | None]:
    language = path.stem
    ours = shipped(language)
    try:
        source, catalogue = read_catalogue(path, language)
    except BadCatalogue as exc:
        return [_finding(exc)], None
    findings = [
        Finding(path.name, _last_line(source, msgid), msgid, f"given {times} times")
        for msgid, times in repeated(source).items()
    ]
    try:
        check_plural_rule(path, catalogue, ours)
    except BadCatalogue as exc:
        findings.append(_finding(exc))
    own = untranslated = 0
    for message in catalogue:
        if not message.id:
            continue
        key, line = key_of(message), message.lineno or 0
        own += 1
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if not any(strings):
            untranslated += 1
        try:
            text = text_of(path, message, ours.count)
            check_override(path, key, text, ours.texts)
        except BadCatalogue as exc:
            findings.append(Finding(path.name, line, key, exc.mistake))
            continue
        findings += _advice(path.name, line, language, key, text.forms)
    findings.sort(key=lambda one: (one.line, one.warning))
    return findings, Worded(language, own - untranslated, untranslated, len(ours.texts))


def _advice(file: str, line: int, language: str, key: str, forms: tuple[str, ...]) -> Iterator[Finding]:
    for says in dict.fromkeys(one for form in forms for one in advice(language, key, form)):
        yield Finding(file, line, key, says, warning=True)


def _finding(error: BadCatalogue) -> Finding:
    return Finding(error.path.name, error.line, error.key, error.mistake)


def _last_line(source: str, msgid: str) -> int:
    lines = source.splitlines()
    return max(number for number, line in enumerate(lines, 1) if line.startswith(f'msgid "{msgid}"'))
