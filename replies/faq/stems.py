"""What the forms of a word have in common, in each of the desk's languages."""

from collections.abc import Callable
from functools import lru_cache

from desk.faq import ukrainian

_SNOWBALL = {"ru": "russian", "en": "english", "fi": "finnish"}


def stemmer(language: str) -> Callable[[str], str]:
    """What stems words (in lower case) of a language."""
    if language not in _SNOWBALL:
        return lru_cache(maxsize=50_000)(ukrainian.stem)
    import Stemmer  # late: only searching needs it

    return lru_cache(maxsize=50_000)(Stemmer.Stemmer(_SNOWBALL[language]).stemWord)
