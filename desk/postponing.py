"""Why the desk puts a request off; each reason has a polite text for the client."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why nothing more is done on a request for now, or at all."""

    NOT_REPRODUCED = "not-reproduced"
    TOO_LITTLE = "too-little"
    DIAGNOSIS = "diagnosis"
    REQUIREMENTS = "requirements"
    UNLICENSED = "unlicensed"
    OUTSIDE = "outside"
    UNCONSTRUCTIVE = "unconstructive"


def reason_of(text: str) -> Reason:
    """Return the reason of that name; ValueError, saying what is allowed, for any other."""
    try:
        return Reason(text.strip().casefold())
    except ValueError:
        raise ValueError(f"{text!r} is no reason; allowed: {', '.join(Reason)}") from None
