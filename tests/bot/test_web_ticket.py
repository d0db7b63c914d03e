"""A ticket's page: where it stands, in the client's language, and never what was written."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from replies.languages import LANGUAGES, Languages
from tests.bot.web_desk import DUE_AT, LEVEL, SECRETS_OF_THE_TICKET, WebDesk, serving

TEXTS = Languages()
REACTED = {"reacted_at": datetime(2026, 11, 23, 5, tzinfo=UTC), "reacted_by": "Анна"}
DEADLINES = {
    "ru": "23 ноября 2026 г., 13:30 (МСК)",
    "uk": "23 листопада 2026 р., 13:30 (за московським часом)",
    "en": "23 November 2026, 13:30 (Moscow time)",
    "fi": "23.11.2026 klo 13.30 (Moskovan aikaa)",
}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[WebDesk]:
    async with serving(tmp_path) as served:
        served.now = DUE_AT - timedelta(hours=1)
        yield served


def said(page: str) -> str:
    return page.replace("\xa0", " ")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_tells_number_state_level_and_promise_and_nothing_else(desk: WebDesk, language: str) -> None:
    status, page = await desk.get(desk.ticket_url(await desk.ticket(language)))
    assert status == 200
    assert f'<html lang="{language}">' in page
    assert '<span class="number">AS-000001</span>' in page
    state = TEXTS.text(language, "state.new")
    for sentence in (
        TEXTS.text(language, "page.ticket.state", state=state),
        TEXTS.text(language, "page.ticket.level", level=LEVEL),
        TEXTS.text(language, "page.ticket.promise", deadline=DEADLINES[language]),
        TEXTS.text(language, "page.ticket.add"),
    ):
        assert said(sentence) in said(page)
    assert not [secret for secret in SECRETS_OF_THE_TICKET if secret in page]
    assert "<script" not in page


@pytest.mark.parametrize(
    ("columns", "late", "told"),
    [
        ({"state": "new"}, False, "promise"),
        ({"state": "open"}, False, "promise"),
        ({"state": "new"}, True, "overdue"),
        ({"state": "open"}, True, "overdue"),
        ({"state": "open", **REACTED}, True, "answered"),
        ({"state": "waiting", **REACTED}, False, "answered"),
        ({"state": "closed", **REACTED}, True, "answered"),
        # The clock stands still, or it no longer matters: neither a promise nor a delay.
        ({"state": "waiting"}, True, None),
        ({"state": "postponed"}, True, None),
        ({"state": "closed"}, True, None),
    ],
    ids=str,
)
async def test_it_tells_what_became_of_the_promise(
    desk: WebDesk, columns: dict[str, object], late: bool, told: str | None
) -> None:
    desk.now = DUE_AT + timedelta(seconds=1) if late else DUE_AT
    _, page = await desk.get(desk.ticket_url(await desk.ticket("ru", **columns)))
    values = {"promise": {"deadline": DEADLINES["ru"]}, "overdue": {"deadline": DEADLINES["ru"]}}
    for key in ("promise", "overdue", "answered"):
        sentence = TEXTS.text("ru", f"page.ticket.{key}", **values.get(key, {}))
        assert (said(sentence) in said(page)) == (key == told)
    closed = columns["state"] == "closed"
    assert (TEXTS.text("ru", "page.ticket.reopen") in page) == closed
    assert (TEXTS.text("ru", "page.ticket.add") in page) != closed


async def test_it_opens_for_whoever_has_the_link_until_that_expires(desk: WebDesk) -> None:
    link = desk.ticket_url(await desk.ticket())
    agents = [{"User-Agent": "curl/8"}, {"Cookie": "a=b", "Accept-Language": "fi"}]
    first, second = [await desk.get(link, headers=headers) for headers in agents]
    assert first == second
    desk.now += timedelta(days=366)
    assert (await desk.get(link))[0] == 404


async def test_it_takes_no_forms(desk: WebDesk) -> None:
    async with desk.http.post(desk.ticket_url(await desk.ticket()), data={"state": "closed"}) as answer:
        assert answer.status == 405
        assert answer.headers["Allow"] == "GET,HEAD"
