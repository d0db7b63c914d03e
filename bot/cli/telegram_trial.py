"""Tries the bots: whether each token is good, whether updates can come, whether the staff chats are set up.

Nothing is said in any chat, and no update is asked for.
"""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.config import Settings

if TYPE_CHECKING:
    from bot.telegram.bot_api import BotAddress

_PATIENCE = 10.0  # seconds for one answer
_RIGHTS = (("can_manage_topics", "manage topics"), ("can_pin_messages", "pin messages"))

Trial = Callable[[], tuple[bool, str]]
"""Tries something: whether it is well, and what it is, or why not and what to do."""


class _Trouble(Exception):
    """Why something can't be had from Telegram, without the token."""


def telegram_trials(settings: Settings) -> Iterator[tuple[str, Trial]]:
    """What to try, by name: each bot, and each staff chat."""
    # Imported here: the other trials need no HTTP client.
    from bot.telegram.listening import addresses

    for address in addresses(settings):
        yield f"{address.name} bot", partial(_try_bot, address, settings)
        if address.name == "agents" and settings.telegram.agents is not None:
            agents = settings.telegram.agents
            for chat in dict.fromkeys((agents.staff_chat, *agents.lines.values())):
                yield f"chat {chat}", partial(_try_chat, address, chat)


def _try_bot(address: "BotAddress", settings: Settings) -> tuple[bool, str]:
    try:
        return asyncio.run(_bot(address, settings))
    except _Trouble as exc:
        return False, f"{exc}; see telegram.api and telegram.{address.name}.token"


def _try_chat(address: "BotAddress", number: int) -> tuple[bool, str]:
    try:
        return asyncio.run(_staff_chat(address, number))
    except _Trouble as exc:
        advice = "make the agents bot an administrator of that group; see telegram.agents.staff_chat"
        return False, f"{exc}; {advice}"


async def _bot(address: "BotAddress", settings: Settings) -> tuple[bool, str]:
    from bot.telegram.webhook import webhook_url

    me = await _asked(address, "getMe", {})
    name, hook = f"@{me.get('username', '')}", await _asked(address, "getWebhookInfo", {})
    ours = webhook_url(settings.web.public_url, address.name)
    is_set, error = hook.get("url", ""), hook.get("last_error_message", "")
    if settings.telegram.mode == "polling":
        if is_set not in ("", ours):
            advice = "another program serves this bot: take another bot, or stop it and delete its webhook"
            return False, f"{name}: a webhook is set for it; {advice}"
        return True, f"{name} answers"
    if is_set == ours and error:
        return False, f"{name}: Telegram can't bring updates to {ours}: {error}; see web.public_url"
    return True, f"{name} answers{'' if is_set == ours else '; the next start sets its webhook'}"


async def _staff_chat(address: "BotAddress", number: int) -> tuple[bool, str]:
    chat = await _asked(address, "getChat", {"chat_id": number})
    member = await _asked(address, "getChatMember", {"chat_id": number, "user_id": address.bot_id})
    title, has_topics = f"«{chat.get('title', '')}»", bool(chat.get("is_forum"))
    if member.get("status") not in ("administrator", "creator"):
        return False, f"{title}: the agents bot sees commands alone; make it an administrator"
    needed = _RIGHTS if has_topics else _RIGHTS[1:]
    missing = [words for right, words in needed if not member.get(right) and member["status"] != "creator"]
    if missing:
        return False, f"{title}: the agents bot may not {' nor '.join(missing)}; give it that right"
    if not has_topics:
        return True, f"{title} has no topics, so it works by replies; its settings can switch topics on"
    return True, f"{title}: a topic for each ticket"


async def _asked(address: "BotAddress", method: str, asked: dict[str, Any]) -> dict[str, Any]:
    """The result of a method that gives an object; raises _Trouble."""
    from bot.telegram.bot_api import UNREACHABLE, Refusal, ask_once

    try:
        found: dict[str, Any] = await ask_once(address, method, asked, _PATIENCE)
    except Refusal as exc:
        if exc.code in (401, 404):
            raise _Trouble("Telegram does not know its token; take the one that BotFather tells") from None
        raise _Trouble(f"Telegram refuses: {exc}") from None
    except UNREACHABLE as exc:
        # The name alone: the text of these errors holds the address, and so the token.
        raise _Trouble(f"{address.api} can't be reached ({type(exc).__name__})") from None
    return found
