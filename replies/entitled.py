"""What a client is told of his entitlement: why this level, how to get more, an old version, his curator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from desk.entitlement import Why
from desk.products import product_of
from replies.names import plain_line
from replies.texts import Block, Link
from replies.wording import Wording

if TYPE_CHECKING:
    from replies.compose import Desk

# Why a request is on a lower level than its client may expect: told in place of the bare promise.
_INSTEAD = (Why.EXPIRED, Why.NOT_BEGUN, Why.NOT_COVERED)
# Why the rules have given an open request another level.
_MOVED = (Why.VALID, Why.NO_CONTRACT, *_INSTEAD)


def promise_and_why(
    words: Wording, desk: Desk, facts: Mapping[str, Any], values: Mapping[str, str]
) -> Block | None:
    """The paragraph that gives level and deadline with the reason; None where there is none to be told.

    `values`: level, duration and deadline in words. Facts: entitlement {why, day, plan}.
    """
    entitled = facts.get("entitlement") or {}
    if entitled.get("why") not in _INSTEAD:
        return None
    return _reasoned(words, desk, entitled, f"entitlement.{_key(entitled)}", values)


def moved(words: Wording, desk: Desk, facts: Mapping[str, Any]) -> Block | None:
    """Why the rules have given another level; None where an agent did."""
    entitled = facts.get("entitlement") or {}
    if entitled.get("why") not in _MOVED:
        return None
    return _reasoned(words, desk, entitled, f"entitlement.moved.{_key(entitled)}", {})


def advice(words: Wording, desk: Desk, facts: Mapping[str, Any]) -> list[Block]:
    """The paragraphs on an old version and on who answers. Facts: outdated {product, version}, curator."""
    found = [_outdated(words, desk, facts.get("outdated")), _curator(words, desk, facts)]
    return [one for one in found if one is not None]


def _key(entitled: Mapping[str, Any]) -> str:
    return str(entitled["why"]).replace(" ", "-")


def _reasoned(
    words: Wording, desk: Desk, entitled: Mapping[str, Any], key: str, values: Mapping[str, str]
) -> Block:
    why, day = entitled["why"], entitled.get("day")
    if why == Why.NOT_COVERED:
        sentence = words.text(key, **values, **_plan(words, desk, str(entitled.get("plan") or "")))
        return Block((sentence,), _link(words, "entitlement.extend", desk.plans_url))
    dated = {"date": words.day(date.fromisoformat(day))} if day else {}
    sentence = words.text(key, **values, **dated)
    if why != Why.EXPIRED:
        return Block((sentence,))
    link = _link(words, "entitlement.renew", desk.renew_url)
    if link is None:
        return Block((f"{sentence} {words.text('entitlement.renewed.alone')}",))
    return Block((sentence,), link, after=words.text("entitlement.renewed"))


def _plan(words: Wording, desk: Desk, key: str) -> dict[str, str]:
    plan = desk.offering.plan(key)
    # One that has left the configuration since must not hold the letter up.
    title = plan.title(words.language, desk.default_language) if plan else key
    covers = [words.text(f"covers.{kind}") for kind in plan.covers] if plan else []
    return {"plan": words.quotable(title), "covers": words.row(covers) or "–"}


def _outdated(words: Wording, desk: Desk, named: Mapping[str, Any] | None) -> Block | None:
    product = product_of(desk.offering.products, str(named["product"])) if named else None
    if named is None or product is None:
        return None
    version = plain_line(str(named["version"]), 40)
    sentence = words.text("outdated.text", product=words.quotable(product.title), version=version)
    return Block((sentence,), _link(words, "outdated.update", product.update_url))


def _curator(words: Wording, desk: Desk, facts: Mapping[str, Any]) -> Block | None:
    name = plain_line(str(facts.get("curator") or ""))
    if not name:
        return None
    calendar = desk.calendars.get(desk.offering.agents.get(name, ""))
    hours = ""
    if calendar is not None:
        hours = words.opening_hours(calendar, datetime.fromisoformat(facts["due_at"]), inside=True)
    if not hours:
        return Block((words.text("curator.name", name=name),))
    return Block((words.text("curator.hours", name=name, hours=hours),))


def _link(words: Wording, key: str, url: str) -> Link | None:
    return Link(words.text(key, url=url), words.text(f"{key}.link"), url) if url else None
