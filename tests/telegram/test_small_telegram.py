"""Our small Telegram is as strict as the real one where our bots could go wrong."""

import asyncio
from typing import Any

import aiohttp
import pytest

from bot.demo.telegram import ALL, Bot, Limits, TelegramServer
from tests.telegram.people import jpeg

TOKEN = "71000001:AAclientsclientsclientsclientsclient1"


class Caller:
    """A program that calls the Bot API by hand."""

    def __init__(self, server: TelegramServer, token: str, session: aiohttp.ClientSession) -> None:
        self._url, self._session = f"{server.url}/bot{token}", session

    async def __call__(self, method: str, **asked: Any) -> Any:
        """The result, or the error's code, description and parameters."""
        async with self._session.post(f"{self._url}/{method}", json=asked) as response:
            told = await response.json()
        if told["ok"]:
            return told["result"]
        assert response.status == told["error_code"]
        return told["error_code"], told["description"], told.get("parameters", {})


@pytest.fixture
async def bot(telegram_server: TelegramServer) -> Bot:
    return telegram_server.bot(TOKEN, "clients_bot")


@pytest.fixture
async def call(telegram_server: TelegramServer, bot: Bot) -> Any:
    async with aiohttp.ClientSession() as session:
        yield Caller(telegram_server, TOKEN, session)


async def test_an_update_comes_again_until_it_is_confirmed(
    telegram_server: TelegramServer, bot: Bot, call: Caller
) -> None:
    olga = telegram_server.person("Ольга")
    await olga.starts(bot)
    await olga.writes("одно")
    await olga.writes("другое")
    first = [one["update_id"] for one in await call("getUpdates", limit=2)]
    assert [one["update_id"] for one in await call("getUpdates")] == [*first, first[-1] + 1]
    assert [one["update_id"] for one in await call("getUpdates", offset=first[-1] + 1)] == [first[-1] + 1]
    assert len(await call("getUpdates", offset=0)) == 1  # what was confirmed is gone


async def test_of_two_who_ask_the_first_is_sent_away(call: Caller, bot: Bot) -> None:
    first = asyncio.create_task(call("getUpdates", timeout=20))
    while bot.poller is None:
        await asyncio.sleep(0.01)
    second = asyncio.create_task(call("getUpdates", timeout=1))
    code, words, _ = await first
    assert code == 409 and "terminated by other getUpdates request" in words
    assert await second == []


async def test_nobody_may_ask_while_a_webhook_is_set(call: Caller) -> None:
    await call("setWebhook", url="https://desk.example/telegram/clients")
    code, words, _ = await call("getUpdates")
    assert code == 409 and "while webhook is active" in words
    await call("deleteWebhook")
    assert await call("getUpdates") == []


async def test_a_wrong_token_is_unauthorized(telegram_server: TelegramServer, call: Caller) -> None:
    async with aiohttp.ClientSession() as session:
        stranger = Caller(telegram_server, TOKEN[:-1] + "x", session)
        assert (await stranger("getMe"))[:2] == (401, "Unauthorized")


