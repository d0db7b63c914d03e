"""Methods that change what stands in a chat: edits, deletions, reactions, pins, answers to buttons."""

from bot.demo.telegram.access import chat_for, message_in
from bot.demo.telegram.errors import bad
from bot.demo.telegram.limits import Limits
from bot.demo.telegram.methods.markup import checked
from bot.demo.telegram.methods.messages import caption_content, text_content
from bot.demo.telegram.things import Bot, Chat, Json, Message
from bot.demo.telegram.world import World

ANSWERED_WITHIN = 900  # seconds for which a pressed button waits for its answer
DELETED_WITHIN = 48 * 3600
_REACTIONS = frozenset("👍👎❤🔥🥰👏😁🤔🤯😱🎉🙏👌🕊🤝👀💯✍🫡🤷😢😡🏆⚡")
_SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)


def edit_message_text(world: World, bot: Bot, asked: Json, _: Limits | None) -> Json:
    """Another text."""
    message = _editable(world, bot, asked)
    if "text" not in message.content:
        raise bad("there is no text in the message to edit")
    return _edited(world, bot, message, text_content(asked["text"], "MESSAGE_TOO_LONG"), asked)


def edit_message_caption(world: World, bot: Bot, asked: Json, _: Limits | None) -> Json:
    """Another caption."""
    message = _editable(world, bot, asked)
    if message.file is None:
        raise bad("there is no caption in the message to edit")
    return _edited(world, bot, message, caption_content(asked), asked)


def edit_message_reply_markup(world: World, bot: Bot, asked: Json, _: Limits | None) -> Json:
    """Other buttons."""
    message = _editable(world, bot, asked)
    return _edited(world, bot, message, message.content, asked)


def delete_message(world: World, bot: Bot, asked: Json, _: Limits | None) -> bool:
    """One message less."""
    chat = chat_for(world, bot, asked["chat_id"], writing=True)
    _delete(world, bot, chat, message_in(chat, asked["message_id"], "delete"))
    return True


def delete_messages(world: World, bot: Bot, asked: Json, _: Limits | None) -> bool:
    """Some messages less."""
    chat = chat_for(world, bot, asked["chat_id"], writing=True)
    if not 1 <= len(asked["message_ids"]) <= 100:
        raise bad("message identifiers are not specified")
    for number in asked["message_ids"]:
        if number in chat.messages:
            _delete(world, bot, chat, chat.messages[number])
    return True


def set_message_reaction(world: World, bot: Bot, asked: Json, _: Limits | None) -> bool:
    """A bot's reaction under a message; one, of those that everybody may use."""
    chat = chat_for(world, bot, asked["chat_id"], writing=True)
    message = message_in(chat, asked["message_id"], "react")
    wanted = asked.get("reaction") or []
    if len(wanted) > 1:
        raise bad("REACTIONS_TOO_MANY")
    if message.service or any(one.get("emoji", "").rstrip("\ufe0f") not in _REACTIONS for one in wanted):
        raise bad("REACTION_INVALID")
    message.reactions.pop(bot.id, None)
    for one in wanted:
        message.reactions[bot.id] = one["emoji"]
    world.changed()
    return True


def pin_chat_message(world: World, bot: Bot, asked: Json, _: Limits | None) -> bool:
    """Pin a message; Telegram says so in the chat."""
    chat = _pinning(world, bot, asked)
    message = message_in(chat, asked["message_id"], "pin")
    if message.service:
        raise bad("service messages can't be pinned")
    if message not in chat.pinned:
        chat.pinned.append(message)
        world.service(chat, bot.user, {"pinned_message": message}, message.thread)
    return True


def unpin_chat_message(world: World, bot: Bot, asked: Json, _: Limits | None) -> bool:
    """Pin a message no longer."""
    chat = _pinning(world, bot, asked)
    if "message_id" not in asked and not chat.pinned:
        raise bad("message to unpin not found")
    message = message_in(chat, asked["message_id"], "unpin") if "message_id" in asked else chat.pinned[-1]
    if message in chat.pinned:
        chat.pinned.remove(message)
    return True


def answer_callback_query(world: World, bot: Bot, asked: Json, _: Limits | None) -> bool:
    """Tell who pressed a button what has come of it."""
    pressed = bot.callbacks.get(asked["callback_query_id"])
    if pressed is None or pressed["answer"] is not None or world.now() - pressed["date"] > ANSWERED_WITHIN:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    if len(asked.get("text", "")) > 200:
        raise bad("MESSAGE_TOO_LONG")
    pressed["answer"] = {"text": asked.get("text", ""), "alert": bool(asked.get("show_alert"))}
    world.changed()
    return True


def _editable(world: World, bot: Bot, asked: Json) -> Message:
    chat = chat_for(world, bot, asked["chat_id"], writing=True)
    message = message_in(chat, asked["message_id"], "edit")
    if message.sender["id"] != bot.id or message.service or message.origin:
        raise bad("message can't be edited")
    return message


def _edited(world: World, bot: Bot, message: Message, content: Json, asked: Json) -> Json:
    markup = checked(asked.get("reply_markup"))
    if content == message.content and markup == message.markup:
        raise bad(_SAME)
    if content != message.content:
        message.edited = world.now()
    message.content, message.markup = content, markup
    message.readers.clear()
    world.changed()
    return message.told(bot)


def _delete(world: World, bot: Bot, chat: Chat, message: Message) -> None:
    own, fresh = message.sender["id"] == bot.id, world.now() - message.date <= DELETED_WITHIN
    if chat.type == "private":
        allowed = fresh
    else:
        allowed = chat.may(bot.id, "can_delete_messages") or (own and fresh and not message.service)
    if not allowed or "forum_topic_created" in message.content:
        raise bad("message can't be deleted")
    del chat.messages[message.id]
    if message in chat.pinned:
        chat.pinned.remove(message)
    world.changed()


def _pinning(world: World, bot: Bot, asked: Json) -> Chat:
    chat = chat_for(world, bot, asked["chat_id"], writing=True)
    if chat.type != "private" and not chat.may(bot.id, "can_pin_messages"):
        raise bad("not enough rights to manage pinned messages in the chat")
    return chat
