"""What an SMTP envelope may say: paths, parameters, and which recipients are ours. No input or output."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from desk.addresses import comparable

LONGEST_ADDRESS = 320  # characters: 64, "@" and 255 (RFC 5321 §4.5.3.1), more than any path may have
LONGEST_NAME = 255

# Each alternative begins with another character, so neither can backtrack for long.
_BRACKETED = re.compile(r'<((?:"(?:[^"\\]|\\.)*"|[^<>"\s])*)>(?:\s+(.*))?')
_BARE = re.compile(r'([^<>"\s]+)(?:\s+(.*))?')
_PARAMETER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([^=\s]+))?")
_SIZE = re.compile(r"\d{1,20}")  # RFC 1870 §3


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one DATA brought, and who brought it."""

    mail_from: str
    """The sender's address as given, empty for the null sender."""
    recipients: tuple[str, ...]
    """As given, without repetitions, in the order of their RCPT."""
    peer: str
    """The client's IP address; empty where it has none."""
    helo: str
    tls: bool
    body: bytes
    """Dots unstuffed, everything else exactly as sent, CR LF kept."""
    received_at: datetime
    """When the last byte was read, UTC."""


class Refused(Exception):
    """A command is refused; the text is the whole reply, as RFC 5321 and RFC 3463 number it."""

    @property
    def reply(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True)
class Path:
    """The argument of MAIL or RCPT: an address, and parameters by their upper-case names."""

    address: str
    parameters: dict[str, str | None] = field(default_factory=dict)


def read_path(keyword: str, argument: str) -> Path:
    """Read `FROM:<address> PARAMETER=value` (`keyword` being `FROM:`, or `TO:` for RCPT).

    More is let through than RFC 5321 §4.1.2 has: missing brackets, a space after the colon, local parts
    with odd dots; such senders exist. Raises Refused: 501 for what is no path, 553 for what is no address
    or names a route to it.
    """
    wrong = Refused(f"501 5.5.4 Syntax: {keyword}<address>")
    if argument[: len(keyword)].upper() != keyword:
        raise wrong
    text = argument[len(keyword) :].strip()
    match = (_BRACKETED if text.startswith("<") else _BARE).fullmatch(text)
    if match is None:
        raise wrong
    address, parameters = match[1], match[2] or ""
    # Source routes are obsolete, and may be declined (RFC 5321 §4.1.1.3).
    if address.startswith("@") or len(address) > LONGEST_ADDRESS or not address.isprintable():
        raise Refused("553 5.1.3 Not an address that is accepted here")
    return Path(address, _parameters(parameters, wrong))


def _parameters(text: str, wrong: Refused) -> dict[str, str | None]:
    parameters: dict[str, str | None] = {}
    for word in text.split():
        match = _PARAMETER.fullmatch(word)
        if match is None or match[1].upper() in parameters:
            raise wrong
        parameters[match[1].upper()] = match[2]
    return parameters


def check_sender_parameters(parameters: dict[str, str | None], max_message_bytes: int) -> None:
    """Let SIZE (RFC 1870), BODY (RFC 6152) and SMTPUTF8 (RFC 6531) pass. Raises Refused for all else."""
    rest = dict(parameters)
    body, size = rest.pop("BODY", "7BIT"), rest.pop("SIZE", "0")
    if (body or "").upper() not in ("7BIT", "8BITMIME") or not _SIZE.fullmatch(size or ""):
        raise Refused("501 5.5.4 BODY is 7BIT or 8BITMIME, SIZE a number of bytes")
    if rest.pop("SMTPUTF8", None) is not None:
        raise Refused("501 5.5.4 SMTPUTF8 takes no value")
    if rest:
        raise Refused("555 5.5.4 Unknown MAIL parameter")
    if int(size or "") > max_message_bytes:
        raise Refused(f"552 5.3.4 A message may have {max_message_bytes} bytes at most")


def read_name(argument: str) -> str:
    """Return the name that HELO, EHLO or LHLO gives. Raises Refused when there is none or it is no name."""
    if not argument or len(argument) > LONGEST_NAME or not argument.isprintable():
        raise Refused("501 5.5.4 Tell a host name")
    return argument


class OurAddresses:
    """The addresses we take mail for, upper or lower case, with or without a `+tag`."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self._ours = frozenset(comparable(address) for address in addresses)

    def check(self, recipient: str) -> None:
        """Raises Refused for an address that is not ours, and for one that asks to be passed on."""
        local, _, domain = comparable(recipient).rpartition("@")
        # a%b@ours, b!a@ours and a@b@ours ask us to relay to b (RFC 5321 appendix F.2, RFC 1123 §5.2.16).
        if any(sign in local for sign in "%!@"):
            raise Refused("550 5.7.1 Nothing is relayed here")
        if not {f"{local}@{domain}", f"{local.partition('+')[0]}@{domain}"} & self._ours:
            raise Refused("550 5.1.1 No such address here")
