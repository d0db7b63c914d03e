"""What each method of the Bot API takes, and the reading of it; whatever else is sent is refused.

The real server passes over parameters that it does not know, so that a misspelt one is found by nobody.
https://core.telegram.org/bots/api#available-methods
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.demo.telegram.errors import misused

_TARGET = {"chat_id": "chat!", "message_thread_id": "int"}
_SENT = {
    **_TARGET,
    "reply_parameters": "reply",
    "reply_markup": "markup",
    "disable_notification": "bool",
    "protect_content": "bool",
}
_CAPTION = {"caption": "str", "caption_entities": "list"}
_MESSAGE = {"chat_id": "chat!", "message_id": "int!"}
_TOPIC = {"chat_id": "chat!", "message_thread_id": "int!"}
_PREVIEW = {"link_preview_options": "preview", "disable_web_page_preview": "bool"}  # the second is the older

# "!" marks what must be there.
METHODS: dict[str, dict[str, str]] = {
    "getMe": {},
    "getUpdates": {"offset": "int", "limit": "int", "timeout": "int", "allowed_updates": "list"},
    "setWebhook": {
        "url": "str!", "secret_token": "str", "allowed_updates": "list", "max_connections": "int",
        "drop_pending_updates": "bool", "ip_address": "str",
    },
    "deleteWebhook": {"drop_pending_updates": "bool"},
    "getWebhookInfo": {},
    "sendMessage": {**_SENT, **_PREVIEW, "text": "str!", "entities": "list"},
    "sendPhoto": {**_SENT, **_CAPTION, "photo": "file!", "has_spoiler": "bool"},
    "sendDocument": {
        **_SENT, **_CAPTION, "document": "file!", "thumbnail": "file",
        "disable_content_type_detection": "bool",
    },
    "sendVoice": {**_SENT, **_CAPTION, "voice": "file!", "duration": "int"},
    "sendVideo": {**_SENT, **_CAPTION, "video": "file!", "duration": "int"},
    "sendAudio": {**_SENT, **_CAPTION, "audio": "file!", "duration": "int"},
    "sendMediaGroup": {**{key: kind for key, kind in _SENT.items() if key != "reply_markup"},
                       "media": "media!"},
    "sendChatAction": {**_TARGET, "action": "str!"},
    "copyMessage": {**_SENT, **_CAPTION, "from_chat_id": "chat!", "message_id": "int!"},
    "forwardMessage": {**_TARGET, "from_chat_id": "chat!", "message_id": "int!",
                       "disable_notification": "bool"},
    "editMessageText": {**_MESSAGE, **_PREVIEW, "text": "str!", "entities": "list", "reply_markup": "inline"},
    "editMessageCaption": {**_MESSAGE, **_CAPTION, "reply_markup": "inline"},
    "editMessageReplyMarkup": {**_MESSAGE, "reply_markup": "inline"},
    "deleteMessage": _MESSAGE,
    "deleteMessages": {"chat_id": "chat!", "message_ids": "list!"},
    "setMessageReaction": {**_MESSAGE, "reaction": "list", "is_big": "bool"},
    "answerCallbackQuery": {
        "callback_query_id": "str!", "text": "str", "show_alert": "bool", "url": "str", "cache_time": "int",
    },
    "getFile": {"file_id": "str!"},
    "createForumTopic": {"chat_id": "chat!", "name": "str!", "icon_color": "int",
                         "icon_custom_emoji_id": "str"},
    "editForumTopic": {**_TOPIC, "name": "str", "icon_custom_emoji_id": "str"},
    "closeForumTopic": _TOPIC,
    "reopenForumTopic": _TOPIC,
    "deleteForumTopic": _TOPIC,
    "unpinAllForumTopicMessages": _TOPIC,
    "getForumTopicIconStickers": {},
    "pinChatMessage": {**_MESSAGE, "disable_notification": "bool"},
    "unpinChatMessage": {"chat_id": "chat!", "message_id": "int"},
    "getChat": {"chat_id": "chat!"},
    "getChatMember": {"chat_id": "chat!", "user_id": "int!"},
    "getChatAdministrators": {"chat_id": "chat!"},
    "getChatMemberCount": {"chat_id": "chat!"},
    "leaveChat": {"chat_id": "chat!"},
    "setMyCommands": {"commands": "list!", "scope": "object", "language_code": "str"},
    "deleteMyCommands": {"scope": "object", "language_code": "str"},
    "getMyCommands": {"scope": "object", "language_code": "str"},
    "setMyName": {"name": "str", "language_code": "str"},
    "setMyDescription": {"description": "str", "language_code": "str"},
    "setMyShortDescription": {"short_description": "str", "language_code": "str"},
}  # fmt: skip
BY_NAME = {name.lower(): name for name in METHODS}

_OBJECTS = {
    "reply": {"message_id", "chat_id", "allow_sending_without_reply", "quote", "quote_entities",
              "quote_position"},
    "preview": {"is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text"},
    "inline": {"inline_keyboard"},
    "markup": {"inline_keyboard", "keyboard", "resize_keyboard", "one_time_keyboard", "is_persistent",
               "input_field_placeholder", "selective", "remove_keyboard", "force_reply"},
}  # fmt: skip
_MEDIA = {"type", "media", "caption", "caption_entities", "has_spoiler", "thumbnail",
          "disable_content_type_detection"}  # fmt: skip
_NUMBER = re.compile(r"-?\d{1,19}")
_MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "photo": "there is no photo in the request",
    "document": "there is no document in the request",
    "file_id": "file_id not specified",
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a request."""

    name: str
    content: bytes
    media_type: str


