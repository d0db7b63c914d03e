"""By which channel a client is reached: his address tells."""

from __future__ import annotations

MAIL, TELEGRAM = "mail", "telegram"
CHANNELS = (MAIL, TELEGRAM)
_PREFIX = "tg:"


def telegram_address(user_id: int) -> str:
    """Return the address of a person in Telegram, as the directory keeps it beside mail addresses.

    A group's, which nobody has in the directory, is made of its negative number in the same way.
    """
    return f"{_PREFIX}{user_id}"


def telegram_user(address: str) -> int | None:
    """Return whose address in Telegram it is, None for a mail address."""
    number = address.removeprefix(_PREFIX)
    digits = number.removeprefix("-")
    return int(number) if number != address and digits.isascii() and digits.isdigit() else None


def channel_of(address: str) -> str:
    """Return the channel by which an address is written to."""
    return MAIL if telegram_user(address) is None else TELEGRAM
