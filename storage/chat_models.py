"""The tables of what is said in Telegram, and of what agents are and do there."""

from tortoise import fields
from tortoise.models import Model

from storage.models import Client, Message, Ticket


class Bot(Model):
    """One of our bots: who it is, and when it was last heard of, so that a gap shows."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=16, unique=True)
    bot_id = fields.BigIntField(default=0)
    polled_at = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField(null=True)

    class Meta:
        table = "bots"


class Chat(Model):
    """A chat that a bot knows: a client's private one, a staff group, any other group.

    `ticket_id`: the one that the client has chosen at `chosen_at` for what he writes. `expects`: what his
    next message is, besides a message. `told_at`: when a group was told where requests are accepted.
    `left_at`: since when the bot is blocked or gone. `moved_to`: the supergroup that a group became.
    """

    id = fields.BigIntField(primary_key=True)
    bot = fields.CharField(max_length=16)
    chat_id = fields.BigIntField()
    client: fields.ForeignKeyNullableRelation[Client] = fields.ForeignKeyField(
        "otklik.Client", related_name="chats", on_delete=fields.CASCADE, null=True
    )
    client_id: int | None
    ticket_id = fields.BigIntField(null=True)
    chosen_at = fields.DatetimeField(null=True)
    expects: fields.JSONField[dict[str, object] | None] = fields.JSONField(null=True)
    told_at = fields.DatetimeField(null=True)
    left_at = fields.DatetimeField(null=True)
    moved_to = fields.BigIntField(null=True)

    class Meta:
        table = "chats"


class Topic(Model):
    """A ticket's place in a staff chat: a forum topic, or the card that others reply to.

    `posted_item`, `seen_event`: how far the ticket's messages and history are shown there. `left_at`: the
    ticket has moved to another chat, or the topic was deleted.
    """

    id = fields.BigIntField(primary_key=True)
    ticket: fields.ForeignKeyRelation[Ticket] = fields.ForeignKeyField(
        "otklik.Ticket", related_name="topics", on_delete=fields.CASCADE
    )
    ticket_id: int
    chat_id = fields.BigIntField()
    thread_id = fields.BigIntField(null=True)
    card_id = fields.BigIntField(null=True)
    pinned = fields.BooleanField(default=False)
    title = fields.CharField(max_length=128, default="")
    icon = fields.CharField(max_length=32, default="")
    card_sha256 = fields.CharField(max_length=64, default="")
    closed = fields.BooleanField(default=False)
    posted_item = fields.BigIntField(default=0)
    seen_event = fields.BigIntField(default=0)
    left_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "topics"


class Post(Model):
    """Which message in a chat stands for which item of a ticket's thread, or which delivery.

    `incoming`: somebody else wrote it, not our bot. `part`: its place among the messages that make up one
    item. `mark`: what is shown on it of its answer's delivery, or `pending`.
    """

    id = fields.BigIntField(primary_key=True)
    bot = fields.CharField(max_length=16)
    chat_id = fields.BigIntField()
    message_id = fields.BigIntField()
    ticket: fields.ForeignKeyNullableRelation[Ticket] = fields.ForeignKeyField(
        "otklik.Ticket", related_name="posts", on_delete=fields.CASCADE, null=True
    )
    ticket_id: int | None
    item: fields.ForeignKeyNullableRelation[Message] = fields.ForeignKeyField(
        "otklik.Message", related_name="posts", on_delete=fields.CASCADE, null=True
    )
    item_id: int | None
    delivery_id = fields.BigIntField(null=True)
    incoming = fields.BooleanField(default=False)
    album = fields.CharField(max_length=64, default="")
    part = fields.IntField(default=0)
    mark = fields.CharField(max_length=16, default="")
    at = fields.DatetimeField()

    class Meta:
        table = "posts"


class Attachment(Model):
    """A file that an agent sent with an answer; the bytes lie in the file store under their digest."""

    id = fields.BigIntField(primary_key=True)
    message: fields.ForeignKeyRelation[Message] = fields.ForeignKeyField(
        "otklik.Message", related_name="attachments", on_delete=fields.CASCADE
    )
    message_id: int
    name = fields.CharField(max_length=300)
    media_type = fields.CharField(max_length=100)
    size = fields.BigIntField()
    sha256 = fields.CharField(max_length=64)
    as_picture = fields.BooleanField(default=False)

    class Meta:
        table = "attachments"


class Code(Model):
    """A one-time code: `holder` may use it for `purpose`, and gets `subject` by it."""

    id = fields.BigIntField(primary_key=True)
    purpose = fields.CharField(max_length=16)
    subject = fields.CharField(max_length=320)
    holder = fields.CharField(max_length=320)
    digest = fields.CharField(max_length=64)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    tries = fields.IntField(default=0)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "codes"


class AgentAccount(Model):
    """The Telegram account that an agent enrolled with a one-time code."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=200, unique=True)
    telegram_id = fields.BigIntField(unique=True)
    enrolled_at = fields.DatetimeField()

    class Meta:
        table = "agent_accounts"


class Absence(Model):
    """When an agent is away, and who stands in for him."""

    id = fields.BigIntField(primary_key=True)
    agent = fields.CharField(max_length=200)
    substitute = fields.CharField(max_length=200, default="")
    since = fields.DatetimeField()
    until = fields.DatetimeField(null=True)
    noted_at = fields.DatetimeField()

    class Meta:
        table = "absences"


class TimeSpent(Model):
    """Working time that an agent has logged on a ticket; in seconds."""

    id = fields.BigIntField(primary_key=True)
    ticket: fields.ForeignKeyRelation[Ticket] = fields.ForeignKeyField(
        "otklik.Ticket", related_name="time_spent", on_delete=fields.CASCADE
    )
    ticket_id: int
    agent = fields.CharField(max_length=200)
    activity = fields.CharField(max_length=20)
    seconds = fields.IntField()
    at = fields.DatetimeField()
    note = fields.TextField(default="")

    class Meta:
        table = "time_spent"


class Recording(Model):
    """A recording of a call or a remote session; the bytes lie in the file store under their digest."""

    id = fields.BigIntField(primary_key=True)
    time_spent: fields.ForeignKeyRelation[TimeSpent] = fields.ForeignKeyField(
        "otklik.TimeSpent", related_name="recordings", on_delete=fields.CASCADE
    )
    time_spent_id: int
    name = fields.CharField(max_length=300)
    media_type = fields.CharField(max_length=100)
    size = fields.BigIntField()
    sha256 = fields.CharField(max_length=64)

    class Meta:
        table = "recordings"
