"""Rating a closure: the one place where stars are accepted, whichever way they came."""

import secrets
from datetime import datetime

from desk.rating import LOW, Closure, accepts_rating, check_stars
from storage.closures import ClosureNow, closure_now, latest_closure, set_rating
from storage.notices import HEADS, Notice, owe_notice
from storage.posts import CLIENTS
from storage.statements import fetch
from storage.tickets import Change, note_changes

INVITING = ("invitation", "rating-reminder", "rated")  # kinds of deliveries that stars may answer


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
    Heads are owed word of one or two stars at once, and again with a comment that comes later.
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
    worse = stars in LOW and (stars != closure.stars or new[1].strip() not in ("", closure.comment.strip()))
    if worse:
        facts = {"stars": stars, "comment": new[1]}
        key = f"low-rating:{closure.id}:{secrets.token_hex(8)}"
        await owe_notice(Notice(key, "low-rating", HEADS, facts, closure.ticket_id), at)
    return None


async def invitation_post(closure_id: int, ticket_id: int) -> int | None:
    """The message in its client's chat by which a closure can be rated, or None when there is none."""
    rows = await fetch(
        "SELECT p.message_id FROM deliveries d JOIN posts p ON p.delivery_id = d.id"
        " WHERE d.key = ? AND p.bot = ? ORDER BY p.part DESC, p.id DESC LIMIT 1",
        f"{ticket_id}:invitation:{closure_id}",
        CLIENTS,
    )
    return int(rows[0]["message_id"]) if rows else None


async def invited_last(chat_id: int) -> int | None:
    """The closed ticket that the last thing which we said in a chat asks to rate, or None."""
    rows = await fetch(
        "SELECT d.kind, p.ticket_id FROM posts p LEFT JOIN deliveries d ON d.id = p.delivery_id"
        " WHERE p.bot = ? AND p.chat_id = ? AND NOT p.incoming ORDER BY p.message_id DESC LIMIT 1",
        CLIENTS,
        chat_id,
    )
    return rows[0]["ticket_id"] if rows and rows[0]["kind"] in INVITING else None


def _words(stars: int | None, comment: str, satisfied: bool | None, recommend: bool | None) -> str:
    answers = {True: "yes", False: "no", None: "-"}
    words = f"{stars} stars, satisfied {answers[satisfied]}, recommend {answers[recommend]}"
    return f"{words}: {comment}" if comment else words


def _refused(closure: ClosureNow, at: datetime) -> str | None:
    return accepts_rating(Closure(closure.invited_at, closure.withdrawn_at), at)
