"""What Telegram needs: bots, chats, topics, messages by their numbers there, files, codes, absences, time."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor

STATEMENTS = (
    """CREATE TABLE bots (
        id {id}, name VARCHAR(16) NOT NULL UNIQUE, bot_id BIGINT NOT NULL DEFAULT 0,
        polled_at {moment}, updated_at {moment})""",
    """CREATE TABLE chats (
        id {id}, bot VARCHAR(16) NOT NULL, chat_id BIGINT NOT NULL,
        client_id BIGINT REFERENCES clients (id) ON DELETE CASCADE,
        ticket_id BIGINT, chosen_at {moment}, expects {json}, told_at {moment}, left_at {moment},
        moved_to BIGINT, UNIQUE (bot, chat_id))""",
    """CREATE TABLE topics (
        id {id}, ticket_id BIGINT NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
        chat_id BIGINT NOT NULL, thread_id BIGINT, card_id BIGINT, pinned {boolean},
        title VARCHAR(128) NOT NULL DEFAULT '', icon VARCHAR(32) NOT NULL DEFAULT '',
        card_sha256 VARCHAR(64) NOT NULL DEFAULT '', closed {boolean},
        posted_item BIGINT NOT NULL DEFAULT 0, seen_event BIGINT NOT NULL DEFAULT 0,
        left_at {moment}, created_at {moment} NOT NULL, UNIQUE (chat_id, thread_id))""",
    "CREATE INDEX topics_ticket ON topics (ticket_id)",
    """CREATE TABLE posts (
        id {id}, bot VARCHAR(16) NOT NULL, chat_id BIGINT NOT NULL, message_id BIGINT NOT NULL,
        ticket_id BIGINT REFERENCES tickets (id) ON DELETE CASCADE,
        item_id BIGINT REFERENCES messages (id) ON DELETE CASCADE, delivery_id BIGINT,
        incoming {boolean}, album VARCHAR(64) NOT NULL DEFAULT '', part INT NOT NULL DEFAULT 0,
        mark VARCHAR(16) NOT NULL DEFAULT '', at {moment} NOT NULL, UNIQUE (bot, chat_id, message_id))""",
    "CREATE INDEX posts_item ON posts (item_id)",
    "CREATE INDEX posts_delivery ON posts (delivery_id)",
    "CREATE INDEX posts_ticket ON posts (ticket_id)",
    "CREATE INDEX posts_album ON posts (album) WHERE album <> ''",
    "CREATE INDEX posts_unmarked ON posts (id) WHERE mark = 'pending'",
    """CREATE TABLE attachments (
        id {id}, message_id BIGINT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
        name VARCHAR(300) NOT NULL, media_type VARCHAR(100) NOT NULL, size BIGINT NOT NULL,
        sha256 VARCHAR(64) NOT NULL, as_picture {boolean})""",
    "CREATE INDEX attachments_message ON attachments (message_id)",
    "CREATE INDEX attachments_sha256 ON attachments (sha256)",
    """CREATE TABLE codes (
        id {id}, purpose VARCHAR(16) NOT NULL, subject VARCHAR(320) NOT NULL, holder VARCHAR(320) NOT NULL,
        digest VARCHAR(64) NOT NULL, created_at {moment} NOT NULL, expires_at {moment} NOT NULL,
        tries INT NOT NULL DEFAULT 0, used_at {moment})""",
    "CREATE INDEX codes_holder ON codes (purpose, holder)",
    """CREATE TABLE agent_accounts (
        id {id}, name VARCHAR(200) NOT NULL UNIQUE, telegram_id BIGINT NOT NULL UNIQUE,
        enrolled_at {moment} NOT NULL)""",
    """CREATE TABLE absences (
        id {id}, agent VARCHAR(200) NOT NULL, substitute VARCHAR(200) NOT NULL DEFAULT '',
        since {moment} NOT NULL, until {moment}, noted_at {moment} NOT NULL)""",
    "CREATE INDEX absences_agent ON absences (agent, since)",
    """CREATE TABLE time_spent (
        id {id}, ticket_id BIGINT NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
        agent VARCHAR(200) NOT NULL, activity VARCHAR(20) NOT NULL, seconds INT NOT NULL,
        at {moment} NOT NULL, note TEXT NOT NULL DEFAULT '')""",
    "CREATE INDEX time_spent_ticket ON time_spent (ticket_id)",
    "ALTER TABLE messages ADD COLUMN edited_at {moment}",
    "ALTER TABLE messages ADD COLUMN earlier {json}",
    "ALTER TABLE messages ADD COLUMN origin VARCHAR(300) NOT NULL DEFAULT ''",
    "ALTER TABLE messages ADD COLUMN withdrawn_at {moment}",
    "ALTER TABLE deliveries ADD COLUMN item_id BIGINT",
    "CREATE INDEX deliveries_item ON deliveries (item_id) WHERE item_id IS NOT NULL",
    "ALTER TABLE tickets ADD COLUMN warned_at {moment}",
    "ALTER TABLE tickets ADD COLUMN breached_at {moment}",
    "ALTER TABLE tickets ADD COLUMN resume_at {moment}",
    "ALTER TABLE tickets ADD COLUMN merged_into BIGINT",
    "ALTER TABLE closures ADD COLUMN reminded_at {moment}",
    "ALTER TABLE closures ADD COLUMN outcome VARCHAR(16) NOT NULL DEFAULT ''",
)
SQLITE = {"moment": "TIMESTAMP", "boolean": "INT NOT NULL DEFAULT 0", "json": "JSON",
          "id": "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"}  # fmt: skip
POSTGRES = {"moment": "TIMESTAMPTZ", "boolean": "BOOLEAN NOT NULL DEFAULT FALSE", "json": "JSONB",
            "id": "BIGSERIAL PRIMARY KEY"}  # fmt: skip


async def _forward(_apps: object, editor: BaseSchemaEditor) -> None:
    words = POSTGRES if editor.client.capabilities.dialect == "postgres" else SQLITE
    for statement in STATEMENTS:
        await editor.client.execute_query(statement.format(**words))


class Migration(migrations.Migration):
    dependencies = [("otklik", "0003_mail_in_full")]  # noqa: RUF012 - Tortoise reads a plain attribute

    operations = [ops.RunPython(_forward)]  # noqa: RUF012
