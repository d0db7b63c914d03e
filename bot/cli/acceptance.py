"""Which refused mails can't be taken in afterwards: those whose ticket nobody could be answered on."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from intake.automatic import signs, wording
from intake.automatic.signs import Facts
from intake.limits import Limits
from intake.mime import addresses
from intake.mime.headers import Headers, split
from storage.models import EntryState


def unanswerable(entry: Mapping[str, Any], raw: bytes, own_addresses: AbstractSet[str]) -> str | None:
    """Why a refused entry must stay refused, or None: then an agent may have it taken in.

    `raw` is the mail, `own_addresses` are the desk's in lower case. A ticket's client is who stands in From.
    Were that the desk itself, each answer would come back to it; were it a mail system, nobody would read
    one (RFC 3834 §2, RFC 5321 §4.5.5). A person who passes a bounce on is a client like any other.
    """
    if entry["state"] != EntryState.REFUSED or entry["purged_at"]:
        return None
    headers, _ = split(raw, 0, len(raw), Limits())
    facts = Facts(
        headers=headers,
        envelope_from=entry["envelope"].get("mail_from"),
        from_addr=addresses.sender(headers).address,
        subject="",
        own_addresses=frozenset(own_addresses),
    )
    key = str(entry["outcome"]).removeprefix("refused: ").partition(" ")[0]
    if signs.own_address(facts) is not None or (key == "loop" and _is_ours(headers)):
        return "the desk's own mail, which came back: its client would be the desk itself"
    if key == "bounce" and not _is_persons(facts):
        return "a bounce: it comes from a mail system, where nobody would read an answer"
    return None


def _is_ours(headers: Headers) -> bool:
    # As a loop it was refused either for this or for its many hops, and those a client's mail may have.
    return headers.raw("message-id").strip().startswith(b"<otklik.")


def _is_persons(facts: Facts) -> bool:
    local = facts.from_addr.partition("@")[0]
    robots = (wording.BOUNCER, wording.DAEMON, wording.ROBOT)
    return bool(local) and signs.null_sender(facts) is None and not any(r.fullmatch(local) for r in robots)
