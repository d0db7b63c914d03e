"""Fills a desk's database with tickets that have run their course, to measure on."""

import argparse
import asyncio
import sys
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tortoise.models import Model

from bot.config import load
from storage.database import opened
from storage.models import Address, Client, Delivery, Entry, Event, Message, Ticket

BATCH = 2000
# Younger than the shortest term of retention (90 days): otherwise the service would be purging while it is
# measured, which a desk that has grown this large did day by day.
DAYS = 80


def seed(config: Path, tickets: int) -> None:
    """Add so many tickets, each with client, message, confirmation, history and a processed entry."""
    asyncio.run(_seed(load(config).database.url.get_secret_value(), tickets))


async def _seed(url: str, tickets: int) -> None:
    async with opened(url):
        for first in range(1, tickets + 1, BATCH):
            for rows in _rows(range(first, min(first + BATCH, tickets + 1)), tickets):
                await type(rows[0]).bulk_create(rows)


def _rows(numbers: range, tickets: int) -> list[list[Model]]:
    start, every = datetime.now(UTC) - timedelta(days=DAYS), timedelta(days=DAYS) / (tickets + 1)
    at = {n: start + every * n for n in numbers}
    text = "При проведении документа выходит ошибка. " * 20
    return [
        [Client(id=n, created_at=at[n], language="ru") for n in numbers],
        [Address(client_id=n, address=f"seeded{n}@client.example") for n in numbers],
        [
            Ticket(id=n, client_id=n, state="closed", subject=f"Вопрос {n}", channel="mail", language="ru",
                   level="general", promise="40 working hours", created_at=at[n], reaction_due_at=at[n],
                   reacted_at=at[n], closed_at=at[n])
            for n in numbers
        ],
        [
            Message(ticket_id=n, direction="in", author="", address=f"seeded{n}@client.example", text=text,
                    new_text=text, message_id=f"<seeded{n}@client.example>", at=at[n], entry_id=n,
                    content_key=_digest(f"content {n}"))
            for n in numbers
        ],
        [
            Event(ticket_id=n, at=at[n], who=who, what=what)
            for n in numbers
            for who, what in (("otklik", "opened"), ("Анна", "answered"), ("Анна", "closed"))
        ],
        [
            Delivery(ticket_id=n, key=f"{n}:confirmation", kind="confirmation", channel="mail",
                     recipient=f"seeded{n}@client.example", language="ru", state="sent", attempts=1,
                     created_at=at[n], next_attempt_at=at[n], sent_at=at[n],
                     message_id=f"<otklik.{n}.seeded@example.org>", facts={}, content=b"x" * 4000)
            for n in numbers
        ],
        [
            Entry(key=_digest(f"entry {n}"), channel="smtp", conversation=_digest(f"seeded{n}"), state="done",
                  attempts=1, next_attempt_at=at[n], received_at=at[n], processed_at=at[n], ticket_id=n,
                  outcome="opened", size=3000, envelope={"mail_from": f"seeded{n}@client.example"},
                  body=text.encode())
            for n in numbers
        ],
    ]  # fmt: skip


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="the desk's config.toml")
    parser.add_argument("--tickets", type=int, default=100_000)
    options = parser.parse_args()
    seed(options.config, options.tickets)
