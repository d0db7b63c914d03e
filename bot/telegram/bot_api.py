"""One call of the Bot API, made by hand where neither library does it the way we need.

https://core.telegram.org/bots/api#making-requests
"""

import json
from dataclasses import dataclass
from typing import Any

import aiohttp

UNREACHABLE = (aiohttp.ClientError, TimeoutError, OSError, ValueError)  # what `call` raises beside Refusal


class Refusal(Exception):
    """Telegram's error. `code` is its error_code, `retry_after` the seconds that it asks for, or 0."""

    def __init__(self, code: int, description: str, retry_after: float = 0.0) -> None:
        super().__init__(f"{code} {description}")
        self.code, self.retry_after = code, retry_after


@dataclass(frozen=True, slots=True)
class BotAddress:
    """Which bot, and where: `name` is `clients` or `agents`; `channel` that of its entries."""

    name: str
    channel: str
    api: str
    token: str
    bot_id: int

    def url(self, method: str) -> str:
        """The address of a method; it holds the token, so it stands in no log and no error."""
        return f"{self.api}/bot{self.token}/{method}"


async def call(
    session: aiohttp.ClientSession, address: BotAddress, method: str, asked: dict[str, Any], seconds: float
) -> Any:
    """Call a method of the Bot API and return its result.

    Raises Refusal, or what aiohttp raises; ValueError when the answer is none of the Bot API's.
    """
    timeout = aiohttp.ClientTimeout(total=seconds)
    async with session.post(address.url(method), json=asked, timeout=timeout) as response:
        body = await response.read()
    try:
        answer = json.loads(body)
        if answer["ok"]:
            return answer["result"]
        code, description = int(answer["error_code"]), str(answer.get("description", ""))
        wait = float((answer.get("parameters") or {}).get("retry_after", 0))
    except (KeyError, TypeError, ValueError):
        # A gateway's HTML page, as comes with 502.
        raise Refusal(response.status, "no answer of the Bot API") from None
    raise Refusal(code, description, wait)


async def ask_once(address: BotAddress, method: str, asked: dict[str, Any], seconds: float) -> Any:
    """The same, over a connection of its own."""
    async with aiohttp.ClientSession() as session:
        return await call(session, address, method, asked, seconds)
