"""What `otklik check` says of the bots and the staff chats."""

import asyncio
from pathlib import Path

import pytest

from bot.cli.finding import Finding
from bot.cli.trials import trials
from bot.config import Settings, load
from bot.demo.telegram import ALL, TelegramServer
from tests.telegram.people import AGENTS_TOKEN, CLIENTS_TOKEN, ChatDesk


@pytest.fixture
def desk(telegram_server: TelegramServer, tmp_path: Path) -> ChatDesk:
    return ChatDesk(telegram_server, tmp_path / "desk")


async def found(desk: ChatDesk) -> dict[str, Finding]:
    """The lines about Telegram, by part."""
    return await asyncio.to_thread(_findings, load(desk.desk.config, {}))


def _findings(settings: Settings) -> dict[str, Finding]:
    findings = [trial() for trial in trials(settings)]
    return {one.part: one for one in findings if one.part.endswith(" bot") or one.part.startswith("chat ")}


async def test_both_bots_and_the_staff_chat_are_well(desk: ChatDesk) -> None:
    assert await found(desk) == {
        "clients bot": Finding("clients bot", True, "@clients_bot answers"),
        "agents bot": Finding("agents bot", True, "@agents_bot answers"),
        _chat(desk): Finding(_chat(desk), True, "«Поддержка»: a topic for each ticket"),
    }
    assert {call.method for call in desk.server.calls} == {
        "getMe", "getWebhookInfo", "getChat", "getChatMember",
    }  # fmt: skip


async def test_a_token_that_is_not_valid_is_told_without_showing_it(desk: ChatDesk) -> None:
    desk.bot.revoked = True
    line = (await found(desk))["clients bot"]
    assert (line.ok, line.text.partition(";")[0]) == (False, "Telegram does not know its token")
    assert CLIENTS_TOKEN not in line.text


async def test_a_bot_that_another_program_serves_by_webhook_is_told(desk: ChatDesk) -> None:
    desk.bot.webhook = {"url": "https://elsewhere.example/", "secret": "", "error": "", "at": 0}
    line = (await found(desk))["clients bot"]
    assert not line.ok and "another program serves this bot" in line.text


async def test_a_webhook_that_telegram_does_not_reach_is_told(desk: ChatDesk) -> None:
    text = desk.desk.config.read_text().replace('mode = "polling"', 'mode = "webhook"')
    desk.desk.config.write_text(text)
    assert (await found(desk))["clients bot"].text == "@clients_bot answers; the next start sets its webhook"
    ours = f"{desk.desk.url}/telegram/clients"
    desk.bot.webhook = {"url": ours, "secret": "", "error": "Connection failed", "at": 9e12}
    line = (await found(desk))["clients bot"]
    assert not line.ok and "Connection failed" in line.text and "see web.public_url" in line.text


async def test_a_group_that_the_bot_is_not_in_is_told(desk: ChatDesk) -> None:
    desk.staff.group.chat.members.pop(desk.agents_bot.id)
    line = (await found(desk))[_chat(desk)]
    assert not line.ok and "chat not found" in line.text and "administrator of that group" in line.text


@pytest.mark.parametrize(
    ("rights", "said"),
    [
        (None, "make it an administrator"),
        (["can_pin_messages"], "may not manage topics; give it that right"),
        (["can_manage_topics"], "may not pin messages; give it that right"),
        (["can_invite_users"], "may not manage topics nor pin messages"),
    ],
)
async def test_a_missing_right_is_named(desk: ChatDesk, rights: list[str] | None, said: str) -> None:
    desk.staff.group.add(desk.agents_bot, rights=rights)
    line = (await found(desk))[_chat(desk)]
    assert not line.ok and said in line.text


async def test_a_group_without_topics_is_well_and_says_how_it_works(desk: ChatDesk) -> None:
    desk.staff.group.chat.forum = False
    desk.staff.group.add(desk.agents_bot, rights=[right for right in ALL if right != "can_manage_topics"])
    line = (await found(desk))[_chat(desk)]
    assert line.ok and "works by replies" in line.text


@pytest.mark.parametrize("kind", ["dropped", "html"])
async def test_a_telegram_that_does_not_answer_is_told_without_the_tokens(desk: ChatDesk, kind: str) -> None:
    desk.server.fault("*", kind, code=502, times=-1)
    lines = await found(desk)
    assert [one.ok for one in lines.values()] == [False] * 3
    said = " ".join(one.text for one in lines.values())
    assert "telegram.api" in said and CLIENTS_TOKEN not in said and AGENTS_TOKEN not in said


def _chat(desk: ChatDesk) -> str:
    return f"chat {desk.staff.group.id}"
