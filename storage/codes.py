"""One-time codes: for linking an address, enrolling an agent, claiming a staff chat. All inside a unit."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from storage.chat_models import Code
from storage.statements import fetch, insert

TRIES = 5
KEPT = timedelta(days=1)  # after a code has expired; longer than any count of them goes back
_DIGITS = 8  # typed on a telephone, whatever alphabet its keyboard is set to
_BEARER = 10  # bytes of chance, too many to be guessed by however many tries


@dataclass(frozen=True, slots=True)
class Made:
    """How many codes for a purpose were made lately, for a holder and for a subject."""

    for_holder: int
    for_subject: int


async def new_code(purpose: str, subject: str, holder: str, now: datetime, lasts: timedelta) -> str:
    """A new code, which is kept as a digest alone; an earlier one of this holder ends.

    `subject`: what it gives. `holder`: who may use it, eight digits in `TRIES` tries. A `holder` of "" is
    whoever has it: such a code is long, and its tries are not counted, or anybody could use them up.
    `now` is UTC.
    """
    await Code.filter(expires_at__lt=now - KEPT).delete()
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}" if holder else secrets.token_hex(_BEARER)
    earlier = Code.filter(purpose=purpose, holder=holder, used_at__isnull=True, expires_at__gt=now)
    await (earlier if holder else earlier.filter(subject=subject)).update(expires_at=now)
    row = {
        "purpose": purpose,
        "subject": subject,
        "holder": holder,
        "digest": _digest(purpose, holder, code),
        "created_at": now,
        "expires_at": now + lasts,
    }
    await insert(Code, row)
    return code


async def use_code(purpose: str, holder: str, code: str, now: datetime) -> str | None:
    """Use a code up and return its subject, or None: wrong, expired, used, or tried too often.

    A wrong one costs all living codes of this holder a try, so the unit that asks must not fail for it.
    `now` is UTC.
    """
    digest = _digest(purpose, holder, "".join(code.split()).replace("-", "").casefold())
    living = Code.filter(
        purpose=purpose, holder=holder, used_at__isnull=True, expires_at__gt=now, tries__lt=TRIES
    )
    rows = await living.select_for_update().order_by("id")
    for row in rows:
        if hmac.compare_digest(row.digest, digest):
            await Code.filter(id=row.id).update(used_at=now)
            return row.subject
    if holder:
        for row in rows:
            await Code.filter(id=row.id).update(tries=row.tries + 1)
    return None


async def can_still_try(purpose: str, holder: str, now: datetime) -> bool:
    """Whether the holder has a code that is neither used nor over (`now` is UTC)."""
    living = Code.filter(purpose=purpose, holder=holder, used_at__isnull=True, expires_at__gt=now)
    return await living.filter(tries__lt=TRIES).exists()


async def made_since(purpose: str, subject: str, holder: str, since: datetime) -> Made:
    """How many codes were made since a moment (UTC), so that they can be limited."""
    rows = await fetch(
        "SELECT COALESCE(SUM(CASE WHEN holder = ? THEN 1 ELSE 0 END), 0) AS held,"
        " COALESCE(SUM(CASE WHEN subject = ? THEN 1 ELSE 0 END), 0) AS about"
        " FROM codes WHERE purpose = ? AND created_at > ?",
        holder,
        subject,
        purpose,
        since,
    )
    return Made(int(rows[0]["held"]), int(rows[0]["about"]))


def _digest(purpose: str, holder: str, code: str) -> str:
    return sha256(f"{purpose}\n{holder}\n{code}".encode()).hexdigest()
