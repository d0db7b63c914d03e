"""What is kept of a person in Telegram besides his tickets: his chats, codes, messages by their numbers."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from tortoise.expressions import Q

from desk.channels import telegram_user
from storage.chat_models import Bot, Chat, Code, Post
from storage.faq_models import Offer

_CHAT = ("bot", "chat_id", "ticket_id", "chosen_at", "expects", "told_at", "left_at")
_POST = ("bot", "chat_id", "message_id", "ticket_id", "at")
_OFFER = ("entry", "place", "language", "ticket_id", "offered_at", "helped", "decided_at")
_CODE = ("purpose", "subject", "holder", "created_at", "expires_at", "tries", "used_at")


async def conversations(addresses: Sequence[str]) -> set[str]:
    """What entries keep of his private chats with our bots; `bot.telegram.updates` makes it so."""
    people = _people(addresses)
    bots = [int(one) for one in await Bot.all().values_list("bot_id", flat=True)] if people else []  # type: ignore[call-overload]
    named = (f"{bot}:{who}::{how}" for bot in bots for who in people for how in ("", "pressed"))
    return {sha256(one.encode()).hexdigest() for one in named}


async def kept_in_chats(addresses: Sequence[str], client_id: int | None) -> dict[str, list[dict[str, Any]]]:
    """His rows, to be handed out: `chats`, `chat_messages` by their numbers, `codes` but not their words,
    `faq_offers`.
    """
    people = _people(addresses)
    return {
        "chats": await Chat.filter(_his(people, client_id)).order_by("id").values(*_CHAT),
        "chat_messages": await Post.filter(chat_id__in=people).order_by("id").values(*_POST)
        if people
        else [],
        "codes": await Code.filter(_codes(addresses)).order_by("id").values(*_CODE),
        "faq_offers": await Offer.filter(_his(people, client_id)).order_by("id").values(*_OFFER),
    }


async def erase_in_chats(addresses: Sequence[str], client_id: int | None) -> None:
    """Delete his rows; inside the unit that erases him. What he was offered stays, as nobody's."""
    people = _people(addresses)
    await Chat.filter(_his(people, client_id)).delete()
    await Code.filter(_codes(addresses)).delete()
    nobody = {"client_id": None, "chat_id": None, "message_id": None, "ticket_id": None}
    await Offer.filter(_his(people, client_id)).update(**nobody)
    if people:
        await Post.filter(chat_id__in=people).delete()


def _people(addresses: Sequence[str]) -> list[int]:
    # The number of a private chat is that of the person in it.
    return [who for one in addresses if (who := telegram_user(one)) is not None]


def _his(people: Sequence[int], client_id: int | None) -> Q:
    return Q(chat_id__in=[*people, 0]) | Q(client_id=client_id or 0)


def _codes(addresses: Sequence[str]) -> Q:
    return Q(subject__in=list(addresses)) | Q(holder__in=list(addresses))
