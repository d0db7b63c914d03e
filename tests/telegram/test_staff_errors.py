"""Every error of both libraries says how a delivery failed; none is left to chance."""

import inspect

import aiohttp
import httpx
import pytest
from aiogram import exceptions as ours
from aiogram.methods import SendMessage
from telegram import error as theirs

from bot.telegram.errors import of_agents, of_clients, put_off
from bot.telegram.staff.failures import Failure, failure

METHOD = SendMessage(chat_id=5, text="x")
SERVER = ("fault of its own", False, False, False)
GONE = ("", True, False, False)
LOST = ("answer was lost", False, False, True)
AWAY = ("can't be reached", False, True, False)
OURS_ALONE = ("", False, False, False)


def caused(error: Exception, cause: BaseException) -> Exception:
    error.__cause__ = cause
    return error


REFUSED = aiohttp.ClientConnectorError(None, OSError("refused"))  # type: ignore[arg-type]
# What it says, permanent, the whole channel's, unknown whether it arrived.
OF_CLIENTS: list[tuple[ours.AiogramError, tuple[str, bool, bool, bool]]] = [
    (ours.AiogramError("odd"), OURS_ALONE),
    (ours.DetailedAiogramError("odd"), OURS_ALONE),
    (ours.CallbackAnswerException("odd"), OURS_ALONE),
    (ours.SceneException("odd"), OURS_ALONE),
    (ours.UnsupportedKeywordArgument("odd"), OURS_ALONE),
    (ours.DataNotDictLikeError("odd"), OURS_ALONE),
    (ours.TelegramAPIError(METHOD, "odd"), OURS_ALONE),
    (ours.TelegramConflictError(METHOD, "Conflict"), OURS_ALONE),
    (ours.TelegramNetworkError(METHOD, "Request timeout error"), LOST),
    (caused(ours.TelegramNetworkError(METHOD, "x"), REFUSED), AWAY),  # type: ignore[list-item]
    (ours.TelegramRetryAfter(METHOD, "Too Many Requests", 30), OURS_ALONE),
    (ours.TelegramMigrateToChat(METHOD, "moved", -100), GONE),
    (ours.TelegramBadRequest(METHOD, "Bad Request: chat not found"), GONE),
    (ours.TelegramNotFound(METHOD, "Not Found"), GONE),
    (ours.TelegramUnauthorizedError(METHOD, "Unauthorized"), ("token", False, True, False)),
    (ours.TelegramForbiddenError(METHOD, "Forbidden: bot was blocked by the user"), GONE),
    (ours.TelegramServerError(METHOD, "Internal Server Error"), SERVER),
    (ours.RestartingTelegram(METHOD, "restart"), SERVER),
    (ours.TelegramEntityTooLarge(METHOD, "Request Entity Too Large"), GONE),
    (ours.ClientDecodeError("Failed to decode", ValueError(), "<html>"), SERVER),
]
OF_AGENTS: list[tuple[theirs.TelegramError, tuple[str, bool, bool, bool]]] = [
    (theirs.TelegramError("Invalid server response"), OURS_ALONE),
    (theirs.Forbidden("Forbidden: bot was kicked"), GONE),
    (theirs.InvalidToken("Unauthorized"), ("token", False, True, False)),
    (theirs.EndPointNotFound("no such method"), GONE),
    (theirs.NetworkError("Bad Gateway (502)"), SERVER),
    (caused(theirs.NetworkError("x"), httpx.ReadError("broke")), LOST),  # type: ignore[list-item]
    (caused(theirs.NetworkError("x"), httpx.ConnectError("refused")), AWAY),  # type: ignore[list-item]
    (theirs.BadRequest("Bad Request: message thread not found"), GONE),
    (caused(theirs.TimedOut(), httpx.ReadTimeout("slow")), LOST),  # type: ignore[list-item]
    (caused(theirs.TimedOut(), httpx.ConnectTimeout("slow")), AWAY),  # type: ignore[list-item]
    (caused(theirs.TimedOut(), httpx.PoolTimeout("full")), AWAY),  # type: ignore[list-item]
    (theirs.ChatMigrated(-100), GONE),
    (theirs.RetryAfter(30), OURS_ALONE),
    (theirs.Conflict("Conflict"), OURS_ALONE),
    (theirs.PassportDecryptionError("odd"), OURS_ALONE),
]


