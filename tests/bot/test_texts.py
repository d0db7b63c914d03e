"""`otklik texts`: an administrator learns what does not fit in his own wordings, and how ours read."""

import json
from pathlib import Path

import pytest

from replies.languages import LANGUAGES, BadCatalogue, Languages
from tests.bot.commands import Ran, run

GREETING = 'msgid "letter.greeting"\nmsgstr "{}"\n\n'
PLURAL = 'msgid "duration.hours"\nmsgid_plural "duration.hours"\n'


def checks(folder: Path, text: str, language: str = "ru", *words: str) -> Ran:
    (folder / f"{language}.po").write_text(text, encoding="utf-8")
    return run("texts", "check", str(folder), *words)


def test_texts_that_fit_are_counted_and_nothing_is_said_of_them(tmp_path: Path) -> None:
    ran = checks(tmp_path, GREETING.format("Добрый день!"))
    count = len(Languages().keys())
    assert (ran.status, ran.output_bytes.decode()) == (
        0, f"ru: 1 of {count} texts in your words, 0 not translated\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "msgid", "says"),
    [
        (GREETING.format("а") + 'msgid "letter.greting"\nmsgstr "б"', 4, "letter.greting", "did you mean"),
        ('msgid "closed.text"\nmsgstr "Закрыто"', 1, "closed.text", "lacks {number}"),
        ('msgid "closed.text"\nmsgstr "{number} {who}"', 1, "closed.text", "unknown {who}"),
        (GREETING.format("а") + PLURAL + 'msgstr[0] "{n} ч"\nmsgstr[1] "ч"', 4, "duration.hours", "lacks"),
        ('msgid "duration.hours"\nmsgstr "{n} ч"', 1, "duration.hours", "needs msgid_plural"),
        (GREETING.format(""), 1, "letter.greeting", "empty text"),
        (GREETING.format("а") + GREETING.format("б"), 4, "letter.greeting", "given 2 times"),
        ('#, fuzzy\n' + GREETING.format("а"), 2, "letter.greeting", "marked as fuzzy"),
        (GREETING.format("а") + 'msgid "x', 4, "", "not a catalogue that we can read"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 30 else "",
)  # fmt: skip
def test_what_does_not_fit_is_named_with_file_and_line(
    tmp_path: Path, text: str, line: int, msgid: str, says: str
) -> None:
    ran = checks(tmp_path, text, "ru", "--json")
    assert ran.status == 1
    told = json.loads(ran.output_bytes)
    (found,) = [one for one in told["findings"] if not one["warning"]]
    assert (found["file"], found["line"], found["msgid"]) == ("ru.po", line, msgid)
    assert says in found["says"]
    with pytest.raises(BadCatalogue):  # with such a file the service does not start either
        Languages(tmp_path)


def test_every_mistake_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "de.po").write_text("", encoding="utf-8")
    (tmp_path / "en.po").write_text('msgid "no.such"\nmsgstr "x"', encoding="utf-8")
    ran = checks(tmp_path, 'msgid "gone"\nmsgstr "x"\n\nmsgid "closed.text"\nmsgstr "x"')
    lines = ran.output_bytes.decode().splitlines()
    assert ran.status == 1
    assert [line.split(": ")[:3] for line in lines[:4]] == [
        ["de.po", "error", "no such language; known are ru, uk, en, fi"],
        ["en.po:1", "no.such", "error"],
        ["ru.po:1", "gone", "error"],
        ["ru.po:4", "closed.text", "error"],
    ]


@pytest.mark.parametrize(
    ("language", "words", "says"),
    [
        ("ru", 'Ваша \\"заявка\\"', "“заяв"),
        ("ru", "Подождите...", "“...”"),
        ("ru", "Дело — в файле", "needs a no-break space"),
        ("ru", "Файл № 5", "needs a no-break space"),
        ("uk", "На протязі дня", "another word"),
        ("en", "Dear client", "“Dear”"),
        ("fi", "Tikettisi on suljettu", "“Tiket”"),
    ],
)
def test_style_is_advice_that_refuses_nothing(tmp_path: Path, language: str, words: str, says: str) -> None:
    ran = checks(tmp_path, GREETING.format(words), language)
    told = ran.output_bytes.decode()
    assert ran.status == 0
    assert f"{language}.po:1: letter.greeting: warning: " in told and says in told
    assert Languages(tmp_path).text(language, "letter.greeting")


def test_our_own_catalogues_pass_their_own_check() -> None:
    ran = run("texts", "check", str(Path("replies/languages")))
    assert ran.status == 0, ran.output_bytes.decode()
    assert "error" not in ran.output_bytes.decode() and "warning" not in ran.output_bytes.decode()


@pytest.mark.parametrize("words", [("check",), ("check", "/nowhere")])
def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert run("init", str(tmp_path / "desk")).status == 0
    ran = run("texts", *words, "--config", str(tmp_path / "desk" / "config.toml"))
    assert ran.status in (1, 2) and ran.errors


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_texts_are_listed_with_their_present_words(tmp_path: Path, language: str) -> None:
    assert run("init", str(tmp_path / "desk")).status == 0
    config = tmp_path / "desk" / "config.toml"
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / f"{language}.po").write_text(GREETING.format("Own words"), encoding="utf-8")
    config.write_text(
        config.read_text().replace('texts = ""', f'texts = "{tmp_path / "own"}"'), encoding="utf-8"
    )
    listed = run("texts", "list", "--language", language, "--config", str(config)).output_bytes.decode()
    assert "letter.greeting: Own words\n" in listed
    names = {line.partition(": ")[0] for line in listed.splitlines()}
    assert names == Languages().keys()
