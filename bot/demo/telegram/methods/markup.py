"""Buttons under a message, as Telegram checks them."""

from bot.demo.telegram.errors import bad
from bot.demo.telegram.things import Json

BUTTONS_MOST = 100
DATA_MOST = 64  # bytes
_KINDS = ("callback_data", "url", "copy_text")
_KNOWN = {"text", "style", *_KINDS}


def checked(markup: Json | None) -> Json | None:
    """The markup, when its buttons are as they must be."""
    if not markup or "inline_keyboard" not in markup:
        return markup or None
    rows = [row for row in markup["inline_keyboard"] if row]
    buttons = [button for row in rows for button in row]
    for button in buttons:
        _button(button)
    if len(buttons) > BUTTONS_MOST:
        raise bad("reply markup is too long")
    return {"inline_keyboard": rows} if rows else None


def _button(button: Json) -> None:
    if unknown := sorted({*button} - _KNOWN):
        raise bad(f'can\'t parse inline keyboard button: unknown field "{unknown[0]}"')
    if not button.get("text"):
        raise bad("inline keyboard button text must be non-empty")
    kinds = [kind for kind in _KINDS if kind in button]
    if len(kinds) != 1:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= DATA_MOST:
        raise bad("BUTTON_DATA_INVALID")
    url = str(button.get("url", "https://host.example"))
    host = url.partition("://")[2].partition("/")[0]
    if not url.startswith(("http://", "https://", "tg://")) or ("." not in host and "tg:" not in url):
        raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
