"""What of a mailbox is taken in, and as what: rules without a connection."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

RESCAN = timedelta(days=30)  # how far back a folder is read again, to see whether anything was missed
PROMISED = timedelta(days=7)  # how old the server's date of arrival may be to be believed
REST_MOST = 60.0  # seconds between two tries to connect
REST_REFUSED = 300.0  # seconds after refused credentials; asking sooner may lock the account


def entry_key(mailbox: str, uidvalidity: int, uid: int) -> str:
    """The key of a mail's entry: a UID names one message while UIDVALIDITY lasts (RFC 3501, 2.3.1.1)."""
    return sha256(f"imap:{mailbox}:{uidvalidity}:{uid}".encode()).hexdigest()


def received_at(arrived: datetime | None, now: datetime) -> datetime:
    """From when a promise counts: when the mail reached the mailbox (INTERNALDATE), or `now`; all aware.

    A client's waiting begins when his mail is in the mailbox, even while we are down. A date in the future,
    or one of more than a week ago, is a wrong clock, an old mail moved here, or a first start: a promise made
    today that was broken before anybody could keep it helps nobody.
    """
    if arrived is None or not now - PROMISED <= arrived <= now:
        return now
    return arrived.astimezone(UTC)


def window_begins(now: datetime, known_since: datetime, since_days: int) -> datetime:
    """From which date of arrival on a folder is looked through again.

    `known_since` is when its present UIDVALIDITY was first seen (or now). What arrived before the very first
    start, less the days that it reached back, was never to become a ticket and must not when UIDVALIDITY
    changes; what is older than RESCAN is not asked for.
    """
    return max(now - RESCAN, known_since - timedelta(days=since_days))


def search_day(begins: datetime) -> date:
    """The day for SEARCH SINCE, which ignores time and zone (RFC 3501, 6.4.4): a day earlier, to be sure."""
    return (begins.astimezone(UTC) - timedelta(days=1)).date()


def above(uids: Iterable[int], last_uid: int) -> list[int]:
    """The UIDs above a cursor: `n:*` gives the last message even when that is below n (RFC 3501, 6.4.8)."""
    return sorted(uid for uid in uids if uid > last_uid)


def next_cursor(last_uid: int, listed: Sequence[int], waiting: Collection[int]) -> int:
    """The highest UID up to which all is dealt with; a cursor never goes back."""
    if waiting:
        return max(last_uid, min(waiting) - 1)
    return max([last_uid, *listed])


def rest(failures: int, *, refused: bool) -> float:
    """Seconds before the next try to connect, after so many failures in a row; without jitter."""
    return REST_REFUSED if refused else min(REST_MOST, 2.0 ** min(failures - 1, 10))
