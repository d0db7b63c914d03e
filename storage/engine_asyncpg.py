"""PostgreSQL for Tortoise: a cancelled caller always gives its connection back to the pool."""

from typing import Any

from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections

from storage.finishing import finish


class SafeTransactionContext(TransactionContextPooled):
    """Enters and leaves a transaction completely, whenever the caller is cancelled.

    Tortoise's own context leaks the pooled connection when a cancellation meets BEGIN or COMMIT.
    """

    client: TransactionWrapper

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        pool = self.client._parent._pool
        assert pool is not None
        self.client._connection = await pool.acquire()
        try:
            await finish(self.client.begin())
        except BaseException:
            await self._abandon()
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        get_connections().reset(self.token)
        if exc_type is not None:
            await self._abandon()
            return
        try:
            await finish(self.client.commit())
        except BaseException:
            await self._abandon()
            raise
        await self._give_back()

    async def _abandon(self) -> None:
        """Roll back whatever may be open, on a connection that may be broken, and give it back."""
        try:
            if self.client._connection.is_in_transaction():
                await finish(self.client._connection.execute("ROLLBACK"))
        finally:
            await self._give_back()

    async def _give_back(self) -> None:
        pool = self.client._parent._pool
        if pool is not None:
            await finish(pool.release(self.client._connection))


class SafePostgresClient(AsyncpgDBClient):
    """Tortoise's asyncpg client with the context above."""

    def _in_transaction(self) -> TransactionContext:
        return SafeTransactionContext(TransactionWrapper(self), self._pool_init_lock)


client_class = SafePostgresClient
