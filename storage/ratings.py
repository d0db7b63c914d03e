"""Rating a closure: the one place where stars are accepted, whichever way they came."""

from datetime import datetime

from desk.rating import Closure, accepts_rating, check_stars
from storage.closures import ClosureNow, closure_now, latest_closure, set_rating
from storage.tickets import Change, note_changes


async def open_invitation(ticket_id: int, at: datetime) -> int | None:
    """The closure of a ticket that can be rated at this moment (UTC), or None."""
    closure = await latest_closure(ticket_id)
    if closure is None or _refused(closure, at) is not None:
        return None
    return closure.id


async def rate(
    closure_id: int,
    at: datetime,
    via: str,
    who: str,
    *,
    stars: int,
    comment: str | None = None,
    satisfied: bool | None = None,
    recommend: bool | None = None,
) -> str | None:
    """Store a rating; the last word within the invitation counts, and the history keeps the earlier ones.

    Runs inside a writer's unit. `comment` None keeps what was said before, as do unanswered questions.
    Returns None, or why it was not accepted: "unknown", or a value of desk.rating.RatingRefused.
    Raises ValueError unless `stars` is from 1 to 5.
    """
    check_stars(stars)
    closure = await closure_now(closure_id, locked=True)
    if closure is None:
        return "unknown"
    refused = _refused(closure, at)
    if refused is not None:
        return refused
    new = (
        stars,
        closure.comment if comment is None else comment,
        closure.satisfied if satisfied is None else satisfied,
        closure.recommend if recommend is None else recommend,
    )
    old = (closure.stars, closure.comment, closure.satisfied, closure.recommend)
    if new == old:
        return None
    await set_rating(closure_id, at, via, stars=new[0], comment=new[1], satisfied=new[2], recommend=new[3])
    before = "" if closure.stars is None else _words(*old)
    await note_changes(closure.ticket_id, at, Change(who, "rated", before, _words(*new), via))
    return None


def _words(stars: int | None, comment: str, satisfied: bool | None, recommend: bool | None) -> str:
    answers = {True: "yes", False: "no", None: "-"}
    words = f"{stars} stars, satisfied {answers[satisfied]}, recommend {answers[recommend]}"
    return f"{words}: {comment}" if comment else words


def _refused(closure: ClosureNow, at: datetime) -> str | None:
    return accepts_rating(Closure(closure.invited_at, closure.withdrawn_at), at)
