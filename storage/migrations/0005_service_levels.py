"""What service levels in full need: companies, contracts, pauses, resolution, stages, recordings, FAQ."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor

STATEMENTS = (
    # --- the directory ---
    """CREATE TABLE companies (
        id {id}, registration VARCHAR(64) NOT NULL UNIQUE, name VARCHAR(200) NOT NULL,
        curator VARCHAR(200) NOT NULL DEFAULT '', created_at {moment} NOT NULL)""",
    "CREATE INDEX companies_name ON companies (name)",
    """CREATE TABLE contracts (
        id {id}, company_id BIGINT NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
        level VARCHAR(40) NOT NULL DEFAULT '', plan VARCHAR(40) NOT NULL DEFAULT '',
        valid_from DATE NOT NULL, valid_to DATE)""",
    "CREATE INDEX contracts_company ON contracts (company_id, valid_from)",
    """CREATE TABLE company_domains (
        id {id}, company_id BIGINT NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
        domain VARCHAR(253) NOT NULL UNIQUE)""",
    "CREATE INDEX company_domains_company ON company_domains (company_id)",
    """CREATE TABLE company_products (
        id {id}, company_id BIGINT NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
        product VARCHAR(40) NOT NULL, registration VARCHAR(64) NOT NULL DEFAULT '',
        version VARCHAR(40) NOT NULL DEFAULT '', UNIQUE (company_id, product))""",
    """CREATE TABLE company_lines (
        id {id}, company_id BIGINT NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
        line VARCHAR(40) NOT NULL, connected_at {moment} NOT NULL, disconnected_at {moment})""",
    "CREATE INDEX company_lines_company ON company_lines (company_id, line)",
    """CREATE TABLE company_notes (
        id {id}, company_id BIGINT NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
        author VARCHAR(200) NOT NULL, text TEXT NOT NULL, at {moment} NOT NULL)""",
    "CREATE INDEX company_notes_company ON company_notes (company_id)",
    "ALTER TABLE clients ADD COLUMN company_id BIGINT REFERENCES companies (id) ON DELETE SET NULL",
    "ALTER TABLE clients ADD COLUMN vocative VARCHAR(200) NOT NULL DEFAULT ''",
    "CREATE INDEX clients_company ON clients (company_id) WHERE company_id IS NOT NULL",
    # --- what a ticket is entitled to, and its clocks ---
    "ALTER TABLE tickets ADD COLUMN company_id BIGINT",
    "ALTER TABLE tickets ADD COLUMN level_facts {json}",
    "ALTER TABLE tickets ADD COLUMN product VARCHAR(40) NOT NULL DEFAULT ''",
    "ALTER TABLE tickets ADD COLUMN version VARCHAR(40) NOT NULL DEFAULT ''",
    "ALTER TABLE tickets ADD COLUMN stage VARCHAR(20) NOT NULL DEFAULT ''",
    "ALTER TABLE tickets ADD COLUMN resolution VARCHAR(60) NOT NULL DEFAULT ''",
    "ALTER TABLE tickets ADD COLUMN resolution_due_at {moment}",
    "ALTER TABLE tickets ADD COLUMN resolution_warned_at {moment}",
    "ALTER TABLE tickets ADD COLUMN resolution_breached_at {moment}",
    "ALTER TABLE tickets ADD COLUMN planned_for {moment}",
    "ALTER TABLE tickets ADD COLUMN planned_at {moment}",
    "CREATE INDEX tickets_company ON tickets (company_id) WHERE company_id IS NOT NULL",
    """CREATE TABLE pauses (
        id {id}, ticket_id BIGINT NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
        state VARCHAR(12) NOT NULL, since {moment} NOT NULL, until {moment})""",
    "CREATE INDEX pauses_ticket ON pauses (ticket_id)",
    # Tickets that wait already stand still since they were last made to.
    """INSERT INTO pauses (ticket_id, state, since) SELECT t.id, t.state, COALESCE(
        (SELECT MAX(e.at) FROM events e WHERE e.ticket_id = t.id
            AND (e.what = 'postponed' OR (e.what = 'state' AND e.after = t.state))), t.created_at)
        FROM tickets t WHERE t.state IN ('waiting', 'postponed')""",
    """CREATE TABLE stages (
        id {id}, ticket_id BIGINT NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
        stage VARCHAR(20) NOT NULL, entered_at {moment} NOT NULL, left_at {moment})""",
    "CREATE INDEX stages_ticket ON stages (ticket_id)",
    # The calendars by which open deadlines were counted last, so that a changed one is noticed.
    """CREATE TABLE counted_calendars (
        id {id}, name VARCHAR(100) NOT NULL UNIQUE, digest VARCHAR(64) NOT NULL,
        counted_at {moment} NOT NULL)""",
    # --- recordings of calls and remote sessions ---
    """CREATE TABLE recordings (
        id {id}, time_spent_id BIGINT NOT NULL REFERENCES time_spent (id) ON DELETE CASCADE,
        name VARCHAR(300) NOT NULL, media_type VARCHAR(100) NOT NULL, size BIGINT NOT NULL,
        sha256 VARCHAR(64) NOT NULL)""",
    "CREATE INDEX recordings_time_spent ON recordings (time_spent_id)",
    "CREATE INDEX recordings_sha256 ON recordings (sha256)",
    # --- what was offered of the FAQ, and whether it helped ---
    """CREATE TABLE offers (
        id {id}, entry VARCHAR(100) NOT NULL, place VARCHAR(16) NOT NULL, language VARCHAR(8) NOT NULL,
        client_id BIGINT REFERENCES clients (id) ON DELETE SET NULL,
        ticket_id BIGINT REFERENCES tickets (id) ON DELETE SET NULL,
        chat_id BIGINT, message_id BIGINT,
        offered_at {moment} NOT NULL, helped {maybe}, decided_at {moment})""",
    "CREATE INDEX offers_ticket ON offers (ticket_id)",
    "CREATE INDEX offers_client ON offers (client_id)",
    "CREATE INDEX offers_entry ON offers (entry)",
)
SQLITE = {"moment": "TIMESTAMP", "json": "JSON", "maybe": "INT",
          "id": "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"}  # fmt: skip
POSTGRES = {"moment": "TIMESTAMPTZ", "json": "JSONB", "maybe": "BOOLEAN", "id": "BIGSERIAL PRIMARY KEY"}


async def _forward(_apps: object, editor: BaseSchemaEditor) -> None:
    words = POSTGRES if editor.client.capabilities.dialect == "postgres" else SQLITE
    for statement in STATEMENTS:
        await editor.client.execute_query(statement.format(**words))


class Migration(migrations.Migration):
    dependencies = [("otklik", "0004_telegram")]  # noqa: RUF012 - Tortoise reads a plain attribute

    operations = [ops.RunPython(_forward)]  # noqa: RUF012
