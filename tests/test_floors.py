"""Holds the floors of docs/architecture.md: who may import whom, and which library lives in which file."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# What stands below each package; beside these, itself.
FLOORS = {
    "desk": (),
    "storage": ("desk",),
    "intake": ("storage", "desk"),
    "replies": ("storage", "desk"),
    "bot": ("intake", "replies", "storage", "desk"),
}

# Each library with the files that may know it; "*" crosses no folder, "**" any.
HOMES = {
    "tortoise": ("storage/**",),
    "asyncpg": ("storage/**",),
    "aiosqlite": ("storage/**",),
    "sqlite3": ("storage/**",),
    "aiosmtpd": ("intake/smtp*.py",),
    "PIL": ("intake/screenshots.py",),
    "imapclient": ("intake/imap.py",),
    "aiosmtplib": ("replies/smtp.py",),
    "matplotlib": ("replies/charts.py",),
    "Stemmer": ("replies/faq/stems.py",),
    "aiohttp": ("bot/web/**", "bot/oauth.py", "bot/telegram/**", "bot/demo/telegram/**"),
    "httpx": ("bot/telegram/errors.py",),
    "aiogram": ("bot/telegram/clients/**", "bot/telegram/carriers.py", "bot/telegram/errors.py"),
    "telegram": ("bot/telegram/agents/**", "bot/telegram/staff/**", "bot/telegram/errors.py"),
    "tomllib": ("bot/config/**",),
    "typer": ("bot/cli/**", "bot/__main__.py"),
}

# Costs so much to load that a command that does not need it must not pay: inside functions alone.
LATE = ("matplotlib", "Stemmer", "bot.telegram.frameworks")

# What these load every command pays for, and the service waits for before it listens.
AT_ONCE = (
    "bot/__main__.py",
    "bot/service.py",
    *(f"bot/cli/{path.name}" for path in (ROOT / "bot/cli").glob("*.py")),
)
FRAMEWORKS = ("aiogram", "telegram", "httpx", "matplotlib")


@dataclass(frozen=True)
class Import:
    """One import: of what, where, and whether only when a function runs."""

    module: str
    line: int
    late: bool

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]


def imports_in(tree: ast.AST, package: str, late: bool = False) -> Iterator[Import]:
    """Every import, by statement or by name; a relative one counts from `package`, such as "bot.web"."""
    for node in ast.iter_child_nodes(tree):
        line = getattr(node, "lineno", 0)
        yield from (Import(module, line, late) for module in _imported(node, package))
        yield from imports_in(node, package, late or _runs_later(node))


def _imported(node: ast.AST, package: str) -> list[str]:
    """The modules that one statement or call imports."""
    match node:
        case ast.Import(names=names):
            return [name.name for name in names]
        case ast.ImportFrom(module=module, level=0):
            return [str(module)]
        case ast.ImportFrom(module=module, level=level):
            steps = package.split(".")
            return [".".join([*steps[: len(steps) - level + 1], *([module] if module else [])])]
        case ast.Call(func=called, args=[ast.Constant(value=str(module)), *_]):
            return [module] if ast.unparse(called).endswith(("import_module", "__import__")) else []
    return []


def _runs_later(node: ast.AST) -> bool:
    """Whether what is in it costs nothing when the module is loaded: a function, or types for the checker."""
    if isinstance(node, ast.If):
        return ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)


def breaches(path: str, source: str) -> list[str]:
    """What `source`, the file at `path` from the root, does that its floor forbids: file, line and rule."""
    tree = ast.parse(source)
    floor = path.partition("/")[0]
    package = ".".join(Path(path).parent.parts)
    found = [
        f"{path}:{one.line}: imports {one.module}; {rule}"
        for one in imports_in(tree, package)
        if (rule := _forbidden(path, floor, one))
    ]
    return found + (_waits(path, tree) if floor == "desk" else [])


def _forbidden(path: str, floor: str, one: Import) -> str | None:
    """The rule that forbids an import, None when none does."""
    if one.module in LATE and not one.late:
        return f"{one.module} is imported inside functions alone"
    if one.top in FLOORS:
        if one.top != floor and one.top not in FLOORS[floor]:
            return f"{floor} may import {', '.join(FLOORS[floor]) or 'no other package'} alone"
        return None
    if floor == "desk" and one.top not in sys.stdlib_module_names:
        return "desk knows the standard library alone"
    homes = HOMES.get(one.top, ("**",))
    if not any(_lies_in(path, home) for home in homes):
        return f"{one.top} is known in {', '.join(homes)} alone"
    if one.top in LATE and not one.late:
        return f"{one.top} is imported inside functions alone"
    return None


def loaded_with(path: str) -> dict[str, str]:
    """Every library and file of ours that importing the file at `path` loads, each with who loads it."""
    found = {path: path}
    waiting = [path]
    while waiting:
        at = waiting.pop()
        for one in _loaded_at_once(at):
            if one not in found:
                found[one] = at
                waiting += [one] if one.endswith(".py") else []
    return found


@cache
def _loaded_at_once(path: str) -> frozenset[str]:
    """The files of ours and the modules of others that a file itself imports when it is loaded."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    named = {one.module for one in imports_in(tree, ".".join(Path(path).parent.parts)) if not one.late}
    # What is imported from a module may be a module itself.
    named |= {
        f"{node.module}.{name.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in named
        for name in node.names
    }
    steps = [name.split(".") for name in named]
    modules = {".".join(one[:count]) for one in steps for count in range(1, len(one) + 1)}
    return frozenset(_file_of(module) or module for module in modules)


