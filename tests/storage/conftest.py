"""Inbox and outbox on an open database of each engine, and a mail to record."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.database import Database
from storage.files import FileStore
from storage.inbox import Arrival, Inbox, arrival_key
from storage.outbox import Outbox

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
def inbox(database: Database, files: FileStore) -> Inbox:
    return Inbox(database, files)


@pytest.fixture
def outbox(database: Database) -> Outbox:
    return Outbox(database)


def mail(body: bytes, conversation: str = "olga", at: datetime = NOW) -> Arrival:
    return Arrival(
        key=arrival_key(["support@example.org"], body),
        channel="smtp",
        conversation=conversation,
        envelope={"mail_from": "olga@client.example"},
        body=body,
        received_at=at,
    )
