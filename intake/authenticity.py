"""Who a mail is really from: a verdict on its From by an ordered table over SPF, DKIM and DMARC.

Its findings come from the Authentication-Results field of a server that the configuration trusts, or from
checks of our own (`intake.authentic.checks`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from intake.authentic.alignment import aligned
from intake.authentic.results import Finding, domain_of, findings
from intake.mime.cleaning import one_line
from intake.mime.headers import Headers

Verdict = Literal["pass", "fail", "none"]
_LONGEST_WHY = 250


@dataclass(frozen=True, slots=True)
class Authenticity:
    """Whether From is genuine: `pass`, `fail` (somebody else sent it), or `none`: nobody knows."""

    verdict: Verdict = "none"
    why: str = ""

    def to_json(self) -> dict[str, str]:
        """Return what makes one again, as a worker process answers it."""
        return {"verdict": self.verdict, "why": self.why}

    @property
    def noted(self) -> str:
        """What a message's row says of it; empty when nobody knows."""
        return "" if self.verdict == "none" else f"{self.verdict}: {self.why}"


def told(headers: Headers, trusted_authserv_id: str, from_addr: str) -> Authenticity:
    """What the trusted server says of a mail from `from_addr`; `none` when nobody is trusted or it is silent.

    Only the topmost Authentication-Results field is looked at, and only if it bears the trusted name:
    everything below may be the sender's own (promises 15), and a server puts its field above what was there
    (RFC 8601 §4.1). It must also take away foreign ones with its name (§5), or the topmost could be forged
    where it adds none.
    """
    topmost = headers.raw("authentication-results") if trusted_authserv_id else b""
    if not topmost:
        return Authenticity()
    found = findings(topmost.decode("utf-8", errors="replace"), trusted_authserv_id)
    return judged(found, domain_of(from_addr))


def judged(found: Sequence[Finding], from_domain: str) -> Authenticity:
    """The verdict of the first rule that applies; `from_domain` is that of From, in lower case and ASCII."""
    facts = _Facts(from_domain, tuple(found))
    for rule in RULES:
        reason = rule.found(facts)
        if reason is not None:
            return Authenticity(rule.verdict, one_line(f"{rule.reason}: {reason}", _LONGEST_WHY))
    return Authenticity()


def required(told: Authenticity) -> Authenticity:
    """The same for a desk that wants every sender vouched for: of whom nobody knows, he has failed."""
    if told.verdict != "none":
        return told
    why = f"{_UNVOUCHED}: {told.why}" if told.why else _UNVOUCHED
    return Authenticity("fail", one_line(why, _LONGEST_WHY))


NOBODY_KNOWS = Authenticity()
_UNVOUCHED = "nobody vouches for the sender"


@dataclass(frozen=True, slots=True)
class _Facts:
    from_domain: str
    findings: tuple[Finding, ...]

    def of(self, method: str, *results: str) -> list[Finding]:
        return [one for one in self.findings if one.method == method and one.result in results]

    def speaks(self, one: Finding) -> bool:
        """Whether a finding is about From's domain; one that names no domain may be."""
        return not one.domain or aligned(one.domain, self.from_domain)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table. `found` returns what it goes by, None if the rule does not apply."""

    verdict: Verdict
    reason: str
    found: Callable[[_Facts], str | None]


def _contradiction(facts: _Facts) -> str | None:
    said = {one.result for one in facts.findings if one.method == "dmarc"}
    return " and ".join(f"dmarc={result}" for result in sorted(said)) if len(said) > 1 else None


def _any(method: str, *results: str) -> Callable[[_Facts], str | None]:
    def found(facts: _Facts) -> str | None:
        return next((str(one) for one in facts.of(method, *results)), None)

    return found


def _about_from(method: str, *results: str) -> Callable[[_Facts], str | None]:
    """A finding about From's own domain, or about one that it leaves open."""

    def found(facts: _Facts) -> str | None:
        return next((str(one) for one in facts.of(method, *results) if facts.speaks(one)), None)

    return found


def _aligned(method: str) -> Callable[[_Facts], str | None]:
    """A pass of a domain that is named, and aligned."""

    def found(facts: _Facts) -> str | None:
        passed = facts.of(method, "pass")
        return next((str(one) for one in passed if aligned(one.domain, facts.from_domain)), None)

    return found


def _of_others(facts: _Facts) -> str | None:
    passed = (one for one in facts.findings if one.result == "pass" and not facts.speaks(one))
    return next((str(one) for one in passed), None)


def _broken_signature(facts: _Facts) -> str | None:
    has_policy = any(
        one.method == "dmarc" and one.result not in ("none", "temperror") for one in facts.findings
    )
    return _about_from("dkim", "fail")(facts) if has_policy else None


def _another_from(facts: _Facts) -> str | None:
    judged = (one for one in facts.of("dmarc", "pass") if not facts.speaks(one))
    return next((str(one) for one in judged), None)


RULES = (
    # A server says one thing about DMARC (RFC 8601 §2.7.4); two mean that a sender has talked his own text
    # into the field, say by the local part of smtp.mailfrom (§7.1).
    Rule("none", "the results contradict each other", _contradiction),
    # RFC 7489 §3: the one method that is about From itself. A pass must be for the From that we read; a
    # mail with two of them has none for us, and may have one for others.
    Rule("pass", "DMARC", _about_from("dmarc", "pass")),
    # RFC 7489 §4.2: neither method passed for a domain that asks to be checked; whatever p= it asks for
    # then, for we neither reject nor quarantine.
    Rule("fail", "DMARC", _any("dmarc", "fail")),
    # The server has judged another From than the one that we read: there are two, or one is written so that
    # programs read it differently.
    Rule("fail", "DMARC of another From", _another_from),
    # Without a DMARC policy the same two methods tell by relaxed alignment. RFC 6376 §6.3 with RFC 7489
    # §3.1.1: the domain has signed From; it holds although the mail was passed on, so it comes first.
    Rule("pass", "a DKIM signature of the sender's domain", _aligned("dkim")),
    # RFC 7208 §8.3 with RFC 7489 §3.1.2: sent by a host of the domain, which is From's too.
    Rule("pass", "SPF of the sender's domain", _aligned("spf")),
    # RFC 8601 §2.7.1, RFC 7208 §8.6: a later check could have passed. A failure of the DNS is nobody's
    # forgery; but only one that could have made a pass counts, or a forger would use a broken domain in
    # MAIL FROM.
    Rule("none", "the DNS failed", _about_from("dkim", "temperror")),
    Rule("none", "the DNS failed", _about_from("spf", "temperror")),
    # RFC 7208 §8.4, §8.5: the domain says that this host does not send its mail ("hardfail": RFC 5451's
    # word).
    Rule("fail", "SPF", _any("spf", "fail", "hardfail", "softfail")),
    # RFC 6376 §6.1: a broken signature is none, which tells nothing by itself; it does for a domain that
    # publishes a policy which could not be evaluated (dmarc=permerror, RFC 7489 §6.6.3).
    Rule("fail", "a broken DKIM signature of a domain with a policy", _broken_signature),
    # RFC 6376 §1.2, RFC 7208 §11.2: another domain answers for the mail, say that of a mailing service, and
    # says nothing of From; nor does that make it a forgery. Here only to be told (`required`).
    Rule("none", "another domain than the sender's", _of_others),
)