def _classes(module: object, base: type) -> set[type]:
    return {one for _, one in inspect.getmembers(module, inspect.isclass) if issubclass(one, base)}


def test_no_class_of_either_library_is_forgotten() -> None:
    assert {type(error) for error, _ in OF_CLIENTS} == _classes(ours, ours.AiogramError)
    assert {type(error) for error, _ in OF_AGENTS} == _classes(theirs, theirs.TelegramError)


@pytest.mark.parametrize(("error", "told"), OF_CLIENTS, ids=lambda one: type(one).__name__)
def test_an_error_of_the_clients_bot(error: ours.AiogramError, told: tuple[str, bool, bool, bool]) -> None:
    found = of_clients(error)
    assert told[0] in str(found)
    assert (found.permanent, found.channel, found.unknown) == told[1:]
    assert "\n" not in str(found)


@pytest.mark.parametrize(("error", "told"), OF_AGENTS, ids=lambda one: type(one).__name__)
def test_an_error_of_the_agents_bot(error: theirs.TelegramError, told: tuple[str, bool, bool, bool]) -> None:
    found = of_agents(error)
    assert told[0] in str(found)
    assert (found.permanent, found.channel, found.unknown) == told[1:]


def test_a_pause_that_is_asked_for_is_kept_to_the_second() -> None:
    for found in (of_clients(ours.TelegramRetryAfter(METHOD, "x", 30)), of_agents(theirs.RetryAfter(30))):
        assert (found.retry_after, found.exact) == (30.0, True)


def test_what_may_have_arrived_goes_again_after_thirty_seconds() -> None:
    for found in (
        of_clients(ours.TelegramNetworkError(METHOD, "x")),
        of_agents(caused(theirs.TimedOut(), httpx.ReadTimeout("x"))),
    ):  # type: ignore[arg-type]
        assert (found.retry_after, found.exact, found.unknown) == (30.0, True, True)


@pytest.mark.parametrize(
    "error", [error for error, _ in [*OF_CLIENTS, *OF_AGENTS]], ids=lambda e: type(e).__name__
)
def test_an_update_waits_while_telegram_is_away_and_not_for_what_it_refuses(error: Exception) -> None:
    translated = of_clients(error) if isinstance(error, ours.AiogramError) else of_agents(error)  # type: ignore[arg-type]
    if put_off(error) is not None:
        assert not translated.permanent
    else:
        assert not (translated.unknown or translated.channel or translated.exact)


@pytest.mark.parametrize(
    ("worded", "means"),
    [
        ("Message thread not found", Failure.NO_TOPIC),
        ("TOPIC_ID_INVALID", Failure.NO_TOPIC),
        ("TOPIC_CLOSED", Failure.TOPIC_CLOSED),
        ("Message to edit not found", Failure.NO_MESSAGE),
        ("Message is not modified: specified new message content", Failure.SAME),
        ("TOPIC_NOT_MODIFIED", Failure.SAME),
        ("The chat is not a forum", Failure.NO_FORUM),
        ("Chat not found", Failure.CHAT),
        ("Not enough rights to create a topic", Failure.CHAT),
        ("Message is too long", Failure.REFUSED),
    ],
)
def test_what_telegram_says_of_a_topic(worded: str, means: Failure) -> None:
    assert failure(theirs.BadRequest(worded)) is means


def test_what_is_no_refusal_says_nothing_of_a_topic() -> None:
    assert failure(theirs.ChatMigrated(-100)) is Failure.MIGRATED
    assert failure(theirs.Forbidden("Forbidden: bot was kicked")) is Failure.CHAT
    assert failure(theirs.TimedOut()) is Failure.ELSE
