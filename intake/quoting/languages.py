"""All languages of the table, and regular expressions made of one of its columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from intake.quoting.asian_languages import ASIAN_LANGUAGES
from intake.quoting.desk_languages import DESK_LANGUAGES
from intake.quoting.eastern_languages import EASTERN_LANGUAGES
from intake.quoting.western_languages import WESTERN_LANGUAGES
from intake.quoting.wording import Wording

Column = Callable[[Wording], str]

# Languages that put spaces between words, and others.
SPACED = (*DESK_LANGUAGES, *WESTERN_LANGUAGES, *EASTERN_LANGUAGES)
EVERY = (*SPACED, *ASIAN_LANGUAGES)


def any_of(column: Column, languages: Iterable[Wording] = EVERY) -> str:
    """Return an expression that matches what the column holds in any of the languages."""
    alternatives = dict.fromkeys(column(one) for one in languages if column(one) != r"(?!)")
    return "|".join(f"(?:{one})" for one in alternatives) or r"(?!)"


def any_word(column: Column) -> str:
    """Return an expression that matches it as a word of its own where words stand apart."""
    apart = rf"(?<![^\W\d_])(?:{any_of(column, SPACED)})(?![^\W\d_])"
    return f"(?:{apart}|{any_of(column, ASIAN_LANGUAGES)})"


def compiled(pattern: str) -> re.Pattern[str]:
    """Compile without regard to case."""
    return re.compile(pattern, re.IGNORECASE)
