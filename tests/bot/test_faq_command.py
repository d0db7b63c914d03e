"""`otklik faq …`, and the tone check of `otklik tickets answer`."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.config import load
from storage.database import opened
from storage.offers import CHAT, NewOffer, helped, note_offers
from tests.bot.commands import Ran, run
from tests.bot.test_commands import config as config  # a fixture
from tests.faq.given import write


def on(config: Path, *words: str) -> Ran:
    return run(*words, "--config", str(config))


def text(ran: Ran) -> str:
    return ran.output_bytes.decode()


def objects(ran: Ran) -> list[dict[str, object]]:
    return [json.loads(line) for line in ran.output_bytes.splitlines()]


@pytest.fixture
def faq(config: Path) -> Path:
    """The folder of a desk's FAQ, with entries in Russian and English and a bad file."""
    told = config.read_text(encoding="utf-8")
    assert 'folder = ""' in told
    config.write_text(told.replace('folder = ""', 'folder = "faq"'), encoding="utf-8")
    folder = write(config.parent / "faq", "ru", "en")
    (folder / "bad.ru.md").write_text("---\ntitle: Плохая\ncolour: red\n---\nтекст", encoding="utf-8")
    return folder


def test_it_lists_entries_and_names_bad_files(config: Path, faq: Path) -> None:
    ran = on(config, "faq", "list", "--json")
    assert ran.status == 1
    assert "bad.ru.md:3: 'colour' is not known" in ran.errors
    (faq / "bad.ru.md").unlink()
    entries = [one for one in objects(on(config, "faq", "list", "--json")) if one["key"] == "refund"]
    assert [(one["language"], one["title"]) for one in entries] == [
        ("en", "Goods returned by a customer"),
        ("ru", "Возврат товара от покупателя"),
    ]
    assert entries[0]["link"] == "https://help.example/refund"


def test_it_shows_what_a_text_finds_and_whether_it_would_be_offered(config: Path, faq: Path) -> None:
    found = objects(on(config, "faq", "search", "где", "распечатать", "расчетный", "листок", "--json"))
    assert (found[0]["key"], found[0]["offered"], found[0]["languages"]) == ("payslip", True, ["en", "ru"])
    ran = on(config, "faq", "search", "??")
    assert (ran.status, ran.errors) == (1, "nothing is found\n")


def test_it_tells_what_was_offered_and_helped(config: Path, faq: Path) -> None:
    assert on(config, "migrate").status == 0

    async def offered() -> None:
        async with opened(load(config).database.url.get_secret_value()) as database:
            now = datetime(2026, 11, 23, tzinfo=UTC)
            one = NewOffer("refund", CHAT, "ru", now)
            first, _ = await database.writer.run(lambda: note_offers([one, one]))
            await database.writer.run(lambda: helped(first, now))

    asyncio.run(offered())
    (told,) = objects(on(config, "faq", "stats", "--json"))
    assert told == {"entry": "refund", "place": "chat", "offered": 2, "helped": 1, "not_helped": 0}
    assert text(on(config, "faq", "stats")) == "refund  chat: offered 2, helped 1 of 1 who said\n"
    assert text(on(config, "faq", "stats", "--since", "2026-12-01")) == ""


def test_without_a_folder_it_says_where_to_name_one(config: Path) -> None:
    ran = on(config, "faq", "list")
    assert (ran.status, ran.errors) == (1, "there is no FAQ; name its folder in config.toml: [faq] folder\n")


def test_an_answer_with_an_unwanted_phrase_is_refused_with_the_better_one(config: Path) -> None:
    ran = on(config, "tickets", "answer", "AS-000001", "Мне кажется, нужно обновить.")
    assert ran.status == 1
    assert 'instead of "Мне кажется, нужно" better "Рекомендую"' in ran.errors
    assert "--as-is" in ran.errors
    as_is = on(config, "tickets", "answer", "AS-000001", "Мне кажется, нужно обновить.", "--as-is")
    assert "there is no ticket AS-000001" in as_is.errors


def test_own_phrases_take_the_place_of_ours_and_the_check_can_be_off(config: Path) -> None:
    told = config.read_text(encoding="utf-8")
    own = '\n[[tone]]\nphrase = "само пройдёт"\nbetter = "исправим"\n'
    config.write_text(told + own, encoding="utf-8")
    assert 'better "исправим"' in on(config, "tickets", "answer", "1", "Оно само пройдет.").errors
    assert "instead of" not in on(config, "tickets", "answer", "1", "Мне кажется, нужно обновить.").errors
    config.write_text((told + own).replace("tone_check = true", "tone_check = false"), encoding="utf-8")
    assert "instead of" not in on(config, "tickets", "answer", "1", "Оно само пройдет.").errors
