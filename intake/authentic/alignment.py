"""Whether two domains belong together: relaxed alignment (RFC 7489 §3.1), by the public suffix list."""

from __future__ import annotations

import functools
from typing import Any


def aligned(domain: str, from_domain: str, *, strict: bool = False) -> bool:
    """Whether a check of `domain` speaks for mail from `from_domain`; both in lower case and ASCII.

    They are equal, or (unless `strict`) of one organisational domain by the public suffix list that comes
    with authheaders. Parent and child alone would not do: everybody may have a name below github.io.
    """
    if not domain or not from_domain:
        return False
    return domain == from_domain or (
        not strict and organisational(domain) == organisational(from_domain) != ""
    )


@functools.lru_cache(maxsize=1024)
def organisational(domain: str) -> str:
    """The domain that an organisation has registered (RFC 7489 §3.2): `a.example.co.uk` → `example.co.uk`."""
    found = str(_suffixes().get_public_suffix(domain) or "")
    if "." not in found:
        # The list does not know the last label, and publicsuffix2 then gives that alone: all of `.local`
        # would be one organisation. The list's own algorithm has the rule "*" for this: two labels.
        found = ".".join(domain.split(".")[-2:])
    return found


@functools.cache
def _suffixes() -> Any:
    # Imported late: 15,000 rules, which most desks never need.
    from importlib.resources import files

    from publicsuffix2 import PublicSuffixList

    text = (files("authheaders") / "public_suffix_list.txt").read_text("utf-8")
    return PublicSuffixList(text.splitlines())
