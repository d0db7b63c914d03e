"""What an IMAP server tells of a folder and its messages, and how its refusals are read."""

from dataclasses import dataclass
from datetime import datetime

_SAID = 300  # characters of what a server says that are kept
# RFC 5530, section 3: the server's own difficulty, not our password's.
_TEMPORARY = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "[OVERQUOTA]")


@dataclass(frozen=True, slots=True)
class Folder:
    """A selected folder. `next_uid`: what the next message will get, 0 if the server does not say."""

    uidvalidity: int
    next_uid: int
    messages: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a message before it is fetched: bytes, and when it came (aware; None if not told)."""

    size: int
    arrived: datetime | None


def is_temporary(said: str) -> bool:
    """Whether a refused sign-in may work in a moment: the server has a difficulty, or hung up."""
    # A connection that ended during sign-in is told to us as an error of the sign-in.
    return any(code in said.upper() for code in (*_TEMPORARY, "EOF", "BYE"))


def in_words(exc: BaseException, secret: str) -> str:
    """What went wrong on one short line, without the secret, which some servers repeat."""
    said = str(exc) or type(exc).__name__
    return " ".join((said.replace(secret, "***") if secret else said).split())[:_SAID]
