"""What a client reads in his chat besides letters, in every language."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from replies.chats.splitting import MESSAGE, length
from replies.chats.talk import LABEL, talked
from replies.compose import Desk
from replies.languages import LANGUAGES, Languages
from replies.wording import Wording
from tests.desk_on_disk import LEVELS, MAIN, NUMBERING

TEXTS = Languages()
DESK = Desk(
    "АгроСофт", "support@example.org", "ru", "http://desk", ZoneInfo("Europe/Moscow"), {"main": MAIN},
    {level.key: level for level in LEVELS},
)  # fmt: skip
TICKETS = [{"id": 2, "subject": "Касса " * 40, "state": "waiting"}, {"id": 1, "subject": "", "state": "new"}]
CARD = {"subject": "Касса", "level": "general", "due_at": "2026-11-23T10:30:00+00:00", "reacted": False,
        "can_reopen": True, "escalated": False}  # fmt: skip
SAID: list[tuple[str, dict[str, Any]]] = [
    *((kind, {}) for kind in ("help", "new", "details-done", "escalated", "put-on", "group")),
    *((kind, {"tickets": TICKETS}) for kind in ("tickets", "which", "continued")),
    ("tickets", {"tickets": []}),
    *(("chosen", {"waiting": waiting, "closed": closed}) for waiting in (0, 2) for closed in (False, True)),
    *((kind, {"asks": asks}) for kind in ("detail", "detail-skipped")
      for asks in ("what", "product", "version", "steps")),
    *(("cannot-take", {"what": what}) for what in
      ("voice", "audio", "video", "sticker", "location", "contact", "poll", "other", "what is new")),
    ("not-kept", {"declined": [{"name": "a.png", "reason": "unfetched", "hint": ""}]}),
    *(("card", CARD | {"state": state, "escalated": escalated})
      for state in ("new", "open", "waiting", "postponed", "closed") for escalated in (False, True)),
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "facts"), SAID)
def test_it_is_said_in_a_message_with_buttons_that_telegram_takes(
    kind: str, facts: dict[str, Any], language: str
) -> None:
    said = talked(kind, Wording(TEXTS, language, chat=True), facts, 1, NUMBERING, DESK)
    assert said is not None
    (saying,) = said
    assert 0 < length(saying.text) <= MESSAGE and "{" not in saying.text
    for button in (one for row in saying.buttons for one in row):
        assert 0 < len(button.text) <= LABEL and 1 <= len(button.data.encode()) <= 64


def test_what_is_worded_elsewhere_is_left_to_it() -> None:
    assert talked("confirmation", Wording(TEXTS, "ru", chat=True), {}, 1, NUMBERING, DESK) is None


def test_a_new_request_is_among_the_choices() -> None:
    said = talked("which", Wording(TEXTS, "ru", chat=True), {"tickets": TICKETS}, None, NUMBERING, DESK)
    assert said is not None
    data = [one.data for row in said[0].buttons for one in row]
    assert data == ["to:2", "to:1", "to:0"]
    assert "AS-000002" in said[0].text, "who does not choose knows where it goes"
