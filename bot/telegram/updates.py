"""An update as a record for the inbox: its key, and what it must stay in order with."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from bot.telegram.bot_api import BotAddress
from storage.inbox import Arrival

CLIENT_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
AGENT_UPDATES = (*CLIENT_UPDATES, "message_reaction", "chat_member")
_OLDEST = timedelta(hours=25)  # Telegram keeps an update for 24 hours


def arrival(address: BotAddress, update: dict[str, Any], now: datetime) -> Arrival:
    """The record of one update, unique by bot and number; `now` in UTC.

    A request counts as received when Telegram took it, for the client has no part in our downtime.
    """
    name = f"telegram:{address.bot_id}:{update['update_id']}"
    body = json.dumps(update, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return Arrival(
        key=sha256(name.encode()).hexdigest(),
        channel=address.channel,
        conversation=sha256(_conversation(address, update).encode("utf-8", "surrogatepass")).hexdigest(),
        envelope={"bot": address.name, "bot_id": address.bot_id, "update_id": update["update_id"]},
        body=body,
        received_at=_taken_at(update, now),
    )


def _conversation(address: BotAddress, update: dict[str, Any]) -> str:
    """What is processed in order: a chat, in a staff group a topic. Buttons don't wait behind messages.

    An update that is like none we know is a conversation of its own: it must be recorded all the same.
    """
    for kind, told in update.items():
        if not isinstance(told, dict):
            continue
        message = _object(told, "message") if kind == "callback_query" else told
        chat = _object(message, "chat")
        thread = message.get("message_thread_id", "") if chat.get("type") != "private" else ""
        pressed = "pressed" if kind == "callback_query" else ""
        return f"{address.bot_id}:{chat.get('id') or _object(told, 'from').get('id')}:{thread}:{pressed}"
    return f"{address.bot_id}:{update['update_id']}"


def _object(told: dict[str, Any], name: str) -> dict[str, Any]:
    found = told.get(name)
    return found if isinstance(found, dict) else {}


def _taken_at(update: dict[str, Any], now: datetime) -> datetime:
    message = update.get("message")
    date = message.get("date") if isinstance(message, dict) else None
    if not isinstance(date, int) or not now.timestamp() - _OLDEST.total_seconds() < date <= now.timestamp():
        return now
    return datetime.fromtimestamp(date, UTC)
