"""An entry of the FAQ, and what a search gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry in one language. `link`: where it can be read, or "". `product`: which it is about, or ""."""

    key: str
    language: str
    title: str
    text: str
    link: str = ""
    product: str = ""
    keywords: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What is shown of an entry in one language."""

    title: str
    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An entry that may answer a text, in all its languages; `score`: see `desk.faq.ranking.Index.search`."""

    key: str
    score: float
    told: Mapping[str, Told]

    def language(self, *wanted: str) -> str:
        """The first of the wanted languages that it is in, else any."""
        return next((one for one in wanted if one in self.told), next(iter(self.told)))
