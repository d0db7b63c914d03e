"""The table of what was offered of the FAQ."""

from tortoise import fields
from tortoise.models import Model


class Offer(Model):
    """An FAQ entry that a client was shown, where, and whether it helped; `helped` None: he has not said.

    `place`: `chat` before his request was opened, `confirmation`, `agent` in an answer. `message_id`: of the
    client's own message in the chat, for which it was found.
    """

    id = fields.BigIntField(primary_key=True)
    entry = fields.CharField(max_length=100)
    place = fields.CharField(max_length=16)
    language = fields.CharField(max_length=8)
    client_id = fields.BigIntField(null=True)
    ticket_id = fields.BigIntField(null=True)
    chat_id = fields.BigIntField(null=True)
    message_id = fields.BigIntField(null=True)
    offered_at = fields.DatetimeField()
    helped = fields.BooleanField(null=True)
    decided_at = fields.DatetimeField(null=True)

    class Meta:
        table = "offers"
