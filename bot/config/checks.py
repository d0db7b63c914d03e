"""What no section of config.toml can show alone: whether they agree with each other."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from bot.config.clocks import unreached_targets
from bot.config.entitlement import PlanSettings, ProductSettings
from bot.config.mistakes import Mistake, wrong
from bot.config.models import AgentSettings, DeskSettings, MailSettings, WebSettings
from bot.config.places import KeyPath
from bot.config.promises import CalendarSettings, LevelSettings
from bot.config.telegram import TelegramSettings
from desk.level_checks import check_levels
from desk.service_level import accepted
from desk.ticket import Kind, Line

_Levels = tuple[LevelSettings, ...]
_LEVELS: KeyPath = ("service_levels",)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def cross_check(parts: Mapping[str, Any]) -> list[Mistake]:
    """Every disagreement among the sections that are valid by themselves; those that are not are left out."""
    return [
        mistake
        for needed, check in _CHECKS
        if all(name in parts for name in needed)
        for mistake in check(*(parts[name] for name in needed))
    ]


def _rules(levels: _Levels) -> list[Mistake]:
    names = [f'service level "{level.key}"' for level in levels]
    mistakes = []
    for sentence in check_levels([level.level() for level in levels]):
        place = next((place for place, name in enumerate(names) if sentence.startswith(name)), None)
        mistakes.append(Mistake(_LEVELS if place is None else (*_LEVELS, place), sentence))
    return mistakes


def _rules_name_what_is_there(
    levels: _Levels, plans: tuple[PlanSettings, ...], products: tuple[ProductSettings, ...]
) -> list[Mistake]:
    """A condition on what nobody can have never holds, and whoever mistyped it would not be told."""
    known = {
        "plan": [one.key for one in plans],
        "product": [one.key for one in products],
        "kind": [one.value for one in Kind],
        "line": [one.value for one in Line],
    }
    return [
        Mistake(
            (*_LEVELS, number, *step, key),
            wrong(
                one, f"one of {', '.join(known[key])}" if known[key] else f"none, as no {key} is configured"
            ),
        )
        for number, level in enumerate(levels)
        for step, key, value in _conditions(level)
        if key in known
        for one in accepted(value)
        if isinstance(one, str) and one not in known[key]
    ]


def _one_of(known: list[str], what: str) -> str:
    return f"one of {', '.join(known)}" if known else f"none, as no {what} is configured"


def _conditions(level: LevelSettings) -> list[tuple[KeyPath, str, object]]:
    """Each condition with the path of its table below its level."""
    if isinstance(level.when, Mapping):
        return [(("when",), key, value) for key, value in level.when.items()]
    tables = enumerate(level.when or ())
    return [(("when", place), key, value) for place, table in tables for key, value in table.items()]


def _calendar_names(levels: _Levels, calendars: dict[str, CalendarSettings]) -> list[Mistake]:
    allowed = "the name of a calendar: " + ", ".join(calendars)
    return [
        Mistake((*_LEVELS, place, "calendar"), wrong(level.calendar, allowed))
        for place, level in enumerate(levels)
        if level.calendar not in calendars
    ]


def _titles_in(section: str) -> Callable[..., list[Mistake]]:
    """That the desk's language has a title for each table of a section."""

    def check(tables: tuple[Any, ...], desk: DeskSettings) -> list[Mistake]:
        return [
            Mistake((section, place, "title"), f"no title in the desk's language, {desk.language}")
            for place, one in enumerate(tables)
            if desk.language not in one.title
        ]

    return check


def _agent_names(agents: tuple[AgentSettings, ...]) -> list[Mistake]:
    counts = Counter(agent.name.casefold() for agent in agents)
    return [
        Mistake(("agents", place, "name"), wrong(agent.name, "a name that no other agent has"))
        for place, agent in enumerate(agents)
        if counts[agent.name.casefold()] > 1
    ]


def _mailboxes(mail: MailSettings) -> list[Mistake]:
    """Two that read one folder would take each other's mail away; a name tells what was recorded before."""
    names = Counter(box.name.casefold() for box in mail.mailboxes)
    places = Counter((box.host, box.port, box.username, box.folder) for box in mail.mailboxes)
    mistakes = []
    for place, box in enumerate(mail.mailboxes):
        path: KeyPath = ("mail", "mailboxes", place)
        if names[box.name.casefold()] > 1:
            mistakes.append(Mistake((*path, "name"), wrong(box.name, "a name that no other mailbox has")))
        elif places[box.host, box.port, box.username, box.folder] > 1:
            mistakes.append(
                Mistake((*path, "folder"), wrong(box.folder, "a folder that no other mailbox reads"))
            )
    return mistakes


def _agent_addresses(agents: tuple[AgentSettings, ...], mail: MailSettings) -> list[Mistake]:
    own = {address.casefold() for address in (mail.address, *mail.aliases)}
    return [
        Mistake(
            ("agents", place, "email"), wrong(agent.email, "the person's own address, none of the desk's")
        )
        for place, agent in enumerate(agents)
        if agent.email and agent.email.casefold() in own
    ]


def _webhook(telegram: TelegramSettings, web: WebSettings) -> list[Mistake]:
    """What Telegram brings has clients' words in it, so it comes encrypted; a test's is on this machine."""
    address = urlsplit(web.public_url)
    if telegram.mode != "webhook" or address.scheme == "https" or address.hostname in _LOOPBACK:
        return []
    allowed = 'an address that begins with https://, because telegram.mode is "webhook"'
    return [Mistake(("web", "public_url"), wrong(web.public_url, allowed))]


def _keys_of(section: str, what: str) -> Callable[..., list[Mistake]]:
    """That no two tables of a section have the same key."""

    def check(tables: tuple[Any, ...]) -> list[Mistake]:
        counts = Counter(one.key for one in tables)
        return [
            Mistake((section, place, "key"), wrong(one.key, f"a key that no other {what} has"))
            for place, one in enumerate(tables)
            if counts[one.key] > 1
        ]

    return check


def _agents_calendars(
    agents: tuple[AgentSettings, ...], calendars: dict[str, CalendarSettings]
) -> list[Mistake]:
    allowed = 'the name of a calendar, or "" for the first: ' + ", ".join(calendars)
    return [
        Mistake(("agents", place, "calendar"), wrong(agent.calendar, allowed))
        for place, agent in enumerate(agents)
        if agent.calendar and agent.calendar not in calendars
    ]


_CHECKS: tuple[tuple[tuple[str, ...], Callable[..., list[Mistake]]], ...] = (
    (("service_levels",), _rules),
    (("service_levels", "calendars"), _calendar_names),
    (("service_levels", "plans", "products"), _rules_name_what_is_there),
    (("service_levels", "desk"), _titles_in("service_levels")),
    (("resolution",), unreached_targets),
    (("plans", "desk"), _titles_in("plans")),
    (("plans",), _keys_of("plans", "plan")),
    (("products",), _keys_of("products", "product")),
    (("agents",), _agent_names),
    (("agents", "calendars"), _agents_calendars),
    (("ready_answers",), _keys_of("ready_answers", "ready answer")),
    (("mail",), _mailboxes),
    (("agents", "mail"), _agent_addresses),
    (("telegram", "web"), _webhook),
)
