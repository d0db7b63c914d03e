"""Methods about forum topics."""

from bot.demo.telegram.access import chat_for
from bot.demo.telegram.errors import bad
from bot.demo.telegram.limits import Limits
from bot.demo.telegram.things import Bot, Chat, Json, Topic
from bot.demo.telegram.world import World

COLORS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)
NAME_MOST = 128


def create_forum_topic(world: World, bot: Bot, asked: Json, limits: Limits | None) -> Json:
    """A new topic."""
    chat = _forum(world, bot, asked)
    if not chat.may(bot.id, "can_manage_topics"):
        raise bad("not enough rights to create a topic")
    name = _name(asked["name"])
    color = asked.get("icon_color", COLORS[0])
    if color not in COLORS:
        raise bad("invalid topic icon color specified")
    if limits is not None:
        limits.count(bot, chat, 1)
    return world.begin_topic(chat, bot.user, name, color, asked.get("icon_custom_emoji_id", "")).told()


def edit_forum_topic(world: World, bot: Bot, asked: Json, _: Limits | None) -> bool:
    """Another name, another icon."""
    chat, topic = _topic(world, bot, asked, "edit")
    name = _name(asked["name"]) if asked.get("name") else topic.name
    emoji = asked.get("icon_custom_emoji_id", topic.emoji)
    if (name, emoji) == (topic.name, topic.emoji):
        raise bad("TOPIC_NOT_MODIFIED")
    told = {"name": name} if name != topic.name else {}
    told |= {"icon_custom_emoji_id": emoji} if emoji != topic.emoji else {}
    topic.name, topic.emoji = name, emoji
    world.service(chat, bot.user, {"forum_topic_edited": told}, topic.id)
    return True


def close_forum_topic(world: World, bot: Bot, asked: Json, _: Limits | None) -> bool:
    """Nobody writes there any more."""
    return _closed(world, bot, asked, closed=True)


def reopen_forum_topic(world: World, bot: Bot, asked: Json, _: Limits | None) -> bool:
    """It goes on."""
    return _closed(world, bot, asked, closed=False)


def delete_forum_topic(world: World, bot: Bot, asked: Json, _: Limits | None) -> bool:
    """The topic and everything in it is gone."""
    chat, topic = _topic(world, bot, asked, "delete", "can_delete_messages")
    remove_topic(world, chat, topic.id)
    return True


def unpin_all_forum_topic_messages(world: World, bot: Bot, asked: Json, _: Limits | None) -> bool:
    """Nothing is pinned in the topic."""
    chat, topic = _topic(world, bot, asked, "pin", "can_pin_messages")
    chat.pinned[:] = [one for one in chat.pinned if one.thread != topic.id]
    return True


def get_forum_topic_icon_stickers(_world: World, _bot: Bot, _asked: Json, _: Limits | None) -> list[Json]:
    """There are none here."""
    return []


def remove_topic(world: World, chat: Chat, thread: int) -> None:
    """A topic goes with all that was said in it; no bot is told."""
    del chat.topics[thread]
    for number in [one.id for one in chat.messages.values() if one.thread == thread]:
        del chat.messages[number]
    chat.pinned[:] = [one for one in chat.pinned if one.thread != thread]
    world.changed()


def set_closed(world: World, chat: Chat, actor: Json, topic: Topic, *, closed: bool) -> None:
    """A topic is closed or goes on; Telegram says so in it."""
    if topic.closed == closed:
        raise bad("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    said: Json = {"forum_topic_closed" if closed else "forum_topic_reopened": {}}
    world.service(chat, actor, said, topic.id)


def _closed(world: World, bot: Bot, asked: Json, *, closed: bool) -> bool:
    chat, topic = _topic(world, bot, asked, "close or reopen")
    set_closed(world, chat, bot.user, topic, closed=closed)
    return True


def _forum(world: World, bot: Bot, asked: Json) -> Chat:
    chat = chat_for(world, bot, asked["chat_id"], writing=True)
    if not chat.forum:
        raise bad("the chat is not a forum")
    return chat


def _topic(
    world: World, bot: Bot, asked: Json, what: str, right: str = "can_manage_topics"
) -> tuple[Chat, Topic]:
    chat = _forum(world, bot, asked)
    topic = chat.topics.get(asked["message_thread_id"])
    if topic is None:
        raise bad("TOPIC_ID_INVALID")
    if not chat.may(bot.id, right) and not (right == "can_manage_topics" and topic.creator == bot.id):
        raise bad(f"not enough rights to {what} the topic")
    return chat, topic


def _name(asked: str) -> str:
    name = asked.strip()
    if not name:
        raise bad("TOPIC_TITLE_EMPTY")
    if len(name) > NAME_MOST:
        raise bad("TOPIC_TITLE_TOO_LONG")
    return name
