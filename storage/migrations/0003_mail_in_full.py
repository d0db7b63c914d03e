"""What mail in full keeps: who took a refused mail in, blocked clients, further participants, mailboxes.

Deliveries need no ticket any more (alarms to the agents have none), and their states got longer names.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor

BOTH = (
    "ALTER TABLE entries ADD COLUMN accepted_by VARCHAR(100) NOT NULL DEFAULT ''",
    "ALTER TABLE entries ADD COLUMN purged_at {moment}",
    "ALTER TABLE clients ADD COLUMN blocked_at {moment}",
    "ALTER TABLE clients ADD COLUMN blocked_by VARCHAR(100) NOT NULL DEFAULT ''",
    "ALTER TABLE clients ADD COLUMN blocked_why TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE clients ADD COLUMN erased_at {moment}",
    "ALTER TABLE messages ADD COLUMN automatic {boolean}",
    "ALTER TABLE messages ADD COLUMN authenticity VARCHAR(300) NOT NULL DEFAULT ''",
    """CREATE TABLE participants (
        id {id}, ticket_id BIGINT NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
        address VARCHAR(320) NOT NULL, added_by VARCHAR(100) NOT NULL, added_at {moment} NOT NULL,
        UNIQUE (ticket_id, address))""",
    """CREATE TABLE mailboxes (
        id {id}, name VARCHAR(100) NOT NULL UNIQUE, uidvalidity BIGINT NOT NULL DEFAULT 0,
        last_uid BIGINT NOT NULL DEFAULT 0, taken_in BIGINT NOT NULL DEFAULT 0, changed_at {moment})""",
)
SQLITE = {"moment": "TIMESTAMP", "boolean": "INT NOT NULL DEFAULT 0",
          "id": "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"}  # fmt: skip
POSTGRES = {"moment": "TIMESTAMPTZ", "boolean": "BOOLEAN NOT NULL DEFAULT FALSE",
            "id": "BIGSERIAL PRIMARY KEY"}  # fmt: skip
# SQLite changes no column in place. Nothing refers to deliveries, so the table may be put in its own place.
REBUILD = (
    """CREATE TABLE deliveries_rebuilt (
        "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
        "key" VARCHAR(100) NOT NULL UNIQUE,
        "kind" VARCHAR(32) NOT NULL,
        "channel" VARCHAR(16) NOT NULL,
        "recipient" VARCHAR(320) NOT NULL,
        "language" VARCHAR(8) NOT NULL,
        "state" VARCHAR(16) NOT NULL,
        "attempts" INT NOT NULL,
        "created_at" TIMESTAMP NOT NULL,
        "next_attempt_at" TIMESTAMP NOT NULL,
        "claimed_until" TIMESTAMP,
        "sent_at" TIMESTAMP,
        "message_id" VARCHAR(300) NOT NULL,
        "in_reply_to" VARCHAR(300) NOT NULL,
        "references" TEXT NOT NULL,
        "error" TEXT NOT NULL,
        "receipt" VARCHAR(300) NOT NULL,
        "facts" JSON NOT NULL,
        "content" BLOB,
        "ticket_id" BIGINT REFERENCES "tickets" ("id") ON DELETE CASCADE)""",
    """INSERT INTO deliveries_rebuilt SELECT "id", "key", "kind", "channel", "recipient", "language", "state",
        "attempts", "created_at", "next_attempt_at", "claimed_until", "sent_at", "message_id", "in_reply_to",
        "references", "error", "receipt", "facts", "content", "ticket_id" FROM deliveries""",
    "DROP TABLE deliveries",
    "ALTER TABLE deliveries_rebuilt RENAME TO deliveries",
    "CREATE INDEX deliveries_unfinished ON deliveries (recipient, id) WHERE state IN ('owed', 'sending')",
    "CREATE INDEX deliveries_state ON deliveries (state, next_attempt_at)",
    "CREATE INDEX deliveries_recipient ON deliveries (recipient, created_at)",
    "CREATE INDEX deliveries_message_id ON deliveries (message_id)",
    "CREATE INDEX deliveries_ticket ON deliveries (ticket_id)",
)
IN_PLACE = (
    "ALTER TABLE deliveries ALTER COLUMN ticket_id DROP NOT NULL",
    "ALTER TABLE deliveries ALTER COLUMN state TYPE VARCHAR(16)",
)


async def _forward(_apps: object, editor: BaseSchemaEditor) -> None:
    postgres = editor.client.capabilities.dialect == "postgres"
    words = POSTGRES if postgres else SQLITE
    for statement in (*BOTH, *(IN_PLACE if postgres else REBUILD)):
        await editor.client.execute_query(statement.format(**words))


class Migration(migrations.Migration):
    dependencies = [("otklik", "0002_indexes")]  # noqa: RUF012 - Tortoise reads a plain attribute

    operations = [ops.RunPython(_forward)]  # noqa: RUF012