async def test_what_the_bot_api_does_not_know_is_refused_and_remembered(
    telegram_server: TelegramServer, bot: Bot, call: Caller
) -> None:
    olga = telegram_server.person("Ольга")
    await olga.starts(bot)
    for method, asked in (
        ("sendMessage", {"chat_id": olga.id, "text": "да", "silent": True}),
        ("sendMessage", {"chat_id": olga.id}),
        ("sendMessage", {"chat_id": olga.id, "text": 5}),
        ("sendMessage", {"chat_id": olga.id, "text": "да", "reply_markup": {"inline_keybord": []}}),
        ("sendMesage", {"chat_id": olga.id, "text": "да"}),
    ):
        assert (await call(method, **asked))[0] in (400, 404)
    assert len(telegram_server.mistakes) == 5
    with pytest.raises(AssertionError):
        telegram_server.assert_strict()
    telegram_server.mistakes.clear()


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"text": "а" * 4097}, "Bad Request: message is too long"),
        ({"text": "😀" * 2049}, "Bad Request: message is too long"),  # UTF-16 counts a smiley as two
        ({"text": " \n "}, "Bad Request: text must be non-empty"),
        (
            {"text": "да", "reply_markup": {"inline_keyboard": [[{"text": "!", "callback_data": "ж" * 33}]]}},
            "Bad Request: BUTTON_DATA_INVALID",
        ),
        ({"text": "да", "message_thread_id": 7}, "Bad Request: message thread not found"),
        ({"text": "да", "chat_id": 12345}, "Bad Request: chat not found"),
    ],
)
async def test_what_can_not_be_said_is_refused(
    telegram_server: TelegramServer, bot: Bot, call: Caller, asked: dict[str, Any], refusal: str
) -> None:
    olga = telegram_server.person("Ольга")
    await olga.starts(bot)
    told = await call("sendMessage", **({"chat_id": olga.id} | asked))
    assert told[:2] == (400, refusal)
    assert "text" in await call("sendMessage", chat_id=olga.id, text="😀" * 2048)


async def test_who_blocked_the_bot_hears_nothing(
    telegram_server: TelegramServer, bot: Bot, call: Caller
) -> None:
    olga = telegram_server.person("Ольга")
    stranger = telegram_server.person("Чужой")
    assert (await call("sendMessage", chat_id=stranger.id, text="?"))[1] == "Bad Request: chat not found"
    await olga.starts(bot)
    await olga.blocks(bot)
    refused = await call("sendMessage", chat_id=olga.id, text="?")
    assert refused[:2] == (403, "Forbidden: bot was blocked by the user")


async def test_whoever_writes_too_fast_is_told_for_how_long_to_wait(
    telegram_server: TelegramServer, bot: Bot, call: Caller
) -> None:
    telegram_server.limits = Limits()
    olga, petr = telegram_server.person("Ольга"), telegram_server.person("Пётр")
    await olga.starts(bot)
    await petr.starts(bot)
    await call("sendMessage", chat_id=olga.id, text="1")
    code, words, more = await call("sendMessage", chat_id=olga.id, text="2")
    assert (code, words, more) == (429, "Too Many Requests: retry after 1", {"retry_after": 1})
    assert "message_id" in await call("sendMessage", chat_id=petr.id, text="1")


async def test_a_bot_counts_the_messages_of_all_its_private_chats_in_one_row(
    telegram_server: TelegramServer, bot: Bot, call: Caller
) -> None:
    other = telegram_server.bot("72000002:AAother0other0other0other0other0other0", "other_bot")
    olga, petr = telegram_server.person("Ольга"), telegram_server.person("Пётр")
    first = await olga.starts(bot)
    assert (await petr.starts(bot)).id == first.id + 1
    await olga.starts(other)
    assert (await olga.writes("да", where=bot)).id == first.id + 2


async def test_topics_are_made_closed_and_deleted(telegram_server: TelegramServer, call: Caller) -> None:
    anna, bot = telegram_server.person("Анна"), telegram_server.world.bots[TOKEN]
    group = telegram_server.group("Поддержка", anna)
    group.add(bot)
    assert "not enough rights" in (await call("createForumTopic", chat_id=group.id, name="Один"))[1]
    group.add(bot, rights=ALL)
    made = await call("createForumTopic", chat_id=group.id, name="Один")
    (topic,) = group.topics()
    place = {"chat_id": group.id, "message_thread_id": made["message_thread_id"]}
    assert (await call("sendMessage", text="да", **place))["message_thread_id"] == topic.id
    group.close(topic)
    assert (await call("sendMessage", text="да", **place))[1] == "Bad Request: TOPIC_CLOSED"
    group.delete(topic)
    assert (await call("sendMessage", text="да", **place))[1] == "Bad Request: message thread not found"
    assert (await call("editForumTopic", name="Два", **place))[1] == "Bad Request: TOPIC_ID_INVALID"


