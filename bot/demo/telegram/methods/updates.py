"""getUpdates and webhooks: how a bot hears, and who may ask for it.

https://core.telegram.org/bots/api#getting-updates
"""

import asyncio
import re
from urllib.parse import urlsplit

from bot.demo.telegram.errors import ApiError, bad
from bot.demo.telegram.limits import Limits
from bot.demo.telegram.things import Bot, Json
from bot.demo.telegram.world import World

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


async def get_updates(world: World, bot: Bot, asked: Json, _limits: Limits | None) -> list[Json]:
    """What is new from `offset` on; whatever has a smaller number is forgotten."""
    if bot.webhook is not None:
        raise _conflict("can't use getUpdates method while webhook is active; "
                        "use deleteWebhook to delete the webhook first")  # fmt: skip
    if "allowed_updates" in asked:
        bot.allowed = set(asked["allowed_updates"]) or None
    if bot.poller is not None and not bot.poller.done():
        bot.poller.set_result("another")  # of two that ask, the one that asked first is sent away
    offset = asked.get("offset", 0)
    while bot.updates and offset > 0 and bot.updates[0]["update_id"] < offset:
        bot.updates.popleft()
    world.changed()
    if not bot.updates and asked.get("timeout", 0) > 0:
        await _news(world, bot, min(asked["timeout"], 50))
    limit = min(max(asked.get("limit", 100), 1), 100)
    return list(bot.updates)[:limit]


async def _news(world: World, bot: Bot, seconds: float) -> None:
    waiting = bot.poller = asyncio.get_running_loop().create_future()
    world.changed()
    try:
        async with asyncio.timeout(seconds):
            why = await waiting
    except TimeoutError:
        return
    finally:
        if bot.poller is waiting:
            bot.poller = None
    if why == "another":
        raise _conflict("terminated by other getUpdates request; "
                        "make sure that only one bot instance is running")  # fmt: skip
    if why == "webhook":
        raise _conflict("terminated by setWebhook request")


def set_webhook(world: World, bot: Bot, asked: Json, _: Limits | None) -> bool:
    """From now on updates are brought to an address."""
    if not asked["url"]:
        return delete_webhook(world, bot, asked, None)
    url = urlsplit(asked["url"])
    if url.scheme != "https" and url.hostname not in ("127.0.0.1", "localhost"):
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if not _SECRET.fullmatch(asked.get("secret_token") or "-"):
        raise bad("secret token contains unallowed characters")
    if "allowed_updates" in asked:
        bot.allowed = set(asked["allowed_updates"]) or None
    bot.webhook = {"url": asked["url"], "secret": asked.get("secret_token", ""), "error": "", "at": 0}
    _told(world, bot, asked)
    return True


def delete_webhook(world: World, bot: Bot, asked: Json, _: Limits | None) -> bool:
    """From now on the bot asks."""
    bot.webhook = None
    _told(world, bot, asked)
    return True


def get_webhook_info(_: World, bot: Bot, _asked: Json, _limits: Limits | None) -> Json:
    """Where updates are brought to, and how that goes."""
    found: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": len(bot.updates)}
    if bot.webhook is not None:
        found["url"] = bot.webhook["url"]
        if bot.webhook["error"]:
            found |= {"last_error_date": bot.webhook["at"], "last_error_message": bot.webhook["error"]}
    return found | ({"allowed_updates": sorted(bot.allowed)} if bot.allowed is not None else {})


def _told(world: World, bot: Bot, asked: Json) -> None:
    if asked.get("drop_pending_updates"):
        bot.updates.clear()
    if bot.poller is not None and not bot.poller.done():
        bot.poller.set_result("webhook")
    world.changed()


def _conflict(text: str) -> ApiError:
    return ApiError(409, f"Conflict: {text}")
