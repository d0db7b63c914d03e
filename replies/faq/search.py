"""Searches the FAQ's folder, in all languages at once; what changes in it counts without a restart."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread

import structlog

from desk.faq.entries import Entry, Suggestion, Told
from desk.faq.ranking import GOOD, Index
from desk.faq.words import is_cyrillic, words_of
from replies.faq.files import Mistake, Signature, read, signature
from replies.faq.stems import stemmer
from replies.languages import LANGUAGES
from storage.threads import in_thread

log = structlog.get_logger("replies.faq")

LOOK_AGAIN = 2.0  # seconds for which the folder is taken to be as it was
QUICK = 0.01  # seconds that looking may take for a search to wait for it
MOST = 3  # entries that are offered
_CYRILLIC = ("ru", "uk")


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The folder as it was read last. Made anew as a whole, so that a search never sees half of one."""

    files: Signature | None = None
    indexes: Mapping[str, Index] = field(default_factory=dict)
    told: Mapping[str, Mapping[str, Told]] = field(default_factory=dict)
    entries: Sequence[Entry] = ()
    mistakes: Sequence[Mistake] = ()


class Faq:
    """The entries of a folder. Looks at files and searches in a thread: never inside a transaction.

    `logged`: whether bad files are told in the log; a command tells them itself.
    """

    def __init__(self, folder: Path, *, logged: bool = True) -> None:
        self.folder = folder
        self._logged = logged
        self._shelf = _Shelf()
        self._looked_at: float | None = None
        self._takes = 0.0
        self._looking = Lock()

    @property
    def entries(self) -> Sequence[Entry]:
        """All entries that were read last."""
        return self._shelf.entries

    @property
    def mistakes(self) -> Sequence[Mistake]:
        """What was wrong with the other files."""
        return self._shelf.mistakes

    async def offer(self, text: str) -> tuple[Suggestion, ...]:
        """The entries that probably answer a text, the best first: those that may be offered unasked."""
        return tuple(one for one in await self.search(text) if one.score >= GOOD)

    async def search(self, text: str, most: int = MOST) -> tuple[Suggestion, ...]:
        """The entries that fit a text best, the best first, whatever language they are in."""
        return await in_thread(self._search, text, most)

    async def looked_at(self) -> None:
        """See to it that `known` and `entries` tell what stands in the folder now."""
        await in_thread(self.refresh)

    def known(self, key: str) -> Mapping[str, Told] | None:
        """An entry in all its languages as it was read last, or None; looks at no file."""
        return self._shelf.told.get(key)

    def refresh(self) -> None:
        """Read the folder again if it has changed. One that can't be read is as it was read last."""
        with self._looking:
            now = time.monotonic()
            if self._looked_at is not None and now - self._looked_at < LOOK_AGAIN:
                return
            try:
                files = signature(self.folder)
            except OSError as exc:
                log.warning("the FAQ can't be read", folder=str(self.folder), reason=exc.strerror or str(exc))
                self._looked_at = time.monotonic()
                return
            self._takes = time.monotonic() - now
            if files != self._shelf.files:
                self._shelf = _shelf(self.folder, files)
                for mistake in self._shelf.mistakes if self._logged else ():
                    log.warning("a file of the FAQ is left out", folder=str(self.folder), why=str(mistake))
            self._looked_at = time.monotonic()

    def _look(self) -> None:
        """See to it that changes count; nobody waits for a folder of thousands of files, but the first."""
        if self._looked_at is None or self._takes < QUICK:
            self.refresh()
        elif not self._looking.locked() and time.monotonic() - self._looked_at >= LOOK_AGAIN:
            Thread(target=self.refresh, name="faq", daemon=True).start()

    def _search(self, text: str, most: int) -> tuple[Suggestion, ...]:
        self._look()
        shelf = self._shelf
        likely, others = _by_letters(text, shelf.indexes)
        found = _found(likely, text, most)
        if not any(score >= GOOD for score in found.values()):
            # Written with the keys of another layout, or transliterated.
            found = {**_found(others, text, most), **found}
        best = sorted(found, key=lambda key: (-found[key], key))[:most]
        return tuple(Suggestion(key, round(found[key], 3), shelf.told[key]) for key in best)


def _shelf(folder: Path, files: Signature) -> _Shelf:
    entries, mistakes = read(folder, files)
    by_language: dict[str, list[Entry]] = defaultdict(list)
    told: dict[str, dict[str, Told]] = defaultdict(dict)
    for entry in entries:
        by_language[entry.language].append(entry)
        told[entry.key][entry.language] = Told(entry.title, entry.text, entry.link)
    indexes = {one: Index(by_language[one], one, stemmer(one)) for one in LANGUAGES if by_language[one]}
    return _Shelf(files, indexes, told, entries, mistakes)


def _by_letters(text: str, indexes: Mapping[str, Index]) -> tuple[list[Index], list[Index]]:
    """The indexes of the languages that a text may be in, and the others."""
    words = [word for word in words_of(text) if word.isalpha()]
    cyrillic = 2 * sum(map(is_cyrillic, words)) >= len(words)
    likely = [one for language, one in indexes.items() if (language in _CYRILLIC) == cyrillic]
    return likely, [one for one in indexes.values() if one not in likely]


def _found(indexes: Sequence[Index], text: str, most: int) -> dict[str, float]:
    found: dict[str, float] = {}
    for index in indexes:
        for hit in index.search(text, most):
            key = index.entries[hit.at].key
            found[key] = max(found.get(key, 0.0), hit.score)
    return found
