"""What a refusal of Telegram's says of a ticket's place; all that it words so itself is in one table."""

from enum import Enum, auto

from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError


class Failure(Enum):
    """What failed, so that it is known what to do."""

    MIGRATED = auto()  # the group has become a supergroup
    NO_TOPIC = auto()  # the topic was deleted
    TOPIC_CLOSED = auto()
    NO_MESSAGE = auto()  # the card, or what is to be marked, was deleted
    SAME = auto()  # it is as we want it already
    NO_FORUM = auto()  # the chat has no topics
    CHAT = auto()  # the bot is out of the chat or may not do that there: nobody's message's fault
    REFUSED = auto()  # this one call, for what is in it
    ELSE = auto()  # the line, Telegram itself: see `bot.telegram.errors`


# As Telegram words it, in lower case; the first that is found counts.
_WORDED: tuple[tuple[str, Failure], ...] = (
    ("message thread not found", Failure.NO_TOPIC),
    ("topic_id_invalid", Failure.NO_TOPIC),
    ("topic_deleted", Failure.NO_TOPIC),
    ("topic_closed", Failure.TOPIC_CLOSED),
    ("message is not modified", Failure.SAME),
    ("topic_not_modified", Failure.SAME),
    ("message to edit not found", Failure.NO_MESSAGE),
    ("message to pin not found", Failure.NO_MESSAGE),
    ("message to react not found", Failure.NO_MESSAGE),
    ("message can't be edited", Failure.NO_MESSAGE),
    ("message_id_invalid", Failure.NO_MESSAGE),
    ("not a forum", Failure.NO_FORUM),
    ("chat_not_forum", Failure.NO_FORUM),
    ("only for supergroups", Failure.NO_FORUM),
    ("available only for supergroup", Failure.NO_FORUM),
    ("supergroups only", Failure.NO_FORUM),
    ("chat not found", Failure.CHAT),
    ("not enough rights", Failure.CHAT),
    ("have no rights", Failure.CHAT),
    ("need administrator rights", Failure.CHAT),
    ("chat_write_forbidden", Failure.CHAT),
    ("chat_admin_required", Failure.CHAT),
    ("group_deactivated", Failure.CHAT),
    ("group chat was deactivated", Failure.CHAT),
)


def failure(error: TelegramError) -> Failure:
    """What an error of the library says of a staff chat."""
    if isinstance(error, ChatMigrated):
        return Failure.MIGRATED
    if isinstance(error, Forbidden):
        return Failure.CHAT
    if not isinstance(error, BadRequest):
        return Failure.ELSE
    words = error.message.lower()
    return next((found for worded, found in _WORDED if worded in words), Failure.REFUSED)
