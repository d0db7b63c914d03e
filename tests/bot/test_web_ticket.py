"""A ticket's page: where it stands, in the client's language, and never what was written."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from replies.languages import LANGUAGES, Languages
from storage import facts
from storage.directory import Directory
from tests.bot.web_desk import CLOSED_AT, DUE_AT, LEVEL, SECRETS_OF_THE_TICKET, WebDesk, serving

TEXTS = Languages()
REACTED = {"reacted_at": datetime(2026, 11, 23, 5, tzinfo=UTC), "reacted_by": "Анна"}
CLOSED = {"state": "closed", "closed_at": CLOSED_AT}
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
        ({**CLOSED, **REACTED}, True, "answered"),
        # The clock stands still, or it no longer matters: neither a promise nor a delay.
        ({"state": "waiting"}, True, None),
        ({"state": "postponed"}, True, None),
        (CLOSED, True, None),
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


ASKED_HEAD = {"ask": "escalate"}
ASKED_BACK = {"ask": "reopen"}


async def history(ticket_id: int) -> list[tuple[str, str]]:
    """What was asked for on a ticket, by whom."""
    ticket = await facts.ticket(ticket_id)
    assert ticket is not None
    return [(one["what"], one["who"]) for one in ticket["history"]]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_head_of_support_is_asked_once_a_day_and_the_page_says_so(
    desk: WebDesk, language: str
) -> None:
    ticket_id = await desk.ticket(language)
    url = desk.ticket_url(ticket_id)
    button = TEXTS.text(language, "page.ticket.button.escalate")
    assert button in (await desk.get(url))[1]
    for _ in range(3):
        status, page = await desk.post(url, ASKED_HEAD)
        assert status == 200 and button not in page
        told = TEXTS.text(language, "page.ticket.escalated", moment="|").split("|")
        assert all(said(part) in said(page) for part in told)
    assert await history(ticket_id) == [("escalated", "client")]
    desk.now += timedelta(days=1)
    assert button in (await desk.get(url))[1]
    await desk.post(url, ASKED_HEAD)
    assert len(await history(ticket_id)) == 2


async def test_of_many_presses_at_once_one_counts(desk: WebDesk) -> None:
    ticket_id = await desk.ticket()
    url = desk.ticket_url(ticket_id)
    assert {
        status for status, _ in await asyncio.gather(*(desk.post(url, ASKED_HEAD) for _ in range(8)))
    } == {200}
    assert await history(ticket_id) == [("escalated", "client")]


async def test_a_closed_ticket_is_reopened_by_its_button_and_its_invitation_withdrawn(desk: WebDesk) -> None:
    closure = await desk.closure()
    ticket_id = (await desk.row(closure))["ticket_id"]
    desk.now = CLOSED_AT + timedelta(hours=1)
    url = desk.ticket_url(ticket_id)
    status, page = await desk.post(url, ASKED_BACK)
    assert status == 200
    assert said(TEXTS.text("ru", "page.ticket.reopened", moment="|").split("|")[0]) in said(page)
    assert TEXTS.text("ru", "page.ticket.button.reopen") not in page
    ticket = await facts.ticket(ticket_id)
    assert ticket is not None and ticket["state"] == "open"
    assert (await desk.row(closure))["withdrawn_at"] == desk.now
    await desk.post(url, ASKED_BACK)
    assert await history(ticket_id) == [("reopened", "client")]


@pytest.mark.parametrize(
    ("days", "columns"), [(31, {}), (1, {"merged_into": 999})], ids=["too long ago", "merged"]
)
async def test_what_can_not_be_reopened_has_no_button_and_stays_closed(
    desk: WebDesk, days: int, columns: dict[str, object]
) -> None:
    ticket_id = await desk.ticket("ru", state="closed", closed_at=CLOSED_AT, **columns)
    desk.now = CLOSED_AT + timedelta(days=days)
    assert (
        TEXTS.text("ru", "page.ticket.button.reopen") not in (await desk.get(desk.ticket_url(ticket_id)))[1]
    )
    for form in (ASKED_BACK, ASKED_HEAD):
        assert (await desk.post(desk.ticket_url(ticket_id), form))[0] == 200
    assert await history(ticket_id) == []


async def test_who_is_refused_service_can_ask_for_nothing(desk: WebDesk) -> None:
    ticket_id = await desk.ticket()
    assert await Directory(desk.database).block(
        "olga1@client.example", "Анна", "угрозы", desk.now, domain="example.org", language="ru"
    )
    url = desk.ticket_url(ticket_id)
    assert TEXTS.text("ru", "page.ticket.button.escalate") not in (await desk.get(url))[1]
    await desk.post(url, ASKED_HEAD)
    assert ("escalated", "client") not in await history(ticket_id)


async def test_opening_the_page_changes_nothing_whatever_the_address_says(desk: WebDesk) -> None:
    ticket_id = await desk.ticket()
    url = desk.ticket_url(ticket_id)
    for address in (url, f"{url}?ask=escalate", f"{url}?ask=reopen"):
        async with desk.http.head(address) as answer:
            assert answer.status == 200
        await desk.get(address)
    assert await history(ticket_id) == []


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}], ids=str
)
async def test_a_form_of_another_site_is_refused(desk: WebDesk, headers: dict[str, str]) -> None:
    ticket_id = await desk.ticket()
    status, _ = await desk.post(desk.ticket_url(ticket_id), ASKED_HEAD, headers=headers)
    assert (status, await history(ticket_id)) == (403, [])


@pytest.mark.parametrize("form", [{}, {"ask": "close"}, {"state": "closed"}], ids=str)
async def test_nothing_else_can_be_asked_for(desk: WebDesk, form: dict[str, str]) -> None:
    ticket_id = await desk.ticket()
    assert (await desk.post(desk.ticket_url(ticket_id), form))[0] in (400, 415)
    assert await history(ticket_id) == []
