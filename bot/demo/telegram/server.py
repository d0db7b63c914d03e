"""The Bot API over HTTP: /bot<token>/<method> and /file/bot<token>/<path>."""

import asyncio
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from bot.demo.telegram import parameters
from bot.demo.telegram.errors import ApiError, Misused
from bot.demo.telegram.faults import Fault
from bot.demo.telegram.groups import Group
from bot.demo.telegram.limits import Limits
from bot.demo.telegram.methods import method_of
from bot.demo.telegram.parameters import Upload
from bot.demo.telegram.people import Person
from bot.demo.telegram.things import Bot, Json
from bot.demo.telegram.world import World

BODY_MOST = 64 << 20
PATIENCE = 30.0  # seconds for which somebody waits for what takes one
_BACKOFF = 0.2  # seconds before an update is brought to a webhook once more


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a method, as it was answered; `status` 0: the answer never came."""

    bot: Bot
    method: str
    asked: Json
    status: int
    description: str
    at: float  # time.monotonic()


class TelegramServer:
    """Runs in an event loop; `url` is where it is once `start` has returned."""

    def __init__(self, limits: Limits | None = None, patience: float = PATIENCE) -> None:
        """`limits`: None for none. `patience`: seconds, for people who wait to read something."""
        self.world, self.limits, self.patience = World(), limits, patience
        self.faults: list[Fault] = []
        self.calls: deque[Call] = deque(maxlen=100_000)
        self.mistakes: list[str] = []
        self.url = ""
        self._runner: web.AppRunner | None = None
        self._courier: asyncio.Task[None] | None = None

    # --- what tests and the demo do

    def bot(self, token: str, username: str, *, sees_all: bool = False) -> Bot:
        """A bot as BotFather makes it; `sees_all`: its privacy mode is off."""
        return self.world.add_bot(token, username, sees_all=sees_all)

    def person(self, name: str, *, language: str = "ru", username: str = "") -> Person:
        """Somebody with a telephone."""
        return Person(self.world, self.world.add_person(name, language, username), self.patience)

    def group(self, title: str, creator: Person, *, forum: bool = True, kind: str = "supergroup") -> Group:
        """A group of people, with topics by default; a `kind` "group" has none."""
        chat = self.world.add_group(title, forum=forum and kind == "supergroup", kind=kind)
        chat.members[creator.id] = {"status": "creator"}
        return Group(self.world, chat, creator, self.patience)

    def fault(self, method: str, kind: Any, **how: Any) -> Fault:
        """Plan a fault; the arguments are those of `Fault`."""
        planned = Fault(method, kind, **how)
        self.faults.append(planned)
        return planned

    def called(self, method: str, bot: Bot | None = None) -> list[Call]:
        """The calls of a method."""
        return [one for one in self.calls if one.method == method and bot in (None, one.bot)]

    async def until_called(self, method: str, times: int = 1, bot: Bot | None = None) -> list[Call]:
        """Wait until a method was called so many times."""
        what = f"{method} is called {times} times"
        return await self.world.until(
            what, lambda: found if len(found := self.called(method, bot)) >= times else None, self.patience
        )

    async def until_heard(self, bot: Bot) -> None:
        """Wait until a bot has confirmed everything."""
        await self.world.until("all updates are confirmed", lambda: not bot.updates or None, self.patience)

    def assert_strict(self) -> None:
        """No call was one that the Bot API does not know."""
        assert not self.mistakes, "\n".join(self.mistakes)

    # --- serving

    async def start(self, port: int = 0) -> None:
        """Listen on the loopback; port 0 takes any that is free."""
        app = web.Application(client_max_size=BODY_MOST)
        app.router.add_route("*", "/bot{token:[^/]*}/{method}", self._called)
        app.router.add_get("/file/bot{token:[^/]*}/{path:.*}", self._file)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._courier = asyncio.create_task(self._carry())

    async def stop(self) -> None:
        """Answer nobody any more."""
        if self._courier is not None:
            self._courier.cancel()
            await asyncio.gather(self._courier, return_exceptions=True)
        for bot in self.world.bots.values():
            if bot.poller is not None and not bot.poller.done():
                bot.poller.set_result("stopped")
        if self._runner is not None:
            await self._runner.cleanup()

    async def _called(self, request: web.Request) -> web.StreamResponse:
        bot = self.world.bots.get(request.match_info["token"])
        if bot is None or bot.revoked:
            return _answered(ApiError(401, "Unauthorized"))
        name = request.match_info["method"]
        method = parameters.BY_NAME.get(name.lower())
        if method is None:
            self.mistakes.append(f"{name}: no such method")
            return _answered(ApiError(404, "Not Found: method not found"))
        try:
            sent, uploads = await _sent(request)
            asked = parameters.read(method, sent, uploads)
        except Misused as exc:
            self.mistakes.append(f"{method}: {exc.description}")
            return self._noted(bot, method, {}, exc)
        fault = next((one for one in self.faults if one.strikes(bot.id, method, asked)), None)
        return await self._carried_out(request, bot, method, asked, fault)

    async def _carried_out(
        self, request: web.Request, bot: Bot, method: str, asked: Json, fault: Fault | None
    ) -> web.StreamResponse:
        kind = fault.kind if fault is not None else ""
        if fault is not None and kind in ("error", "html"):
            error = ApiError(fault.code, fault.description, **fault.parameters)
            answer = self._noted(bot, method, asked, error)
            return answer if kind == "error" else _page(fault.code)
        if kind == "dropped":
            return self._broken(request, bot, method, asked)
        if fault is not None and kind == "slow":
            await asyncio.sleep(fault.seconds)
        try:
            found = method_of(method)(self.world, bot, asked, self.limits)
            outcome = await found if asyncio.iscoroutine(found) else found
        except ApiError as exc:
            return self._noted(bot, method, asked, exc)
        if kind == "lost":
            return self._broken(request, bot, method, asked)
        return self._noted(bot, method, asked, outcome)

    def _noted(self, bot: Bot, method: str, asked: Json, outcome: Any) -> web.Response:
        status, text = (outcome.code, outcome.description) if isinstance(outcome, ApiError) else (200, "")
        self._note(Call(bot, method, asked, status, text, time.monotonic()))
        return _answered(outcome)

    def _broken(self, request: web.Request, bot: Bot, method: str, asked: Json) -> web.Response:
        self._note(Call(bot, method, asked, 0, "the connection breaks", time.monotonic()))
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    def _note(self, call: Call) -> None:
        self.calls.append(call)
        self.world.changed()

    async def _file(self, request: web.Request) -> web.StreamResponse:
        token, path = request.match_info["token"], request.match_info["path"]
        file = self.world.paths.get(f"{token}/{path}")
        if file is None:
            return _answered(ApiError(404, "Not Found"))
        return web.Response(body=file.content, content_type="application/octet-stream")

    # --- webhooks

    async def _carry(self) -> None:
        """Bring updates to webhooks, one after the other, each until it is taken."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            while True:
                bot = await self.world.until("an update for a webhook", self._somebody_hears, float("inf"))
                if not await self._brought(session, bot):
                    await asyncio.sleep(_BACKOFF)

    def _somebody_hears(self) -> Bot | None:
        waiting = [bot for bot in self.world.bots.values() if bot.webhook is not None and bot.updates]
        return min(waiting, key=lambda bot: bot.webhook["at"] if bot.webhook else 0, default=None)

    async def _brought(self, session: aiohttp.ClientSession, bot: Bot) -> bool:
        hook, update = bot.webhook, bot.updates[0]
        assert hook is not None
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook["secret"]} if hook["secret"] else {}
        hook["at"] = time.time()
        try:
            async with session.post(hook["url"], json=update, headers=headers) as response:
                taken, error = response.status == 200, f"Wrong response from the webhook: {response.status}"
        except (aiohttp.ClientError, TimeoutError, OSError) as exc:
            taken, error = False, f"Connection failed: {type(exc).__name__}"
        hook["error"] = "" if taken else error
        if taken and bot.updates and bot.updates[0] is update:
            bot.updates.popleft()
            self.world.changed()
        return taken


async def _sent(request: web.Request) -> tuple[Json, dict[str, Upload]]:
    """What came with a request: parameters, files."""
    sent: Json = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.content_type == "application/json":
        sent |= _json_object(await request.json())
    elif request.can_read_body:
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                uploads[name] = Upload(value.filename, value.file.read(), value.content_type)
            else:
                sent[name] = value.decode() if isinstance(value, bytes | bytearray) else value
    return sent, uploads


def _json_object(told: object) -> Mapping[str, Any]:
    if not isinstance(told, dict):
        raise Misused(400, "Bad Request: object expected as JSON body")
    return told


def _answered(outcome: Any) -> web.Response:
    if isinstance(outcome, ApiError):
        return web.json_response(outcome.body(), status=outcome.code)
    return web.json_response({"ok": True, "result": outcome})


def _page(code: int) -> web.Response:
    text = f"<html><head><title>{code}</title></head><body><h1>{code} Bad Gateway</h1></body></html>"
    return web.Response(status=code, text=text, content_type="text/html")
