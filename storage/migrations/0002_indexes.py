"""The indexes of the hot paths. Plain SQL: Tortoise makes no partial indexes on SQLite.

The partial ones hold unfinished rows only, so claiming work costs the same with 100,000 tickets as with none.
SQLite uses such an index only for a query that repeats its condition word by word, parameters do not count.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

INDEXES = (
    (
        "entries_unfinished",
        "entries (conversation, id) WHERE state IN ('recorded', 'processing')",
    ),
    ("entries_state", "entries (state, id)"),
    (
        "deliveries_unfinished",
        "deliveries (recipient, id) WHERE state IN ('owed', 'sending')",
    ),
    ("deliveries_state", "deliveries (state, next_attempt_at)"),
    ("deliveries_recipient", "deliveries (recipient, created_at)"),
    ("deliveries_message_id", "deliveries (message_id)"),
    ("deliveries_ticket", "deliveries (ticket_id)"),
    ("messages_ticket", "messages (ticket_id, id)"),
    ("messages_message_id", "messages (message_id)"),
    ("messages_content_key", "messages (content_key)"),
    ("screenshots_message", "screenshots (message_id)"),
    ("events_ticket", "events (ticket_id, id)"),
    ("closures_ticket", "closures (ticket_id, id)"),
    ("closures_client", "closures (client_id, invited_at)"),
    ("closures_closed_at", "closures (closed_at)"),
    ("closures_rated_at", "closures (rated_at)"),
    ("tickets_client", "tickets (client_id, id)"),
    ("tickets_state", "tickets (state, id)"),
    ("tickets_created_at", "tickets (created_at)"),
    ("addresses_client", "addresses (client_id)"),
)


class Migration(migrations.Migration):
    dependencies = [("otklik", "0001_initial")]  # noqa: RUF012 - Tortoise reads a plain attribute

    # One operation: Tortoise copies its picture of all tables for each.
    operations = [  # noqa: RUF012
        ops.RunSQL(
            "\n".join(f"CREATE INDEX {name} ON {columns};" for name, columns in INDEXES),
            reverse_sql="\n".join(f"DROP INDEX {name};" for name, _ in INDEXES),
        )
    ]
