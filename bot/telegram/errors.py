"""The errors of both libraries, translated once into how a delivery failed."""

import aiohttp
import httpx
from aiogram import exceptions as ours
from telegram import error as theirs

from replies.delivery_error import DeliveryError

UNKNOWN_PAUSE = 30.0  # seconds before what may have arrived goes once more (promises, P7)


def of_clients(error: ours.AiogramError) -> DeliveryError:
    """What an error of aiogram says of a delivery."""
    reason = str(error)
    match error:
        case ours.TelegramRetryAfter():
            return DeliveryError(reason, retry_after=float(error.retry_after), exact=True)
        case ours.TelegramForbiddenError() | ours.TelegramBadRequest() | ours.TelegramNotFound():
            return DeliveryError(reason, permanent=True)
        case ours.TelegramEntityTooLarge():
            return DeliveryError(reason, permanent=True)
        case ours.TelegramUnauthorizedError():
            return DeliveryError("the clients bot's token is not valid (any more)", channel=True)
        case ours.TelegramServerError() | ours.ClientDecodeError():
            # A gateway's error page is not JSON.
            return DeliveryError("Telegram has a fault of its own", retry_after=UNKNOWN_PAUSE, exact=True)
        case ours.TelegramNetworkError():
            return _lost(_unreachable(error.__cause__, aiohttp.ClientConnectorError))
        case _:
            return DeliveryError(f"{type(error).__name__}: {reason}")


def of_agents(error: theirs.TelegramError) -> DeliveryError:
    """What an error of python-telegram-bot says of a delivery."""
    match error:
        case theirs.RetryAfter():
            pause = error.retry_after
            seconds = pause if isinstance(pause, int) else pause.total_seconds()
            return DeliveryError(str(error), retry_after=float(seconds), exact=True)
        case theirs.InvalidToken():
            return DeliveryError("the agents bot's token is not valid (any more)", channel=True)
        case theirs.Forbidden() | theirs.BadRequest() | theirs.ChatMigrated():
            return DeliveryError(str(error), permanent=True)
        case theirs.TimedOut():
            return _lost(isinstance(error.__cause__, httpx.ConnectTimeout | httpx.PoolTimeout))
        case theirs.NetworkError():
            return _lost(isinstance(error.__cause__, httpx.ConnectError))
        case _:
            return DeliveryError(f"{type(error).__name__}: {error}")


def _unreachable(cause: BaseException | None, kind: type[BaseException]) -> bool:
    return isinstance(cause, kind)


def _lost(unreachable: bool) -> DeliveryError:
    if unreachable:
        return DeliveryError("Telegram can't be reached", channel=True)
    reason = "Telegram's answer was lost"
    return DeliveryError(reason, retry_after=UNKNOWN_PAUSE, exact=True, unknown=True)