async def test_a_group_that_moved_says_where_to(telegram_server: TelegramServer, call: Caller) -> None:
    anna, bot = telegram_server.person("Анна"), telegram_server.world.bots[TOKEN]
    group = telegram_server.group("Поддержка", anna, kind="group")
    group.add(bot)
    new = group.migrate()
    code, words, more = await call("sendMessage", chat_id=group.id, text="да")
    assert (code, words) == (400, "Bad Request: group chat was upgraded to a supergroup chat")
    assert more == {"migrate_to_chat_id": new.id}
    assert "message_id" in await call("sendMessage", chat_id=new.id, text="да")


async def test_of_a_photo_the_largest_size_has_its_bytes_and_only_its_bot_can_fetch_it(
    telegram_server: TelegramServer, bot: Bot, call: Caller
) -> None:
    olga = telegram_server.person("Ольга")
    await olga.starts(bot)
    picture = jpeg("red")
    message = await olga.sends_photo(picture, "вот")
    small, large = message.told(bot)["photo"]
    assert (large["width"], large["height"]) == (64, 64) and small["width"] < 64
    told = await call("getFile", file_id=large["file_id"])
    async with aiohttp.ClientSession() as session:
        address = f"{telegram_server.url}/file/bot{TOKEN}/{told['file_path']}"
        assert await (await session.get(address)).read() == picture
    other = telegram_server.bot("72000002:AAother0other0other0other0other0other0", "other_bot")
    assert (await call("getFile", file_id=message.file.file_id(other) if message.file else ""))[0] == 400


async def test_a_button_waits_for_its_answer_once(
    telegram_server: TelegramServer, bot: Bot, call: Caller
) -> None:
    olga = telegram_server.person("Ольга")
    await olga.starts(bot)
    button = {"text": "★★★", "callback_data": "rate:1:3"}
    await call("sendMessage", chat_id=olga.id, text="?", reply_markup={"inline_keyboard": [[button]]})
    pressing = asyncio.create_task(olga.presses("★★★"))
    await telegram_server.world.until("the button is pressed", lambda: bot.callbacks or None, 5)
    _, pressed = await call("getUpdates")
    query = pressed["callback_query"]
    assert query["data"] == "rate:1:3" and query["from"]["id"] == olga.id
    assert await call("answerCallbackQuery", callback_query_id=query["id"], text="Спасибо") is True
    assert await pressing == {"text": "Спасибо", "alert": False}
    assert "query is too old" in (await call("answerCallbackQuery", callback_query_id=query["id"]))[1]


async def test_what_stands_there_already_is_no_edit(
    telegram_server: TelegramServer, bot: Bot, call: Caller
) -> None:
    olga = telegram_server.person("Ольга")
    await olga.starts(bot)
    said = await call("sendMessage", chat_id=olga.id, text="один")
    place = {"chat_id": olga.id, "message_id": said["message_id"]}
    assert (await call("editMessageText", text="один", **place))[1].startswith(
        "Bad Request: message is not modified"
    )
    assert (await call("editMessageText", text="два", **place))["text"] == "два"


@pytest.mark.parametrize(
    ("kind", "how", "outcome"),
    [
        ("error", {"code": 500}, 500),
        ("html", {"code": 502}, 502),
        ("dropped", {}, None),
        ("lost", {}, None),
    ],
)
async def test_a_planned_fault_happens_as_often_as_planned(
    telegram_server: TelegramServer, bot: Bot, kind: str, how: dict[str, Any], outcome: int | None
) -> None:
    olga = telegram_server.person("Ольга")
    await olga.starts(bot)
    telegram_server.fault("sendMessage", kind, **how)
    asked = {"chat_id": olga.id, "text": "да"}
    async with aiohttp.ClientSession() as session:
        address = f"{telegram_server.url}/bot{TOKEN}/sendMessage"
        if outcome is None:
            with pytest.raises(aiohttp.ClientError):
                await session.post(address, json=asked)
        else:
            assert (await session.post(address, json=asked)).status == outcome
        assert len(olga.sees()) == (1 if kind == "lost" else 0)
        assert (await session.post(address, json=asked)).status == 200
