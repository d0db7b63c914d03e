"""The errors of both libraries, translated once into how a delivery failed."""

import warnings

import aiohttp
import httpx
from aiogram import exceptions as ours
from telegram import error as theirs
from telegram.warnings import PTBDeprecationWarning

from replies.delivery_error import DeliveryError

UNKNOWN_PAUSE = 30.0  # seconds before what may have arrived goes once more (promises, P7)


def of_clients(error: ours.AiogramError) -> DeliveryError:
    """What an error of aiogram says of a delivery."""
    reason = _one_line(error)
    match error:
        case ours.TelegramRetryAfter():
            return DeliveryError(reason, retry_after=float(error.retry_after), exact=True)
        # A private chat is never moved, and what is too large stays so.
        case (
            ours.TelegramForbiddenError() | ours.TelegramBadRequest() | ours.TelegramNotFound()
            | ours.TelegramMigrateToChat() | ours.TelegramEntityTooLarge()
        ):  # fmt: skip
            return DeliveryError(reason, permanent=True)
        case ours.TelegramUnauthorizedError():
            return DeliveryError("the clients bot's token is not valid (any more)", channel=True)
        case ours.TelegramServerError() | ours.ClientDecodeError():
            return _fault()  # a gateway's error page is not JSON
        case ours.TelegramNetworkError():
            return _lost(isinstance(error.__cause__, aiohttp.ClientConnectorError))
        case _:
            return DeliveryError(f"{type(error).__name__}: {reason}")


def of_agents(error: theirs.TelegramError) -> DeliveryError:
    """What an error of python-telegram-bot says of a delivery."""
    match error:
        case theirs.RetryAfter():
            return DeliveryError(str(error), retry_after=_seconds(error), exact=True)
        # BadRequest is a NetworkError to the library, so it has to be looked for before that.
        case theirs.Forbidden() | theirs.BadRequest() | theirs.ChatMigrated() | theirs.EndPointNotFound():
            return DeliveryError(_one_line(error), permanent=True)
        case theirs.InvalidToken():
            return DeliveryError("the agents bot's token is not valid (any more)", channel=True)
        case theirs.TimedOut():
            return _lost(isinstance(error.__cause__, httpx.ConnectTimeout | httpx.PoolTimeout))
        case theirs.NetworkError() if isinstance(error.__cause__, httpx.HTTPError):
            return _lost(isinstance(error.__cause__, httpx.ConnectError))
        case theirs.NetworkError():
            return _fault()  # an answer with 5xx, whatever was in it
        case _:
            return DeliveryError(f"{type(error).__name__}: {_one_line(error)}")


def _seconds(error: theirs.RetryAfter) -> float:
    # A number of seconds in this release, with a warning that it will be a timedelta.
    with warnings.catch_warnings(action="ignore", category=PTBDeprecationWarning):
        pause = error.retry_after
    return float(pause if isinstance(pause, int) else pause.total_seconds())


def _one_line(error: Exception) -> str:
    """What an error says, without where the library's manual tells more."""
    return " ".join(str(error).partition("\n(background on this error")[0].split())


def _fault() -> DeliveryError:
    return DeliveryError("Telegram has a fault of its own")


def _lost(unreachable: bool) -> DeliveryError:
    if unreachable:
        return DeliveryError("Telegram can't be reached", channel=True)
    reason = "Telegram's answer was lost"
    return DeliveryError(reason, retry_after=UNKNOWN_PAUSE, exact=True, unknown=True)


class TelegramAway(OSError):
    """Telegram can't be asked now: what came is tried again, for as long as it takes, and costs no try."""


def put_off(error: BaseException) -> TelegramAway | None:
    """What an error of either library is to whoever processes updates; None for an update's own."""
    if isinstance(error, theirs.BadRequest | ours.TelegramEntityTooLarge):
        return None  # both are network errors by their class
    if isinstance(error, _AWAY_CLIENTS):
        return TelegramAway(str(of_clients(error)))
    if isinstance(error, _AWAY_AGENTS):
        return TelegramAway(str(of_agents(error)))
    return None


_AWAY_CLIENTS = (
    ours.TelegramRetryAfter,
    ours.TelegramUnauthorizedError,
    ours.TelegramServerError,
    ours.ClientDecodeError,
    ours.TelegramNetworkError,
)
_AWAY_AGENTS = (theirs.RetryAfter, theirs.InvalidToken, theirs.NetworkError)
