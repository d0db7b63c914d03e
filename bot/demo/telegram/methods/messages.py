"""Methods that say something: texts, pictures, files, albums; copying, forwarding."""

from collections.abc import Sequence
from typing import Any

from bot.demo.telegram.access import chat_for, message_in
from bot.demo.telegram.errors import ApiError, bad
from bot.demo.telegram.limits import Limits
from bot.demo.telegram.methods.markup import checked
from bot.demo.telegram.parameters import Upload
from bot.demo.telegram.things import Bot, Chat, File, Json, Message
from bot.demo.telegram.world import World, commands_in, length

TEXT_MOST, CAPTION_MOST = 4096, 1024
FILE_MOST = 50 << 20
_ACTIONS = ("typing", "upload_photo", "upload_document", "upload_video", "upload_voice", "record_voice")


def send_message(world: World, bot: Bot, asked: Json, limits: Limits | None) -> Json:
    """A text."""
    return _said(world, bot, asked, limits, [(text_content(asked["text"]), None)])[0].told(bot)


def send_photo(world: World, bot: Bot, asked: Json, limits: Limits | None) -> Json:
    """A picture."""
    return _with_file(world, bot, asked, limits, "photo")


def send_document(world: World, bot: Bot, asked: Json, limits: Limits | None) -> Json:
    """A file as it is."""
    return _with_file(world, bot, asked, limits, "document")


def send_voice(world: World, bot: Bot, asked: Json, limits: Limits | None) -> Json:
    """A voice message."""
    return _with_file(world, bot, asked, limits, "voice")


def send_video(world: World, bot: Bot, asked: Json, limits: Limits | None) -> Json:
    """A video."""
    return _with_file(world, bot, asked, limits, "video")


def send_audio(world: World, bot: Bot, asked: Json, limits: Limits | None) -> Json:
    """A piece of music, or a recording."""
    return _with_file(world, bot, asked, limits, "audio")


def send_media_group(world: World, bot: Bot, asked: Json, limits: Limits | None) -> list[Json]:
    """An album."""
    media = asked["media"]
    if not 2 <= len(media) <= 10:
        raise bad("Too many messages to send as an album" if len(media) > 10 else
                  "media group must include 2-10 items")  # fmt: skip
    kinds = {one.get("type") for one in media}
    if not kinds <= {"photo", "video", "document", "audio"}:
        raise bad("Can't parse InputMedia: type is unknown")
    if ("document" in kinds or "audio" in kinds) and len(kinds) > 1:
        raise bad("can't use the media of the specified type in the album")
    items = []
    for number, one in enumerate(media, 1):
        try:
            items.append((caption_content(one), _file(world, bot, one["type"], one["media"])))
        except ApiError as exc:
            words = exc.description.removeprefix("Bad Request: ")
            raise bad(f'failed to send message #{number} with the error message "{words}"') from exc
    album = str(10**16 + world.number())
    return [one.told(bot) for one in _said(world, bot, asked, limits, items, album)]


def copy_message(world: World, bot: Bot, asked: Json, limits: Limits | None) -> Json:
    """The same once more, without a word of where it comes from."""
    source = _source(world, bot, asked, "copy")
    content = dict(source.content)
    if "caption" in asked:
        content = caption_content(asked)
    return {"message_id": _said(world, bot, asked, limits, [(content, source.file)])[0].id}


def forward_message(world: World, bot: Bot, asked: Json, limits: Limits | None) -> Json:
    """The same once more, with its origin."""
    source = _source(world, bot, asked, "forward")
    (message,) = _said(world, bot, asked, limits, [(dict(source.content), source.file)])
    message.origin = {"type": "user", "date": source.date, "sender_user": source.sender}
    return message.told(bot)


def send_chat_action(world: World, bot: Bot, asked: Json, _: Limits | None) -> bool:
    """ "… is typing"."""
    if asked["action"] not in _ACTIONS:
        raise bad("wrong parameter action in request")
    chat = chat_for(world, bot, asked["chat_id"], writing=True)
    _thread(bot, chat, asked, None)
    return True


def text_content(text: str, too_long: str = "message is too long") -> Json:
    """A text, if Telegram takes it."""
    text = text.strip()
    if not text:
        raise bad("text must be non-empty")
    if length(text) > TEXT_MOST:
        raise bad(too_long)
    commands = commands_in(text)
    return {"text": text} | ({"entities": commands} if commands else {})


def caption_content(asked: Json) -> Json:
    """A caption, if there is one."""
    caption = (asked.get("caption") or "").strip()
    if length(caption) > CAPTION_MOST:
        raise bad("message caption is too long")
    return {"caption": caption} if caption else {}


def _with_file(world: World, bot: Bot, asked: Json, limits: Limits | None, kind: str) -> Json:
    file = _file(world, bot, kind, asked[kind])
    return _said(world, bot, asked, limits, [(caption_content(asked), file)])[0].told(bot)


def _file(world: World, bot: Bot, kind: str, given: Upload | str) -> File:
    if isinstance(given, Upload):
        if len(given.content) > FILE_MOST:
            raise ApiError(413, "Request Entity Too Large")
        return world.keep(kind, given.content, given.name, given.media_type)
    if given.startswith(("http://", "https://")):
        raise bad("failed to get HTTP URL content")
    owner, file = world.files.get(given, (None, None))
    if file is None or owner is not bot:
        raise bad("wrong file identifier/HTTP URL specified")
    if file.kind != kind:
        raise bad(f"can't use file of type {file.kind.title()} as {kind.title()}")
    return file


def _source(world: World, bot: Bot, asked: Json, what: str) -> Message:
    chat = chat_for(world, bot, asked["from_chat_id"], writing=False)
    source = message_in(chat, asked["message_id"], what)
    if source.service:
        raise bad(f"message can't be {'copied' if what == 'copy' else 'forwarded'}")
    return source


def _said(
    world: World, bot: Bot, asked: Json, limits: Limits | None,
    items: Sequence[tuple[Json, File | None]], album: str = "",
) -> list[Message]:  # fmt: skip
    """What all of them have in common: where, in answer to what, with which buttons, how fast."""
    chat = chat_for(world, bot, asked["chat_id"], writing=True)
    reply = _reply(chat, asked.get("reply_parameters"))
    thread = _thread(bot, chat, asked, reply)
    markup = checked(asked.get("reply_markup"))
    if limits is not None:
        limits.count(bot, chat, len(items))
    return [
        world.store(
            Message(chat, bot.user, world.now(), content, file=file, reply=reply, thread=thread, album=album,
                    markup=markup)
        )
        for content, file in items
    ]  # fmt: skip


def _reply(chat: Chat, asked: Json | None) -> Message | None:
    if not asked:
        return None
    found = chat.messages.get(asked.get("message_id", 0))
    if found is None and not asked.get("allow_sending_without_reply"):
        raise bad("message to be replied not found")
    return found


def _thread(bot: Bot, chat: Chat, asked: Json, reply: Message | None) -> int | None:
    thread: Any = asked.get("message_thread_id")
    if not chat.forum:
        if thread is not None:
            raise bad("message thread not found")
        return None
    thread = thread or (reply.thread if reply is not None else None)
    if thread is None:
        return None
    topic = chat.topics.get(thread)
    if topic is None:
        raise bad("message thread not found")
    if topic.closed:
        raise bad("TOPIC_CLOSED")
    return int(topic.id)
