"""Ranks the entries of one language for a question: BM25 over stems, a question's word taken as a concept.

A concept is a word with its relatives: the trade's synonyms, words of the same compound, words that are
spelled nearly so. Of these the best counts, and once: three synonyms in an entry are no better than one.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest

from desk.faq.entries import Entry
from desk.faq.synonyms import SYNONYMS
from desk.faq.vocabulary import GLUES, STOPS
from desk.faq.words import MOST, grams, is_cyrillic, slips, words_of

# What a word counts by where it stands. An entry's title says what it is about, and so do its keywords.
TITLE, KEYWORDS, TEXT = 3.0, 2.5, 1.0
K1, B = 1.2, 0.4  # BM25's; entries are short, so their length says little
SYNONYM, PART, NEAR = 0.8, 0.7, 0.75  # what a relative counts, as a share of the word itself
_SIMILAR = (
    0.5  # share of common letter runs (Dice) from which a word is taken for a slip or a form of another
)
_LONG = 4  # letters from which a word may be part of a compound, or be misspelled
_RELATIVES = 12  # of a word, at most
_MANY_ENTRIES = 0.03  # share of the entries that a word may be in and still find some on its own
_FEW_ENTRIES = 100  # which can all be looked at, whatever their share
_WORDS = 16  # different words of a question that are looked for, the rarest
_COMMON = 0.25  # share of the vocabulary that has a run of letters, from which that tells nothing

# The score from which an entry is offered unasked: nearly what a word finds that stands in the title of this
# entry alone. Lower, questions that no entry answers get one too: docs/faq.md has the counts.
GOOD = 0.9
_MANY = 10  # words of a question from which some meet some entry by chance, so that more is needed


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry's place in its index, and how well it fits."""

    at: int
    score: float


