"""SQL of the hot paths, without the ORM's cost: it builds each query anew, which takes longer than to run it.

One form for both engines: `?` for parameters, moments in UTC, JSON as text. Whatever is not on the way of a
message goes through the models.
"""

import functools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from tortoise.connection import get_connection
from tortoise.models import Model
from tortoise.transactions import in_transaction

from storage.engine_sqlite import SafeSqliteClient


async def insert(model: type[Model], values: Mapping[str, Any]) -> int:
    """Insert one row and return its id; columns that are not given get their model's defaults."""
    form = _insert_of(model)
    sql = _dialect(f"{form.sql} RETURNING id", _postgres())
    rows = await get_connection("default").execute_query_dict(sql, form.row(values))
    return int(rows[0]["id"])


async def insert_unknown(model: type[Model], key: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose unique `key` is not there yet, in a transaction of their own."""
    form = _insert_of(model)
    sql = _dialect(f"{form.sql} ON CONFLICT ({key}) DO NOTHING", _postgres())
    parameters = [form.row(values) for values in rows]
    connection = get_connection("default")
    if isinstance(connection, SafeSqliteClient):
        await connection.insert_alone(sql, parameters)
        return
    async with in_transaction("default") as transaction:
        await transaction.execute_many(sql, parameters)


async def fetch(sql: str, *parameters: Any) -> list[dict[str, Any]]:
    """The rows of a query, or of a change that says RETURNING; moments and JSON as the engine gives them."""
    rows = await get_connection("default").execute_query_dict(_dialect(sql, _postgres()), list(parameters))
    return rows


async def change(sql: str, *parameters: Any) -> None:
    """Run an UPDATE."""
    await get_connection("default").execute_query(_dialect(sql, _postgres()), list(parameters))


def claiming(table: str, *, free: str, taken: str, due: str, returning: str) -> str:
    """The statement by which a worker takes due rows `t` of a table, each of them once.

    Parameters: now, those in `due`, how many at most, until when they are claimed.
    """
    # The rows are picked in a materialised part of their own: as a plain subselect PostgreSQL may run it anew
    # for each row, and claim more than was asked for.
    columns = ", ".join(f"{table}.{name.strip()}" for name in returning.split(","))
    return f"""WITH picked AS MATERIALIZED (
        SELECT t.id FROM {table} t WHERE t.state = '{free}' AND t.next_attempt_at <= ? AND {due}
        LIMIT ?{row_lock("UPDATE SKIP LOCKED")})
        UPDATE {table} SET state = '{taken}', claimed_until = ?, attempts = attempts + 1
        FROM picked WHERE {table}.id = picked.id AND {table}.state = '{free}' RETURNING {columns}"""  # noqa: S608


def row_lock(strength: str) -> str:
    """The end of a query that holds its rows until the transaction ends; "" on SQLite, which has one writer.

    `strength` as PostgreSQL calls it: `UPDATE`, `KEY SHARE OF c`.
    """
    return f" FOR {strength}" if _postgres() else ""


def moment(value: Any) -> datetime:
    """A moment (UTC) as an engine gives it: SQLite keeps text."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(UTC)


def day(value: Any) -> date:
    """A date as an engine gives it: SQLite keeps text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def parsed(value: Any) -> Any:
    """A JSON column as an engine gives it: both give text."""
    return json.loads(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class _Insert:
    """How rows of a model are inserted; `defaults` stands in for columns that are not given."""

    sql: str
    columns: tuple[str, ...]
    defaults: Mapping[str, Any]

    def row(self, values: Mapping[str, Any]) -> list[Any]:
        found = [values[name] if name in values else self.defaults[name] for name in self.columns]
        return [_json(value) if isinstance(value, dict | list | tuple) else value for value in found]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


@functools.cache
def _insert_of(model: type[Model]) -> _Insert:
    fields = model._meta.fields_map
    columns = tuple(name for name in model._meta.fields_db_projection if name != "id")
    defaults = {
        name: fields[name].default() if callable(fields[name].default) else fields[name].default
        for name in columns
    }
    marks = ", ".join("?" for _ in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    sql = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks})'  # noqa: S608 - our own names
    return _Insert(sql, columns, defaults)


@functools.cache
def _dialect(sql: str, postgres: bool) -> str:
    if not postgres:
        return sql
    numbers = iter(range(1, 1000))
    return re.sub(r"\?", lambda _: f"${next(numbers)}", sql)


def _postgres() -> bool:
    return bool(get_connection("default").capabilities.dialect == "postgres")