def _file_of(module: str) -> str | None:
    path = module.replace(".", "/")
    return next((one for one in (f"{path}.py", f"{path}/__init__.py") if (ROOT / one).is_file()), None)


def _lies_in(path: str, home: str) -> bool:
    if home.endswith("**"):
        return path.startswith(home.removesuffix("**"))
    return path.count("/") == home.count("/") and fnmatch(path, home)


def _waits(path: str, tree: ast.AST) -> list[str]:
    waiting = ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith
    return [
        f"{path}:{node.lineno}: waits; desk has no async def and no await"
        for node in ast.walk(tree)
        if isinstance(node, waiting)
    ]


@pytest.mark.parametrize("floor", FLOORS)
def test_a_floor_knows_those_below_it_alone(floor: str) -> None:
    paths = sorted((ROOT / floor).rglob("*.py"))
    assert paths, f"{floor}/ is empty"
    found = [
        breach
        for path in paths
        for breach in breaches(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("path", AT_ONCE)
def test_what_takes_seconds_to_load_is_loaded_by_nobody_who_does_not_need_it(path: str) -> None:
    loaded = loaded_with(path)
    assert {one: loaded[one] for one in FRAMEWORKS if one in loaded} == {}


def test_what_a_file_loads_is_found_through_others() -> None:
    loaded = loaded_with("bot/telegram/frameworks.py")
    assert {"aiogram", "telegram"} <= {*loaded}
    assert loaded["bot/telegram/clients/bot.py"] == "bot/telegram/frameworks.py"


def test_there_is_no_sixth_package() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages == {*FLOORS, "tests"}


@pytest.mark.parametrize(
    ("path", "source", "rule"),
    [
        ("desk/ticket.py", "import storage.models", "desk may import no other package alone"),
        ("desk/ticket.py", "import babel", "desk knows the standard library alone"),
        ("desk/ticket.py", "async def f():\n    await g()", "desk has no async def and no await"),
        ("storage/files.py", "from intake import mail", "storage may import desk alone"),
        ("intake/mail.py", "from replies.compose import x", "intake may import storage, desk alone"),
        ("replies/compose.py", "if True:\n    import intake", "replies may import storage, desk alone"),
        ("replies/compose.py", "from bot.config import load", "replies may import storage, desk alone"),
        (
            "intake/mail.py",
            "def f():\n    from PIL import Image",
            "PIL is known in intake/screenshots.py alone",
        ),
        ("intake/mime/smtp_x.py", "import aiosmtpd", "aiosmtpd is known in intake/smtp*.py alone"),
        ("bot/wiring.py", "import tortoise", "tortoise is known in storage/** alone"),
        (
            "bot/cli/demo.py",
            "import aiohttp.web",
            "aiohttp is known in bot/web/**, bot/oauth.py, bot/telegram/**, bot/demo/telegram/** alone",
        ),
        ("replies/outbox.py", "import aiosmtplib", "aiosmtplib is known in replies/smtp.py alone"),
        ("replies/charts.py", "import matplotlib.pyplot", "matplotlib is imported inside functions alone"),
        ("bot/telegram/clients/bot.py", "import telegram", "telegram is known in bot/telegram/agents/**"),
        (
            "bot/telegram/parts.py",
            "from bot.telegram.frameworks import Frameworks",
            "bot.telegram.frameworks is imported inside functions alone",
        ),
        ("intake/mail.py", 'import importlib\nimportlib.import_module("tortoise")', "tortoise is known in"),
        ("intake/mime/parts.py", "from ...replies import x", "intake may import storage, desk alone"),
    ],
)
def test_a_breach_is_told_by_file_line_and_rule(path: str, source: str, rule: str) -> None:
    found = breaches(path, source)
    assert found and all(line.startswith(f"{path}:") for line in found)
    assert rule in found[-1]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("desk/ticket.py", "from desk.local_time import utc\nfrom zoneinfo import ZoneInfo"),
        ("intake/smtp.py", "import aiosmtpd.smtp\nfrom storage.inbox import Inbox"),
        ("intake/mime/parts.py", "from . import headers\nfrom ..incoming import IncomingMessage"),
        ("replies/charts.py", "def chart():\n    import matplotlib.pyplot"),
        ("replies/charts.py", "if TYPE_CHECKING:\n    from matplotlib.figure import Figure"),
        ("bot/web/pages.py", "import aiohttp, replies.rating, intake.requests, storage.tickets, desk.rating"),
        ("storage/threads.py", "async def f():\n    await g()\nimport tortoise"),
    ],
)
def test_what_the_floors_allow_is_no_breach(path: str, source: str) -> None:
    assert breaches(path, source) == []
