"""What no section of config.toml can show alone: whether they agree with each other."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from bot.config.clocks import unreached_targets
from bot.config.mistakes import Mistake, wrong
from bot.config.models import AgentSettings, DeskSettings, MailSettings, WebSettings
from bot.config.places import KeyPath
from bot.config.promises import CalendarSettings, LevelSettings
from bot.config.ready import ReadyAnswerSettings
from bot.config.telegram import TelegramSettings
from desk.service_level import check_levels

_Levels = tuple[LevelSettings, ...]
_LEVELS: KeyPath = ("service_levels",)
# The rules themselves know more conditions; what they would ask about is not kept by this version yet.
_KNOWN = "registered"
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
    foreign = [
        Mistake((*_LEVELS, place, "when", key), f"unknown condition; this version knows {_KNOWN} alone")
        for place, level in enumerate(levels)
        for key in level.when or {}
        if key != _KNOWN
    ]
    return foreign or _rule_problems(levels)


def _rule_problems(levels: _Levels) -> list[Mistake]:
    names = [f'service level "{level.key}"' for level in levels]
    mistakes = []
    for sentence in check_levels([level.level() for level in levels]):
        place = next((place for place, name in enumerate(names) if sentence.startswith(name)), None)
        mistakes.append(Mistake(_LEVELS if place is None else (*_LEVELS, place), sentence))
    return mistakes


def _calendar_names(levels: _Levels, calendars: dict[str, CalendarSettings]) -> list[Mistake]:
    allowed = "the name of a calendar: " + ", ".join(calendars)
    return [
        Mistake((*_LEVELS, place, "calendar"), wrong(level.calendar, allowed))
        for place, level in enumerate(levels)
        if level.calendar not in calendars
    ]


def _titles(levels: _Levels, desk: DeskSettings) -> list[Mistake]:
    return [
        Mistake((*_LEVELS, place, "title"), f"no title in the desk's language, {desk.language}")
        for place, level in enumerate(levels)
        if desk.language not in level.title
    ]


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


def _ready_keys(ready_answers: tuple[ReadyAnswerSettings, ...]) -> list[Mistake]:
    counts = Counter(one.key for one in ready_answers)
    return [
        Mistake(("ready_answers", place, "key"), wrong(one.key, "a key that no other ready answer has"))
        for place, one in enumerate(ready_answers)
        if counts[one.key] > 1
    ]


_CHECKS: tuple[tuple[tuple[str, ...], Callable[..., list[Mistake]]], ...] = (
    (("service_levels",), _rules),
    (("service_levels", "calendars"), _calendar_names),
    (("service_levels", "desk"), _titles),
    (("resolution",), unreached_targets),
    (("agents",), _agent_names),
    (("ready_answers",), _ready_keys),
    (("mail",), _mailboxes),
    (("agents", "mail"), _agent_addresses),
    (("telegram", "web"), _webhook),
)
