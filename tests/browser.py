"""Drives a headless Chromium as a person would, over its DevTools protocol.

It keeps what the page did behind one's back: every request (`requests`) and every dialog (`dialogs`).
Methods: https://chromedevtools.github.io/devtools-protocol/
"""

import asyncio
import base64
import contextlib
import itertools
import json
import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any, Self

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",  # root in a container has no user namespaces
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--remote-debugging-port=0",
)
PATIENCE = 20.0  # seconds for Chromium to start, and for a page

_SCROLL_TO = """(element) => {
    element.scrollIntoView({block: 'center', behavior: 'instant'});
    const box = element.getBoundingClientRect();
    return {x: box.x + box.width / 2, y: box.y + box.height / 2, seen: box.width * box.height > 0};
}"""


class NoBrowser(Exception):
    """Chromium is not installed."""


class PageError(Exception):
    """The page could not be loaded, has no such element, or its script failed."""


class Browser:
    """One page in a browser of its own. Get one by `await Browser.open()`, and close it."""

    def __init__(self, process: asyncio.subprocess.Process, profile: Path) -> None:
        self._process = process
        self._profile = profile
        self._http = aiohttp.ClientSession()
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._loaded = asyncio.Event()
        self._session: str | None = None
        self._tasks: list[asyncio.Task[Any]] = []
        self.requests: list[str] = []
        """Every URL that was asked for, in order."""
        self.dialogs: list[str] = []
        """The text of every alert, confirm and prompt; each was dismissed."""
        self.errors: list[str] = []
        """What the page's console reported: exceptions, blocked by policy, failed loads."""

    @classmethod
    async def open(cls, width: int = 1200, height: int = 900) -> Self:
        """Start Chromium with an empty profile and an empty page. Raises NoBrowser where there is none."""
        program = next((found for name in NAMES if (found := shutil.which(name))), None)
        if program is None:
            raise NoBrowser("Chromium is not installed: tests/setup.sh does it, or says how")
        profile = Path(tempfile.mkdtemp(prefix="otklik-browser-"))
        process = await asyncio.create_subprocess_exec(
            program,
            *FLAGS,
            f"--user-data-dir={profile}",
            "about:blank",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "TMPDIR": str(profile)},  # nothing is left behind when it is killed
            start_new_session=True,  # its helpers end with it, see close()
        )
        browser = cls(process, profile)
        try:
            await asyncio.wait_for(browser._connect(), PATIENCE)
            await browser.resize(width, height)
        except BaseException:
            await browser.close()
            raise
        return browser

    async def close(self) -> None:
        """End the browser and remove its profile."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.close()
        if self._process.returncode is None:
            # Its group: processes of its own making would hold the profile open.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        shutil.rmtree(self._profile, ignore_errors=True)

    async def goto(self, url: str) -> None:
        """Load a page, with its pictures, and wait until it is there."""
        self._loaded.clear()
        answer = await self._call("Page.navigate", url=url)
        if answer.get("errorText"):
            raise PageError(f"{url}: {answer['errorText']}")
        await asyncio.wait_for(self._loaded.wait(), PATIENCE)

    async def click(self, selector: str, *, opens_page: bool = False) -> None:
        """Click in the middle of an element with the mouse; `opens_page` waits for the page it leads to."""
        spot = await self._in_view(selector)
        self._loaded.clear()
        for kind in ("mousePressed", "mouseReleased"):
            await self._call(
                "Input.dispatchMouseEvent", type=kind, x=spot["x"], y=spot["y"], button="left", clickCount=1
            )
        if opens_page:
            await asyncio.wait_for(self._loaded.wait(), PATIENCE)

    async def fill(self, selector: str, text: str) -> None:
        """Click into a field, take out what is in it and type `text`."""
        await self.click(selector)
        await self.evaluate(f"document.querySelector({json.dumps(selector)}).select?.()")
        await self._call("Input.insertText", text=text)

    async def text(self, selector: str = "body") -> str:
        """The text of an element as it is shown."""
        return str(await self._of(selector, "element.innerText"))

    async def count(self, selector: str) -> int:
        """How many elements match."""
        return int(await self.evaluate(f"document.querySelectorAll({json.dumps(selector)}).length"))

    async def attribute(self, selector: str, name: str) -> str | None:
        """An element's attribute, None when it has none of that name."""
        found = await self._of(selector, f"element.getAttribute({json.dumps(name)})")
        return None if found is None else str(found)

    async def url(self) -> str:
        """The address of the page that is shown."""
        return str(await self.evaluate("location.href"))

    async def resize(self, width: int, height: int, *, phone: bool = False) -> None:
        """Set the page's size in CSS pixels; as a `phone` it also obeys the viewport tag."""
        await self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=phone,
        )

    async def screenshot(self, path: Path) -> None:
        """Write what is shown to a PNG file."""
        answer = await self._call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(answer["data"]))

    async def evaluate(self, script: str) -> Any:
        """The value of a JavaScript expression, awaited if need be; PageError when it throws."""
        answer = await self._call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise PageError(details.get("exception", {}).get("description") or details["text"])
        return answer["result"].get("value")

    async def _of(self, selector: str, expression: str) -> Any:
        """The value of a JavaScript expression about `element`, the first that matches."""
        function = f"(element) => element === null ? {{}} : {{value: {expression}}}"
        found = await self.evaluate(f"({function})(document.querySelector({json.dumps(selector)}))")
        if "value" not in found:
            raise PageError(f"no element {selector} on {await self.url()}")
        return found["value"]

    async def _in_view(self, selector: str) -> dict[str, float]:
        """The middle of an element, scrolled to."""
        spot = await self._of(selector, f"({_SCROLL_TO})(element)")
        if not spot["seen"]:
            raise PageError(f"{selector} is not visible, so nobody can click it")
        return dict(spot)

    async def _connect(self) -> None:
        self._socket = await self._http.ws_connect(await self._address(), max_msg_size=0)
        self._tasks.append(asyncio.create_task(self._read()))
        targets = await self._call("Target.getTargets")
        page = next(target for target in targets["targetInfos"] if target["type"] == "page")
        attached = await self._call("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            await self._call(f"{domain}.enable")

    async def _address(self) -> str:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            if b"DevTools listening on " in line:
                # Go on reading, or Chromium would stand still once the pipe is full.
                self._tasks.append(asyncio.create_task(self._process.stderr.read()))
                return line.decode().partition("listening on ")[2].strip()
        raise PageError("Chromium ended before it listened")

    async def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json(message)
        found = await asyncio.wait_for(answer, PATIENCE)
        if "error" in found:
            raise PageError(f"{method}: {found['error']['message']}")
        return dict(found["result"])

    async def _read(self) -> None:
        async for message in self._socket:
            content = json.loads(message.data)
            waiting = self._answers.pop(content.get("id", 0), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(content)
            elif "method" in content:
                await self._note(content["method"], content["params"])

    async def _note(self, event: str, told: dict[str, Any]) -> None:
        if event == "Page.loadEventFired":
            self._loaded.set()
        elif event == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        elif event == "Page.javascriptDialogOpening":
            self.dialogs.append(told["message"])
            # Not _call: its answer comes through the very task that runs this.
            await self._socket.send_json(
                {"id": next(self._numbers), "method": "Page.handleJavaScriptDialog",
                 "params": {"accept": False}, "sessionId": self._session}
            )  # fmt: skip
        elif event == "Runtime.exceptionThrown":
            self.errors.append(told["exceptionDetails"]["text"])
        elif event == "Log.entryAdded":
            self.errors.append(" ".join(filter(None, (told["entry"]["text"], told["entry"].get("url")))))
