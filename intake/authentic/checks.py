"""Our own check of a mail by SPF, DKIM and DMARC, for a desk that is its domain's MX; in a worker process.

dkimpy, pyspf and authheaders are imported late: most desks never need them. dkimpy's canonicalisation takes
6.5 s over 80 KB of spaces, holding the interpreter's lock; hence a process, which can be killed, and the
mending below.
"""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Iterator

from intake.authentic import dns_lookups
from intake.authentic.alignment import aligned, organisational
from intake.authentic.dns_lookups import Budget, LookupFailed
from intake.authentic.results import Finding, domain_of
from intake.authenticity import Authenticity, judged

_LONGEST_SIGNATURE = 8 * 1024  # bytes of a DKIM-Signature field; real ones have one or two thousand
_HEADER_BLOCK = 256 * 1024
_MOST_SIGNATURES = 3  # of the sender's own domain
_LONGEST_RECORD = 2_000  # characters; an RSA key of 4,096 bits has 736. Larger ones cost seconds each.
_DMARC_RECORD = re.compile(r"\s*v\s*=\s*DMARC1\s*(?:;|$)")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_SIGNATURE = re.compile(rb"dkim-signature[ \t]*:", re.IGNORECASE)
_FIELD_END = re.compile(rb"\r?\n(?![ \t])")


def check(
    raw: bytes,
    *,
    from_addr: str,
    mail_from: str,
    helo: str,
    peer: str,
    seconds: float,
    name_server: str,
    **_: object,
) -> Authenticity:
    """Say whether `from_addr` has sent the mail that came from the IP address `peer`.

    `mail_from` and `helo` are the envelope's; `seconds` is what all DNS questions may take together;
    `name_server` is asked, "" for the system's. The rest is what a worker process hands to every function.
    """
    dns_lookups.use(name_server)
    domain = domain_of(from_addr)
    return judged(tuple(_findings(raw, domain, mail_from, helo, peer, seconds)), domain)


def _findings(
    raw: bytes, domain: str, mail_from: str, helo: str, peer: str, seconds: float
) -> Iterator[Finding]:
    # Each has a share of the time: a forger's own slow domain in MAIL FROM must not use up what the
    # sender's needs.
    policy = _policy(domain, Budget(seconds / 3))
    found = [*_dkim(raw, domain, Budget(seconds / 3)), _spf(mail_from, helo, peer, seconds / 3)]
    yield from found
    if isinstance(policy, Finding):
        yield policy
    elif policy:
        yield _dmarc(domain, policy, found)


def _dmarc(domain: str, policy: dict[str, str], found: list[Finding]) -> Finding:
    """RFC 7489 §6.6.2: whether an aligned method has passed, or could have passed had the DNS answered."""
    strict = {"dkim": policy.get("adkim") == "s", "spf": policy.get("aspf") == "s"}
    results = {one.result for one in found if aligned(one.domain, domain, strict=strict[one.method])}
    result = next((one for one in ("pass", "temperror") if one in results), "fail")
    return Finding("dmarc", result, domain)


def _policy(domain: str, budget: Budget) -> dict[str, str] | Finding | None:
    """The domain's DMARC record, by authheaders; a finding when it can't be had, None when there is none."""
    from authheaders import dmarc_lookup

    def record(name: str) -> str:
        # RFC 7489 §6.6.3: of several records none is a policy.
        records = [text for text in budget.texts(name) if _DMARC_RECORD.match(text)]
        return records[0].strip() if len(records) == 1 else ""

    try:
        for name in dict.fromkeys((domain, organisational(domain))):
            policy = dmarc_lookup.lookup_receiver_record(name, dnsfunc=record)
            if policy and policy.get("p"):
                return {str(key): str(value) for key, value in policy.items()}
    except LookupFailed:
        return Finding("dmarc", "temperror", domain)
    except dmarc_lookup.DMARCException:
        return Finding("dmarc", "permerror", domain)
    return None


def _dkim(raw: bytes, domain: str, budget: Budget) -> Iterator[Finding]:
    """One finding for each signature of the sender's own domain; those of others say nothing about From."""
    blank = _BLANK_LINE.search(raw, 0, _HEADER_BLOCK)
    header = raw[: blank.end()] if blank else raw[:_HEADER_BLOCK]
    if not _SIGNATURE.search(header) or blank is None:
        return
    import dkim

    _mend_dkimpy()
    silent = logging.getLogger("dkimpy, unheard")
    silent.disabled = True
    message = dkim.DKIM(raw, logger=silent, minkey=1024)
    signatures = [value for name, value in message.headers if name.lower() == b"dkim-signature"]
    own = [
        index
        for index, value in enumerate(signatures)
        if len(value) <= _LONGEST_SIGNATURE and aligned(_signer(value), domain)
    ]
    for index in own[:_MOST_SIGNATURES]:
        yield Finding("dkim", _verified(message, index, budget), _signer(signatures[index]))


def _signer(signature: bytes) -> str:
    found = re.search(rb"(?:^|;)\s*d\s*=\s*([\w.-]{1,255})\s*(?:;|$)", signature)
    return domain_of(found[1].decode("ascii", "replace")) if found else ""


def _verified(message: object, index: int, budget: Budget) -> str:
    """The result for one signature, by the words of RFC 8601 §2.7.1."""
    import dkim

    assert isinstance(message, dkim.DKIM)

    def key(name: bytes, timeout: float = 0) -> bytes | None:
        texts = [text for text in budget.texts(name.decode("ascii", "replace")) if text]
        return texts[0].encode() if texts and len(texts[0]) <= _LONGEST_RECORD else None

    try:
        is_valid = message.verify(idx=index, dnsfunc=key)
    except LookupFailed:
        return "temperror"
    except (dkim.NaClNotFoundError, dkim.UnknownKeyTypeError):
        return "neutral"  # an algorithm that we do not know (RFC 6376 §6.1.1)
    except Exception:  # noqa: BLE001 - dkimpy raises much for hostile fields; such a signature is none
        return "permerror"
    if not is_valid:
        return "fail"
    if b"from" not in message.include_headers:
        return "permerror"  # RFC 6376 §5.4: From MUST be signed; dkimpy does not insist
    # RFC 6376 §8.2: below a signature that covers a part of the body anybody may add his own text.
    return "policy" if b"l" in message.signature_fields else "pass"


def _mend_dkimpy() -> None:
    """Put a linear function in place of a quadratic one; both take white space off the ends of lines."""
    from dkim import canonicalization

    def strip_trailing_whitespace(content: bytes) -> bytes:
        return b"\r\n".join(line.rstrip(b"\t ") for line in content.split(b"\r\n"))

    canonicalization.strip_trailing_whitespace = strip_trailing_whitespace


def _spf(mail_from: str, helo: str, peer: str, seconds: float) -> Finding:
    """RFC 7208; for the null sender it is about the HELO name (§2.4), which is then what is aligned."""
    import spf

    domain = domain_of(mail_from if mail_from.strip("<> ") else helo)
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
        result, _ = spf.check2(
            i=str(address), s=mail_from.strip("<> "), h=helo, timeout=seconds, querytime=seconds
        )
    except Exception:  # noqa: BLE001 - names and records that nobody foresaw: SPF says nothing then
        return Finding("spf", "permerror", domain)
    return Finding("spf", str(result), domain)
