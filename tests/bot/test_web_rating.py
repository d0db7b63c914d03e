"""The rating page: what a client sees, what is stored, and what never is."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.forms import clean, rating_form
from replies.languages import LANGUAGES, Languages
from tests.bot.web_desk import (
    CLOSED_AT,
    SECRETS_OF_THE_TICKET,
    WebDesk,
    web_desk,  # noqa: F401 - the fixture "desk"
)

SCANNERS = (
    "Mozilla/5.0 (compatible; Microsoft SafeLinks)",
    "BarracudaCentral/1.0 LinkProtect",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Proofpoint URL Defense",
    "GoogleImageProxy",
    "Mimecast-URL-Scanner",
)
GOOD = {"stars": "4", "comment": "Спасибо", "satisfied": "yes", "recommend": "no"}
TEXTS = Languages()


def text(key: str, language: str = "ru", **values: object) -> str:
    return TEXTS.text(language, key, **values)


async def test_nothing_is_stored_when_scanners_open_every_link_twenty_times(desk: WebDesk) -> None:
    closure = await desk.closure()
    links = [desk.rate_url(closure, stars) for stars in range(1, 6)]
    for link in [*links, f"{links[4]}?saved=1", f"{links[4]}?change=1&stars=5&comment=x"]:
        for attempt in range(20):
            agent = {"User-Agent": SCANNERS[attempt % len(SCANNERS)]}
            for method in ("GET", "HEAD"):
                async with desk.http.request(method, link, headers=agent) as answer:
                    assert answer.status == 200
    assert await desk.rating(closure) == (None, "", None, None)
    assert await desk.history(closure) == []
    assert (await desk.post(links[1], {"stars": "2"}))[0] == 200
    assert await desk.rating(closure) == (2, "", None, None)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("stars", [1, 3, 5])
async def test_it_shows_the_star_of_the_link_in_the_clients_language(
    desk: WebDesk, language: str, stars: int
) -> None:
    status, page = await desk.get(desk.rate_url(await desk.closure(language), stars))
    assert status == 200
    assert f'<html lang="{language}">' in page
    assert f'value="{stars}" required checked>' in page
    assert page.count(" required checked>") == 1
    for key in ("choose", "unsaved", "comment", "satisfied", "recommend", "save"):
        assert text(f"page.rating.{key}", language) in page
    for n in range(1, 6):
        assert f": {text(f'stars.{n}', language)}</span>" in page


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_thanks_in_the_clients_language_and_says_until_when_it_can_be_changed(
    desk: WebDesk, language: str
) -> None:
    link = desk.rate_url(await desk.closure(language), 5)
    status, page = await desk.post(link, GOOD)
    assert status == 200
    assert text("page.rating.saved", language) in page
    assert TEXTS.plural(language, "page.rating.chosen", 4, meaning=text("stars.4", language)) in page
    day = {"ru": "7 декабря 2026 г.", "uk": "7 грудня 2026 р.", "en": "7 December 2026", "fi": "7.12.2026"}
    until = text("page.rating.until", language, date=day[language])
    assert until.replace("\xa0", " ") in page.replace("\xa0", " ")


async def test_it_answers_a_post_with_a_redirection_that_names_no_host(desk: WebDesk) -> None:
    closure = await desk.closure()
    async with desk.http.post(desk.rate_url(closure, 5), data=GOOD, allow_redirects=False) as answer:
        assert answer.status == 303
        assert answer.headers["Location"] == f"/rate/{desk.rate_token(closure, 5)}?saved=1"
    assert await desk.rating(closure) == (4, "Спасибо", True, False)


async def test_the_thanks_show_what_is_stored_and_lead_back_to_it(desk: WebDesk) -> None:
    closure = await desk.closure()
    link = desk.rate_url(closure, 5)
    await desk.post(link, GOOD)
    _, thanks = await desk.get(f"{link}?saved=1")
    assert f'href="/rate/{desk.rate_token(closure, 5)}?change=1"' in thanks
    assert thanks.count('class="full"') == 4
    _, form = await desk.get(f"{link}?change=1")
    assert 'value="4" required checked>' in form
    assert "\nСпасибо</textarea>" in form
    assert 'id="satisfied-yes" value="yes" checked>' in form
    assert 'id="recommend-no" value="no" checked>' in form
    assert text("page.rating.unsaved") not in form


async def test_another_link_of_the_mail_offers_its_own_star_after_a_rating(desk: WebDesk) -> None:
    closure = await desk.closure()
    await desk.post(desk.rate_url(closure, 5), {"stars": "5"})
    _, form = await desk.get(desk.rate_url(closure, 2))
    assert 'value="2" required checked>' in form
    assert text("page.rating.unsaved") in form
    assert (await desk.rating(closure))[0] == 5


async def test_nobody_is_thanked_before_he_has_rated(desk: WebDesk) -> None:
    _, page = await desk.get(f"{desk.rate_url(await desk.closure(), 3)}?saved=1")
    assert text("page.rating.saved") not in page
    assert 'value="3" required checked>' in page


async def test_the_same_post_again_changes_nothing(desk: WebDesk) -> None:
    closure = await desk.closure()
    link = desk.rate_url(closure, 4)
    answers = [await desk.post(link, GOOD) for _ in range(5)]
    assert len(set(answers)) == 1
    assert await desk.rating(closure) == (4, "Спасибо", True, False)
    assert len(await desk.history(closure)) == 1


async def test_the_last_word_counts_and_the_history_keeps_the_others(desk: WebDesk) -> None:
    closure = await desk.closure()
    link = desk.rate_url(closure, 5)
    await desk.post(link, GOOD)
    await desk.post(link, {"stars": "1", "comment": "", "satisfied": "no"})
    assert await desk.rating(closure) == (1, "", False, False)
    await desk.post(link, GOOD)  # the first form once more, from the browser's history
    assert await desk.rating(closure) == (4, "Спасибо", True, False)
    assert [event["after"][:7] for event in await desk.history(closure)] == ["4 stars", "1 stars", "4 stars"]


async def test_the_page_names_the_ticket_and_shows_nothing_of_it(desk: WebDesk) -> None:
    closure = await desk.closure()
    link = desk.rate_url(closure, 5)
    _, form = await desk.get(link)
    _, thanks = await desk.post(link, GOOD)
    for page in (form, thanks):
        assert '<span class="number">AS-000001</span>' in page
        assert not [secret for secret in SECRETS_OF_THE_TICKET if secret in page]


async def test_it_takes_ratings_until_the_invitation_expires_and_says_kindly_when_it_has(
    desk: WebDesk,
) -> None:
    closure = await desk.closure("en")
    link = desk.rate_url(closure, 5)
    desk.now = CLOSED_AT + timedelta(days=14)
    assert (await desk.post(link, {"stars": "5"}))[0] == 200
    desk.now += timedelta(seconds=1)
    for status, page in (await desk.get(link), await desk.post(link, {"stars": "1"})):
        assert status == 410
        assert text("page.rating.expired", "en") in page
    assert (await desk.rating(closure))[0] == 5


async def test_it_says_that_a_reopened_ticket_cannot_be_rated_yet(desk: WebDesk) -> None:
    closure = await desk.closure("uk")
    await desk.reopen(closure)
    link = desk.rate_url(closure, 5)
    for status, page in (await desk.get(link), await desk.post(link, GOOD)):
        assert status == 410
        assert text("page.rating.withdrawn", "uk") in page
    assert await desk.rating(closure) == (None, "", None, None)


async def test_it_does_not_call_a_ticket_open_that_was_closed_again(desk: WebDesk) -> None:
    closure = await desk.closure()
    await desk.reopen(closure)
    await desk.change((await desk.row(closure))["ticket_id"], state="closed")
    status, page = await desk.get(desk.rate_url(closure, 5))
    assert status == 410
    assert text("page.rating.expired") in page


@pytest.mark.parametrize("stars", [None, "", "0", "6", "-1", "4.0", "４", "five", "4" * 5000])
async def test_it_asks_for_stars_and_keeps_what_was_filled_in(desk: WebDesk, stars: str | None) -> None:
    closure = await desk.closure()
    form = {"comment": "Долго ждали", "recommend": "no"} | ({} if stars is None else {"stars": stars})
    status, page = await desk.post(desk.rate_url(closure, 5), form)
    assert status == 422
    assert text("page.rating.missing") in page
    assert "\nДолго ждали</textarea>" in page
    assert 'id="recommend-no" value="no" checked>' in page
    assert await desk.rating(closure) == (None, "", None, None)


async def test_it_takes_five_thousand_characters_of_any_kind_and_not_one_more(desk: WebDesk) -> None:
    closure = await desk.closure()
    link = desk.rate_url(closure, 5)
    assert (await desk.post(link, {"stars": "5", "comment": "🙂" * 5000}))[0] == 200
    assert (await desk.rating(closure))[1] == "🙂" * 5000
    status, page = await desk.post(link, {"stars": "1", "comment": "ж" * 5001})
    assert status == 422
    assert text("page.rating.too-long") in page
    assert "ж" * 5001 in page
    assert (await desk.rating(closure))[0] == 5


async def test_a_comment_is_stored_as_written_and_shown_as_text(desk: WebDesk) -> None:
    closure = await desk.closure()
    link = desk.rate_url(closure, 5)
    nasty = "</textarea><script>alert(1)</script>\r\n{{7*7}} %s {0} '; DROP TABLE closures;--"
    await desk.post(link, {"stars": "5", "comment": nasty})
    assert (await desk.rating(closure))[1] == nasty.replace("\r\n", "\n")
    _, form = await desk.get(f"{link}?change=1")
    assert "<script" not in form
    assert "&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt;\n{{7*7}} %s {0}" in form


async def test_a_comment_that_was_taken_out_is_gone(desk: WebDesk) -> None:
    closure = await desk.closure()
    link = desk.rate_url(closure, 5)
    await desk.post(link, GOOD)
    await desk.post(link, {**GOOD, "comment": "  \n "})
    assert (await desk.rating(closure))[1] == ""


@given(st.text(st.characters(codec=None)))
def test_cleaned_text_has_no_control_characters_and_stays_as_it_is(comment: str) -> None:
    once = clean(comment)
    assert clean(once) == once
    assert not [char for char in once if ord(char) < 32 and char not in "\n\t"]
    once.encode()  # no lone surrogate, which no database takes


@given(st.dictionaries(st.sampled_from(["stars", "comment", "satisfied", "recommend", "x"]), st.text()))
def test_any_form_is_understood_as_far_as_it_makes_sense(fields: dict[str, str]) -> None:
    form = rating_form(fields)
    assert form.stars is None or fields["stars"] == str(form.stars)
    assert (form.satisfied is not None) == (fields.get("satisfied") in ("yes", "no"))
    assert (form.mistake is None) == (form.stars in range(1, 6) and len(form.comment) <= 5000)
