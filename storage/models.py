"""The tables: what the desk remembers. Only `storage` knows them; other floors get frozen values."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class EntryState(StrEnum):
    """Where a recorded message stands. All but the first two are final."""

    RECORDED = "recorded"
    PROCESSING = "processing"
    DONE = "done"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    QUARANTINED = "quarantined"
    DISCARDED = "discarded"


class DeliveryState(StrEnum):
    """Where an owed delivery stands. `owed` and `sending` are unfinished, the others final."""

    OWED = "owed"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    CANCELLED = "cancelled"
    SUPPRESSED = "suppressed"
    UNDELIVERABLE = "undeliverable"


class Entry(Model):
    """The inbox: one foreign message as it came, and how far we are with it."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=64, unique=True)
    channel = fields.CharField(max_length=16)
    conversation = fields.CharField(max_length=64)
    state = fields.CharField(max_length=12, default=EntryState.RECORDED.value)
    attempts = fields.IntField(default=0)
    failures = fields.IntField(default=0)
    kills = fields.IntField(default=0)
    next_attempt_at = fields.DatetimeField()
    claimed_until = fields.DatetimeField(null=True)
    received_at = fields.DatetimeField()
    processed_at = fields.DatetimeField(null=True)
    ticket_id = fields.BigIntField(null=True)
    outcome = fields.CharField(max_length=200, default="")
    trouble = fields.TextField(default="")
    size = fields.IntField()
    envelope: fields.JSONField[dict[str, object]] = fields.JSONField()
    body_sha256 = fields.CharField(max_length=64, default="")
    body = fields.BinaryField(null=True)
    accepted_by = fields.CharField(max_length=100, default="")
    purged_at = fields.DatetimeField(null=True)

    class Meta:
        table = "entries"


class Client(Model):
    """A person who writes to the desk; registered when the directory knows him.

    `vocative`: how a Ukrainian letter addresses him; "" where that is not known.
    """

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=200, default="")
    registered = fields.BooleanField(default=False)
    language = fields.CharField(max_length=8, default="")
    created_at = fields.DatetimeField()
    blocked_at = fields.DatetimeField(null=True)
    blocked_by = fields.CharField(max_length=100, default="")
    blocked_why = fields.TextField(default="")
    erased_at = fields.DatetimeField(null=True)
    company_id = fields.BigIntField(null=True)
    vocative = fields.CharField(max_length=200, default="")

    class Meta:
        table = "clients"


class Address(Model):
    """One way to reach a client: a mail address in lower case."""

    id = fields.BigIntField(primary_key=True)
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField(
        "otklik.Client", related_name="addresses", on_delete=fields.CASCADE
    )
    client_id: int
    channel = fields.CharField(max_length=16, default="mail")
    address = fields.CharField(max_length=320, unique=True)

    class Meta:
        table = "addresses"


class Ticket(Model):
    """A numbered case. The number is `id`: the engine never gives one twice.

    `warned_at`, `breached_at`: the reaction deadline that agents were last told of, not when they were; the
    same for the resolution deadline. `level_facts`: what the rules of levels were asked (desk.service_level).
    `resolution`: the target by which it counts, as a promise is written. `planned_for`: when an improvement
    is to be there, as an agent has set it at `planned_at`. `company_id`: the client's company when it was
    opened.
    """

    id = fields.BigIntField(primary_key=True)
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField(
        "otklik.Client", related_name="tickets", on_delete=fields.RESTRICT
    )
    client_id: int
    state = fields.CharField(max_length=12)
    subject = fields.CharField(max_length=300, default="")
    channel = fields.CharField(max_length=16)
    language = fields.CharField(max_length=8)
    level = fields.CharField(max_length=40)
    promise = fields.CharField(max_length=40)
    kind = fields.CharField(max_length=16, null=True)
    priority = fields.IntField(null=True)
    line = fields.CharField(max_length=40, default="first")
    assignee = fields.CharField(max_length=100, null=True)
    created_at = fields.DatetimeField()
    reaction_due_at = fields.DatetimeField()
    reacted_at = fields.DatetimeField(null=True)
    reacted_by = fields.CharField(max_length=100, null=True)
    closed_at = fields.DatetimeField(null=True)
    follow_up_of = fields.BigIntField(null=True)
    merged_into = fields.BigIntField(null=True)
    resume_at = fields.DatetimeField(null=True)
    warned_at = fields.DatetimeField(null=True)
    breached_at = fields.DatetimeField(null=True)
    company_id = fields.BigIntField(null=True)
    level_facts: fields.JSONField[dict[str, object] | None] = fields.JSONField(null=True)
    product = fields.CharField(max_length=40, default="")
    version = fields.CharField(max_length=40, default="")
    stage = fields.CharField(max_length=20, default="")
    resolution = fields.CharField(max_length=60, default="")
    resolution_due_at = fields.DatetimeField(null=True)
    resolution_warned_at = fields.DatetimeField(null=True)
    resolution_breached_at = fields.DatetimeField(null=True)
    planned_for = fields.DatetimeField(null=True)
    planned_at = fields.DatetimeField(null=True)

    class Meta:
        table = "tickets"


