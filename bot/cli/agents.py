"""`otklik agents …`: who answers, and the one-time codes by which they and a staff chat are known."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from bot.cli.common import DEFAULT_CONFIG, ConfigOption, JsonOption, fail, load_settings, print_json, say
from bot.cli.database import with_database
from bot.config import Settings
from bot.config.models import AgentSettings
from bot.config.telegram import LineKey
from storage.agents import (
    ENROL,
    ENROL_LASTS,
    STAFF_CHAT,
    STAFF_CHAT_LASTS,
    accounts,
    remove_account,
)
from storage.codes import new_code
from storage.database import Database


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    agents = typer.Typer(help="The people who answer.", no_args_is_help=True)
    agents.command("list")(agents_list)
    agents.command("code")(agents_code)
    agents.command("remove")(agents_remove)
    agents.command("staff-chat")(agents_staff_chat)
    app.add_typer(agents, name="agents")


def agents_list(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """List the agents that the configuration names, with the accounts that they enrolled."""
    settings = load_settings(config)
    enrolled = _enrolled(settings) if settings.telegram.agents is not None else {}
    for agent in settings.agents:
        telegram_id = agent.telegram_id or enrolled.get(agent.name)
        if as_json:
            print_json(agent.model_dump() | {"telegram_id": telegram_id, "enrolled": agent.name in enrolled})
        else:
            account = f", Telegram {telegram_id}" if telegram_id else ""
            how = " (enrolled)" if agent.name in enrolled and not agent.telegram_id else ""
            team = f", team {agent.team}" if agent.team else ""
            say(f"{agent.name}  {agent.role}, line {agent.line}{team}{account}{how}")


def _enrolled(settings: Settings) -> dict[str, int]:
    async def work(database: Database) -> dict[str, int]:
        found = await database.writer.run(accounts)
        return {one.name: one.telegram_id for one in found}

    return with_database(settings, work)


def agents_code(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As the configuration names him.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Make a one-time code: who sends it to the agents' bot may act as this agent. Earlier ones end."""
    settings = _with_bot(config)
    agent = _named(name, settings)
    if agent.telegram_id:
        fail(f"{name} has the Telegram id {agent.telegram_id} in [[agents]]; take it out to enrol another")
    code = _new_code(settings, ENROL, name, ENROL_LASTS)
    if as_json:
        print_json({"name": name, "code": code, "expires_in": ENROL_LASTS})
    else:
        say(f"{name} sends this to the agents' bot, in private, within {ENROL_LASTS.days} days:")
        say(f"/enrol {code}")


def agents_remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose enrolled account ends.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Take an agent's enrolled account away; he may do nothing more at once."""
    settings = _with_bot(config)
    if not with_database(settings, lambda database: database.writer.run(lambda: remove_account(name))):
        named = any(one.name == name and one.telegram_id for one in settings.agents)
        where = "; his Telegram id stands in [[agents]] of the configuration" if named else ""
        fail(f"{name} has no enrolled account{where}")
    say(f"{name} has no account any more")


def agents_staff_chat(
    line: Annotated[LineKey | None, typer.Option(help="The line whose staff chat moves.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Make a one-time code by which an admin has another group stand in for a staff chat.

    He brings the agents' bot to the group, as an administrator, and writes `/staff CODE` there.
    """
    settings = _with_bot(config)
    assert settings.telegram.agents is not None
    configured = settings.telegram.agents.lines.get(line) if line else settings.telegram.agents.staff_chat
    if configured is None:
        own = ", ".join(settings.telegram.agents.lines) or "none"
        fail(f"line {line} has no staff chat of its own; allowed: {own}")
    code = _new_code(settings, STAFF_CHAT, str(configured), STAFF_CHAT_LASTS)
    if as_json:
        print_json({"staff_chat": configured, "code": code, "expires_in": STAFF_CHAT_LASTS})
    else:
        say("An admin brings the agents' bot to the new group and writes there within an hour:")
        say(f"/staff {code}")


def _with_bot(config: ConfigOption) -> Settings:
    settings = load_settings(config)
    if settings.telegram.agents is None:
        fail("there is no agents' bot; configure it in [telegram.agents]")
    return settings


def _named(name: str, settings: Settings) -> AgentSettings:
    found = next((one for one in settings.agents if one.name == name), None)
    if found is None:
        known = ", ".join(one.name for one in settings.agents) or "none"
        fail(f"there is no agent {name!r}; [[agents]] names: {known}")
    return found


def _new_code(settings: Settings, purpose: str, subject: str, lasts: timedelta) -> str:
    async def work(database: Database) -> str:
        now = datetime.now(UTC)
        return await database.writer.run(lambda: new_code(purpose, subject, "", now, lasts))

    return with_database(settings, work)
