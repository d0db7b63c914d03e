"""What is known of a mailbox before anybody connects to it, and what went wrong after."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

Security = Literal["tls", "starttls", "none"]
After = Literal["move", "flag", "delete"]
AccessToken = Callable[[str], Awaitable[str]]
"""Gives an access token; its argument is the one that was refused just now, or "".

Raises PermissionError when sign-in is refused for good, another OSError when it can't be had now.
"""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A folder on an IMAP server. `after`: what becomes of a mail there once it is recorded here.

    `move_to`: the folder for "move". `since_days`: how old mail may be that a mailbox with "flag" takes in at
    its very first start. `poll_seconds`: between two looks where the server knows no IDLE. `alarm_after`: how
    long nothing may come in before people are told, in seconds. `largest`: bytes of a mail that is fetched.
    """

    name: str
    host: str
    port: int
    security: Security
    username: str
    folder: str
    after: After
    largest: int
    password: str = field(default="", repr=False)
    move_to: str = ""
    since_days: int = 7
    poll_seconds: float = 60.0
    alarm_after: float = 300.0


class Trouble(Exception):
    """Something of a mailbox failed.

    `refused`: the server does not take our name or password; asking again soon may lock the account.
    `broken`: the connection is of no use any more.
    """

    def __init__(self, reason: str, *, refused: bool = False, broken: bool = False) -> None:
        super().__init__(reason)
        self.refused = refused
        self.broken = broken