class Message(Model):
    """Any item in a ticket's thread: `in` from the client, `out` to him, `note` internal."""

    id = fields.BigIntField(primary_key=True)
    ticket: fields.ForeignKeyRelation[Ticket] = fields.ForeignKeyField(
        "otklik.Ticket", related_name="messages", on_delete=fields.CASCADE
    )
    ticket_id: int
    direction = fields.CharField(max_length=4)
    author = fields.CharField(max_length=200, default="")
    address = fields.CharField(max_length=320, default="")
    text = fields.TextField()
    new_text = fields.TextField(default="")
    message_id = fields.CharField(max_length=300, default="")
    at = fields.DatetimeField()
    entry_id = fields.BigIntField(null=True)
    content_key = fields.CharField(max_length=64, default="")
    declined: fields.JSONField[list[dict[str, object]]] = fields.JSONField(default=list)
    shares: fields.JSONField[list[str]] = fields.JSONField(default=list)
    automatic = fields.BooleanField(default=False)
    authenticity = fields.CharField(max_length=300, default="")
    origin = fields.CharField(max_length=300, default="")
    edited_at = fields.DatetimeField(null=True)
    earlier: fields.JSONField[list[dict[str, str]] | None] = fields.JSONField(null=True)
    withdrawn_at = fields.DatetimeField(null=True)

    class Meta:
        table = "messages"


class Participant(Model):
    """A person besides the client who takes part in a ticket, because an agent added him."""

    id = fields.BigIntField(primary_key=True)
    ticket: fields.ForeignKeyRelation[Ticket] = fields.ForeignKeyField(
        "otklik.Ticket", related_name="participants", on_delete=fields.CASCADE
    )
    ticket_id: int
    address = fields.CharField(max_length=320)
    added_by = fields.CharField(max_length=100)
    added_at = fields.DatetimeField()

    class Meta:
        table = "participants"


class Mailbox(Model):
    """How far a mailbox was read: UIDs up to `last_uid` of this UIDVALIDITY were recorded."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=100, unique=True)
    uidvalidity = fields.BigIntField(default=0)
    last_uid = fields.BigIntField(default=0)
    taken_in = fields.BigIntField(default=0)
    changed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "mailboxes"


class Screenshot(Model):
    """An image on a message; the bytes lie in the file store under their digest."""

    id = fields.BigIntField(primary_key=True)
    message: fields.ForeignKeyRelation[Message] = fields.ForeignKeyField(
        "otklik.Message", related_name="screenshots", on_delete=fields.CASCADE
    )
    message_id: int
    name = fields.CharField(max_length=300)
    media_type = fields.CharField(max_length=20)
    width = fields.IntField()
    height = fields.IntField()
    size = fields.IntField()
    sha256 = fields.CharField(max_length=64)
    thumbnail = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "screenshots"


class Event(Model):
    """The history: every change to a ticket, with who, when and why."""

    id = fields.BigIntField(primary_key=True)
    ticket: fields.ForeignKeyRelation[Ticket] = fields.ForeignKeyField(
        "otklik.Ticket", related_name="events", on_delete=fields.CASCADE
    )
    ticket_id: int
    at = fields.DatetimeField()
    who = fields.CharField(max_length=100)
    what = fields.CharField(max_length=40)
    before = fields.CharField(max_length=300, default="")
    after = fields.CharField(max_length=300, default="")
    why = fields.TextField(default="")

    class Meta:
        table = "events"


class Delivery(Model):
    """The outbox: what is owed to whom. `key` makes each intent unique; `content` is fixed once composed."""

    id = fields.BigIntField(primary_key=True)
    ticket: fields.ForeignKeyNullableRelation[Ticket] = fields.ForeignKeyField(
        "otklik.Ticket", related_name="deliveries", on_delete=fields.CASCADE, null=True
    )
    ticket_id: int | None
    key = fields.CharField(max_length=100, unique=True)
    kind = fields.CharField(max_length=32)
    channel = fields.CharField(max_length=16)
    recipient = fields.CharField(max_length=320)
    language = fields.CharField(max_length=8)
    state = fields.CharField(max_length=16, default=DeliveryState.OWED.value)
    attempts = fields.IntField(default=0)
    created_at = fields.DatetimeField()
    next_attempt_at = fields.DatetimeField()
    claimed_until = fields.DatetimeField(null=True)
    sent_at = fields.DatetimeField(null=True)
    message_id = fields.CharField(max_length=300)
    in_reply_to = fields.CharField(max_length=300, default="")
    references = fields.TextField(default="")
    error = fields.TextField(default="")
    receipt = fields.CharField(max_length=300, default="")
    facts: fields.JSONField[dict[str, object]] = fields.JSONField()
    content = fields.BinaryField(null=True)
    item_id = fields.BigIntField(null=True)

    class Meta:
        table = "deliveries"


class Closure(Model):
    """One closing of a ticket, its rating invitation and what the client said."""

    id = fields.BigIntField(primary_key=True)
    ticket: fields.ForeignKeyRelation[Ticket] = fields.ForeignKeyField(
        "otklik.Ticket", related_name="closures", on_delete=fields.CASCADE
    )
    ticket_id: int
    client_id = fields.BigIntField()
    closed_at = fields.DatetimeField()
    closed_by = fields.CharField(max_length=100)
    not_invited = fields.CharField(max_length=40, default="")
    invited_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)
    withdrawn_at = fields.DatetimeField(null=True)
    stars = fields.IntField(null=True)
    comment = fields.TextField(default="")
    satisfied = fields.BooleanField(null=True)
    recommend = fields.BooleanField(null=True)
    rated_at = fields.DatetimeField(null=True)
    rated_via = fields.CharField(max_length=16, default="")
    outcome = fields.CharField(max_length=16, default="")
    reminded_at = fields.DatetimeField(null=True)

    class Meta:
        table = "closures"
