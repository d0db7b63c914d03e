"""Cells that a spreadsheet might take for a formula: made harmless for a file, and read back as they were."""

from __future__ import annotations

# What makes a spreadsheet take a cell for a formula (OWASP), full-width forms included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_UNSEEN = " \u00a0\u200b\ufeff"
_GUARD = "'"


def guarded(text: str) -> str:
    """Return `text` behind an apostrophe if it would be a formula, or if `unguarded` would take one off."""
    return f"{_GUARD}{text}" if text.lstrip(_UNSEEN + _GUARD).startswith(_FORMULA) else text


def unguarded(text: str) -> str:
    """Return what `guarded` was given; any other text stays as it is."""
    found = text.startswith(_GUARD) and text[1:].lstrip(_UNSEEN + _GUARD).startswith(_FORMULA)
    return text[1:] if found else text