def read(method: str, sent: Mapping[str, Any], uploads: Mapping[str, Upload]) -> dict[str, Any]:
    """The parameters of a request by their types; raises Misused for what is unknown, wrong or missing."""
    wanted = METHODS[method]
    if unknown := sorted({*sent} - {*wanted}):
        raise misused(f'unknown parameter "{unknown[0]}"')
    used: set[str] = set()
    found = {}
    for name, kind in wanted.items():
        value = sent.get(name)
        if kind.startswith("file") and name in uploads:
            found[name] = uploads[name]
            used.add(name)
        elif value is None or (value == "" and kind.endswith("!") and name != "url"):
            if kind.endswith("!"):
                raise misused(_MISSING.get(name, f'parameter "{name}" is required'))
        else:
            found[name] = _value(name, kind.rstrip("!"), value, uploads, used)
    if left := sorted({*uploads} - used):
        raise misused(f'the file "{left[0]}" is not used')
    return found


def _value(name: str, kind: str, value: Any, uploads: Mapping[str, Upload], used: set[str]) -> Any:
    match kind:
        case "int":
            return _number(name, value)
        case "chat":
            return value if isinstance(value, str) and value.startswith("@") else _number(name, value)
        case "str":
            return _of(name, value, str)
        case "bool":
            return _of(name, {"true": True, "false": False}.get(value, value), bool)
        case "file":
            return _file(name, value, uploads, used)
        case "media":
            return _media(name, _decoded(name, value, list), uploads, used)
        case "list":
            return _decoded(name, value, list)
    told = _decoded(name, value, dict)
    if kind in _OBJECTS:
        _only(name, told, _OBJECTS[kind])
    return told


def _number(name: str, value: Any) -> int:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value)
    return int(_of(name, value, int))


def _of(name: str, value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise misused(f'parameter "{name}" must be of type {kind.__name__}')
    return value


def _decoded(name: str, value: Any, kind: type) -> Any:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise misused(f"can't parse {name} JSON object") from None
    return _of(name, value, kind)


def _only(name: str, told: Mapping[str, Any], known: set[str]) -> None:
    if unknown := sorted({*told} - known):
        raise misused(f'unknown field "{unknown[0]}" in "{name}"')


def _file(name: str, value: Any, uploads: Mapping[str, Upload], used: set[str]) -> Upload | str:
    if not isinstance(value, str):
        raise misused(f'parameter "{name}" must be a file')
    if not value.startswith("attach://"):
        return value
    part = value.removeprefix("attach://")
    if part not in uploads:
        raise misused(f'the file "{part}" was not sent')
    used.add(part)
    return uploads[part]


def _media(
    name: str, items: list[Any], uploads: Mapping[str, Upload], used: set[str]
) -> list[dict[str, Any]]:
    found = []
    for item in items:
        told = dict(_of(name, item, dict))
        _only(name, told, _MEDIA)
        told["media"] = _file(name, told.get("media"), uploads, used)
        found.append(told)
    return found
