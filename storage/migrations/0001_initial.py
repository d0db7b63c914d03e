"""The first schema, as Tortoise wrote it; without table comments, which its SQLite editor splits at a semicolon."""

# ruff: noqa: E501, RUF012
import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Client",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.CharField(default="", max_length=200)),
                ("registered", fields.BooleanField(default=False)),
                ("language", fields.CharField(default="", max_length=8)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "clients", "app": "otklik", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Address",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "client",
                    fields.ForeignKeyField(
                        "otklik.Client",
                        source_field="client_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="addresses",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("channel", fields.CharField(default="mail", max_length=16)),
                ("address", fields.CharField(unique=True, max_length=320)),
            ],
            options={"table": "addresses", "app": "otklik", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Entry",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("key", fields.CharField(unique=True, max_length=64)),
                ("channel", fields.CharField(max_length=16)),
                ("conversation", fields.CharField(max_length=64)),
                ("state", fields.CharField(default="recorded", max_length=12)),
                ("attempts", fields.IntField(default=0)),
                ("failures", fields.IntField(default=0)),
                ("kills", fields.IntField(default=0)),
                ("next_attempt_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("claimed_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("received_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("processed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ticket_id", fields.BigIntField(null=True)),
                ("outcome", fields.CharField(default="", max_length=200)),
                ("trouble", fields.TextField(default="", unique=False)),
                ("size", fields.IntField()),
                (
                    "envelope",
                    fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                ("body_sha256", fields.CharField(default="", max_length=64)),
                ("body", fields.BinaryField(null=True)),
            ],
            options={"table": "entries", "app": "otklik", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Ticket",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "client",
                    fields.ForeignKeyField(
                        "otklik.Client",
                        source_field="client_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="tickets",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("state", fields.CharField(max_length=12)),
                ("subject", fields.CharField(default="", max_length=300)),
                ("channel", fields.CharField(max_length=16)),
                ("language", fields.CharField(max_length=8)),
                ("level", fields.CharField(max_length=40)),
                ("promise", fields.CharField(max_length=40)),
                ("kind", fields.CharField(null=True, max_length=16)),
                ("priority", fields.IntField(null=True)),
                ("line", fields.CharField(default="first", max_length=40)),
                ("assignee", fields.CharField(null=True, max_length=100)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("reaction_due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("reacted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("reacted_by", fields.CharField(null=True, max_length=100)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("follow_up_of", fields.BigIntField(null=True)),
            ],
            options={"table": "tickets", "app": "otklik", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Closure",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "ticket",
                    fields.ForeignKeyField(
                        "otklik.Ticket",
                        source_field="ticket_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="closures",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("client_id", fields.BigIntField()),
                ("closed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("closed_by", fields.CharField(max_length=100)),
                ("not_invited", fields.CharField(default="", max_length=40)),
                ("invited_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("withdrawn_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("stars", fields.IntField(null=True)),
                ("comment", fields.TextField(default="", unique=False)),
                ("satisfied", fields.BooleanField(null=True)),
                ("recommend", fields.BooleanField(null=True)),
                ("rated_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("rated_via", fields.CharField(default="", max_length=16)),
            ],
            options={"table": "closures", "app": "otklik", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Delivery",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "ticket",
                    fields.ForeignKeyField(
                        "otklik.Ticket",
                        source_field="ticket_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="deliveries",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("key", fields.CharField(unique=True, max_length=100)),
                ("kind", fields.CharField(max_length=32)),
                ("channel", fields.CharField(max_length=16)),
                ("recipient", fields.CharField(max_length=320)),
                ("language", fields.CharField(max_length=8)),
                ("state", fields.CharField(default="owed", max_length=12)),
                ("attempts", fields.IntField(default=0)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("next_attempt_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("claimed_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("sent_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("message_id", fields.CharField(max_length=300)),
                ("in_reply_to", fields.CharField(default="", max_length=300)),
                ("references", fields.TextField(default="", unique=False)),
                ("error", fields.TextField(default="", unique=False)),
                ("receipt", fields.CharField(default="", max_length=300)),
                (
                    "facts",
                    fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                ("content", fields.BinaryField(null=True)),
            ],
            options={"table": "deliveries", "app": "otklik", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Event",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "ticket",
                    fields.ForeignKeyField(
                        "otklik.Ticket",
                        source_field="ticket_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="events",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("who", fields.CharField(max_length=100)),
                ("what", fields.CharField(max_length=40)),
                ("before", fields.CharField(default="", max_length=300)),
                ("after", fields.CharField(default="", max_length=300)),
                ("why", fields.TextField(default="", unique=False)),
            ],
            options={"table": "events", "app": "otklik", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Message",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "ticket",
                    fields.ForeignKeyField(
                        "otklik.Ticket",
                        source_field="ticket_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="messages",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("direction", fields.CharField(max_length=4)),
                ("author", fields.CharField(default="", max_length=200)),
                ("address", fields.CharField(default="", max_length=320)),
                ("text", fields.TextField(unique=False)),
                ("new_text", fields.TextField(default="", unique=False)),
                ("message_id", fields.CharField(default="", max_length=300)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("entry_id", fields.BigIntField(null=True)),
                ("content_key", fields.CharField(default="", max_length=64)),
                (
                    "declined",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "shares",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
            ],
            options={"table": "messages", "app": "otklik", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Screenshot",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "message",
                    fields.ForeignKeyField(
                        "otklik.Message",
                        source_field="message_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="screenshots",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=300)),
                ("media_type", fields.CharField(max_length=20)),
                ("width", fields.IntField()),
                ("height", fields.IntField()),
                ("size", fields.IntField()),
                ("sha256", fields.CharField(max_length=64)),
                ("thumbnail", fields.CharField(null=True, max_length=64)),
            ],
            options={"table": "screenshots", "app": "otklik", "pk_attr": "id"},
            bases=["Model"],
        ),
    ]