class Index:
    """The entries of one language, ready to be searched; it never changes."""

    def __init__(self, entries: Sequence[Entry], language: str, stem: Callable[[str], str]) -> None:
        self.entries = entries
        self.language = language
        self._stem = stem
        self._stops = frozenset(map(stem, STOPS[language])) | STOPS[language]
        self._postings: Mapping[str, Mapping[int, float]] = self._weighed()
        self._many = max(_MANY_ENTRIES * len(entries), _FEW_ENTRIES)
        self._idf = {term: self._rarity(len(found)) for term, found in self._postings.items()}
        self._groups = self._synonyms()
        self._by_gram = self._runs()

    def _weighed(self) -> dict[str, dict[int, float]]:
        """For each term the entries that have it, each with BM25's share of it, between 0 and K1 + 1."""
        counts = [self._counted(entry) for entry in self.entries]
        mean = sum(sum(one.values()) for one in counts) / max(len(counts), 1)
        postings: dict[str, dict[int, float]] = defaultdict(dict)
        for at, count in enumerate(counts):
            long = K1 * (1 - B + B * sum(count.values()) / mean) if mean else K1
            for term, weight in count.items():
                postings[term][at] = weight * (K1 + 1) / (weight + long)
        return dict(postings)

    def _counted(self, entry: Entry) -> dict[str, float]:
        counted: dict[str, float] = defaultdict(float)
        fields = ((entry.title, TITLE), (f"{entry.keywords} {entry.product}", KEYWORDS), (entry.text, TEXT))
        for text, weight in fields:
            for term in self._terms(words_of(text)):
                counted[term] += weight
        return counted

    def _terms(self, words: Iterable[str]) -> list[str]:
        stemmed = ((word, self._stem(word)) for word in words)
        return [term for word, term in stemmed if word not in self._stops and term not in self._stops]

    def _rarity(self, entries: int) -> float:
        return math.log(1 + (len(self.entries) - entries + 0.5) / (entries + 0.5))

    def _synonyms(self) -> dict[str, set[str]]:
        groups: dict[str, set[str]] = defaultdict(set)
        for line in SYNONYMS[self.language]:
            same = {term for word in line.split() for term in self._terms(words_of(word))}
            for term in same:
                groups[term] |= same - {term}
        return groups

    def _runs(self) -> dict[str, list[str]]:
        by_gram: dict[str, list[str]] = defaultdict(list)
        for term in self._postings:
            if len(term) >= _LONG:
                for gram in grams(term):
                    by_gram[gram].append(term)
        most = max(_COMMON * len(self._postings), 50)
        return {gram: terms for gram, terms in by_gram.items() if len(terms) <= most}

    def search(self, text: str, most: int = 3) -> list[Hit]:
        """The entries that fit a text best, the best first.

        A score of 1 is what a word finds that one entry alone has, and often, in a text of up to ten words;
        in a longer one more is needed for it. From `GOOD` on an entry probably answers the text.
        """
        scores: dict[int, float] = {}
        concepts = self._concepts(text)
        for relatives in nlargest(_WORDS, concepts, key=self._rarest):
            for at, found in self._found(relatives, scores).items():
                scores[at] = scores.get(at, 0.0) + found
        # Of equals the one that stands first, so that the same question gets the same answer.
        best_ones = nlargest(most, scores.items(), key=lambda one: (one[1], -one[0]))
        one = self._rarity(1) * (K1 + 1) * math.sqrt(max(len(concepts) / _MANY, 1.0))
        return [Hit(at, score / one) for at, score in best_ones]

    def _found(self, relatives: Mapping[str, float], known: Mapping[int, float]) -> dict[int, float]:
        """What a concept finds in each entry: of its words the one that finds most.

        A word of many entries only adds to what rarer ones have found: it tells too little to be the reason.
        """
        best: dict[int, float] = {}
        for term, share in relatives.items():
            worth, postings = share * self._idf[term], self._postings[term]
            narrow = known and len(postings) > self._many
            among = postings.items() if not narrow else [(at, postings[at]) for at in known if at in postings]
            for at, weight in among:
                found = worth * weight
                if found > best.get(at, 0.0):
                    best[at] = found
        return best

    def _concepts(self, text: str) -> list[dict[str, float]]:
        found: dict[str, dict[str, float]] = {}
        for term in self._asked(text[:MOST]):
            if term not in found:
                found[term] = self._relatives(term)
        return [one for one in found.values() if one]

    def _rarest(self, relatives: Mapping[str, float]) -> float:
        return max(share * self._idf[term] for term, share in relatives.items())

    def _asked(self, text: str) -> Iterable[str]:
        """The terms of a question; a word in the wrong letters counts as what it was meant to be."""
        for raw in text.split():
            terms = self._terms(words_of(raw))
            if not any(term in self._postings for term in terms):
                for meant in slips(raw, self.language):
                    mended = [t for t in self._terms(meant) if is_cyrillic(t)]
                    if any(term in self._postings or term in self._groups for term in mended):
                        terms = mended
                        break
            yield from terms

    def _relatives(self, term: str) -> dict[str, float]:
        """The terms of the index that mean the same, or nearly, with their shares."""
        found = {term: 1.0} if term in self._postings else {}
        for same in self._groups.get(term, ()):
            if same in self._postings:
                found[same] = SYNONYM
        if len(term) >= _LONG:
            for other, share in self._alike(term):
                found[other] = max(found.get(other, 0.0), share)
        return found

    def _alike(self, term: str) -> list[tuple[str, float]]:
        runs = grams(term)
        shared: dict[str, int] = defaultdict(int)
        for gram in runs:
            for other in self._by_gram.get(gram, ()):
                shared[other] += 1
        found = []
        for other, common in shared.items():
            dice = 2 * common / (len(runs) + len(other) - 1)
            if dice >= _SIMILAR:
                found.append((other, NEAR * dice))
            elif self.language in GLUES and _part(term, other):
                found.append(
                    (other, PART * math.sqrt(min(len(term), len(other)) / max(len(term), len(other))))
                )
        return nlargest(_RELATIVES, found, key=lambda one: one[1])


def _part(one: str, other: str) -> bool:
    """Whether one word is the first or the last part of the other, as in Finnish compounds."""
    short, long = sorted((one, other), key=len)
    return len(short) >= _LONG and (long.startswith(short) or long.endswith(short))
