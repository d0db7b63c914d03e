"""The catalogues: complete, well formed, in the style sheets' typography; and an admin's own over them."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replies.languages import LANGUAGES, BadCatalogue, Languages
from replies.languages.style import FORBIDDEN, LOOSE, MAY_BREAK, TYPOGRAPHY

TEXTS = Languages()
PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
PLURAL_FORMS = {"ru": 3, "uk": 3, "en": 2, "fi": 2}


def every_form(language: str) -> list[tuple[str, str]]:
    return [(key, form) for key in sorted(TEXTS.keys()) for form in TEXTS.forms(language, key)]


def own(folder: Path, text: str, language: str = "ru") -> Path:
    (folder / f"{language}.po").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_has_every_text_in_every_language(language: str) -> None:
    alone = Languages(default=language)
    assert alone.keys() == TEXTS.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_have_the_same_placeholders_and_the_language_s_number_of_forms(language: str) -> None:
    for key in TEXTS.keys():  # noqa: SIM118 - no mapping
        forms, english = TEXTS.forms(language, key), TEXTS.forms("en", key)
        assert {p for form in forms for p in PLACEHOLDER.findall(form)} == {
            p for form in english for p in PLACEHOLDER.findall(form)
        }, key
        assert len(forms) == (1 if len(english) == 1 else PLURAL_FORMS[language]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_has_a_word_that_the_style_sheet_forbids(language: str) -> None:
    bad = FORBIDDEN[language]
    assert [(key, form) for key, form in every_form(language) if bad.search(form)] == []


def test_the_search_for_forbidden_words_finds_them() -> None:
    assert FORBIDDEN["ru"].search("Ваша заявка принята")
    assert FORBIDDEN["fi"].search("Tiketti on suljettu")


@pytest.mark.parametrize("language", LANGUAGES)
def test_quotation_marks_dashes_and_spaces_are_those_of_the_style_sheet(language: str) -> None:
    bad = TYPOGRAPHY[language]
    assert [(key, form) for key, form in every_form(language) if bad.search(form)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_exclamation_mark_stands_in_greetings_alone(language: str) -> None:
    assert {key for key, form in every_form(language) if "!" in form} <= {
        "letter.greeting",
        "letter.greeting.named",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_dash_number_and_unit_are_tied_by_a_no_break_space(language: str) -> None:
    loose = LOOSE[language]
    assert [key for key, form in every_form(language) if loose.search(form) and key not in MAY_BREAK] == []


@pytest.mark.parametrize(
    ("language", "pronoun"), [("ru", r"\b[Вв]а[мсш]\w*|\b[Вв]ы\b"), ("uk", r"\b[Вв]а[мсш]\w*|\b[Вв]и\b")]
)
def test_you_has_a_capital_in_letters_and_none_on_pages(language: str, pronoun: str) -> None:
    for key, form in every_form(language):
        for found in re.finditer(pronoun, form):
            opens = found.start() == 0 or form[found.start() - 2] in ".?!:"
            page = key.startswith(("page.", "state.", "report."))
            assert opens or found[0][0].isupper() != page, (key, form)


@pytest.mark.parametrize("language", ["ru", "uk"])
def test_no_word_mixes_latin_and_cyrillic_letters(language: str) -> None:
    mixed = re.compile(r"[a-z][а-яёіїєґ]|[а-яёіїєґ][a-z]", re.IGNORECASE)
    assert [(key, form) for key, form in every_form(language) if mixed.search(form)] == []


def test_russian_writes_yo_and_ukrainian_has_no_russian_letters() -> None:
    without_yo = re.compile(
        r"\b(?:еще|ее|свое|истек|решен|сохранен|поврежден|произошел|ждет|вернем|счет)\b", re.I
    )
    assert [key for key, form in every_form("ru") if without_yo.search(form)] == []
    assert [key for key, form in every_form("uk") if re.search("[ыэъё]", form, re.IGNORECASE)] == []


def test_it_answers_in_the_desk_s_language_when_the_client_s_is_unknown() -> None:
    desk = Languages(default="fi")
    assert desk.text("de", "letter.greeting") == desk.text(None, "letter.greeting") == "Hei!"
    assert desk.text("en-GB", "letter.greeting") == desk.text("EN_us", "letter.greeting") == "Hello,"


def test_a_desk_with_a_language_of_ours_only() -> None:
    with pytest.raises(ValueError, match="'de': known are ru, uk, en, fi"):
        Languages(default="de")


@given(st.text())
def test_a_value_is_never_looked_at_again(value: str) -> None:
    assert TEXTS.text("en", "closed.text", number=value) == f"Request {value} is closed."


@pytest.mark.parametrize(
    "value", ["{0}", "%s", "{{7*7}}", "{number}", "{desk}", "\\1", "\\g<0>", "'; DROP TABLE"]
)
def test_template_and_format_marks_stay_literal(value: str) -> None:
    assert TEXTS.text("ru", "letter.signature", desk=value) == f"Служба поддержки {value}"


def test_a_missing_value_or_key_is_our_own_mistake() -> None:
    with pytest.raises(KeyError, match="number"):
        TEXTS.text("ru", "closed.text")
    with pytest.raises(KeyError, match=r"no\.such"):
        TEXTS.text("ru", "no.such")
    with pytest.raises(KeyError, match="use plural"):
        TEXTS.text("ru", "duration.hours", n=1)
    with pytest.raises(KeyError, match="use text"):
        TEXTS.plural("ru", "closed.text", 1)


@given(st.integers(0, 10**6))
def test_whole_decimals_take_the_form_of_the_whole_number(n: int) -> None:
    for language in LANGUAGES:
        assert TEXTS.plural(language, "duration.days", Decimal(n).quantize(Decimal("0.01"))) == TEXTS.plural(
            language, "duration.days", n
        )


def test_an_admin_rewords_some_texts_and_keeps_the_others(tmp_path: Path) -> None:
    folder = own(
        tmp_path,
        'msgid "letter.greeting"\nmsgstr "Добрый день!"\n\n'
        'msgid "page.rating.chosen"\nmsgid_plural "page.rating.chosen"\n'
        'msgstr[0] "{n} звезда, {meaning}"\n'
        'msgstr[1] "{n} звезды, {meaning}"\n'
        'msgstr[2] "{n} звёзд, {meaning}"\n',
    )
    texts = Languages(folder)
    assert texts.text("ru", "letter.greeting") == "Добрый день!"
    assert texts.plural("ru", "page.rating.chosen", 5, meaning="отлично") == "5 звёзд, отлично"
    assert texts.text("ru", "closed.subject") == "Обращение закрыто"
    assert texts.text("en", "letter.greeting") == "Hello,"


def test_a_catalogue_as_an_editor_saves_it_is_taken(tmp_path: Path) -> None:
    header = (
        '\ufeffmsgid ""\nmsgstr ""\n"Language: ru\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && '
        '(n%100<12 || n%100>14) ? 1 : 2);\\n"\n\n#~ msgid "letter.gone"\n#~ msgstr "старое"\n\n'
    )
    texts = Languages(
        own(tmp_path, header + '#: old.py:1\nmsgid "letter.greeting"\nmsgstr "Добрый "\n"день!"\n')
    )
    assert texts.text("ru", "letter.greeting") == "Добрый день!"


THREE = 'msgid "duration.hours"\nmsgid_plural "duration.hours"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('msgid "letter.greting"\nmsgstr "Привет"', r"ru\.po: letter\.greting: no text has this name"),
        ('msgid "closed.text"\nmsgstr "Закрыто"', r"closed\.text: lacks \{number\}"),
        (
            'msgid "closed.text"\nmsgstr "{number} {name} закрыто"',
            r"closed\.text: unknown \{name\}; allowed are \{number\}",
        ),
        ('msgid "letter.greeting"\nmsgstr "{name}!"', r"unknown \{name\}; none is allowed"),
        ('msgid "letter.greeting"\nmsgstr ""', r"letter\.greeting: empty"),
        ('msgid "duration.hours"\nmsgstr "{n} ч"', r"duration\.hours: needs msgid_plural"),
        (THREE + 'msgstr[0] "{n} ч"\nmsgstr[1] "{n} ч"', r"duration\.hours: empty text or plural form"),
        (THREE + 'msgstr[0] "ч"\nmsgstr[1] "{n} ч"\nmsgstr[2] "{n} ч"', r"a plural form lacks \{n\}"),
        (THREE + "".join(f'msgstr[{n}] "{{n}} ч"\n' for n in range(4)), r"ru\.po: .*more translations"),
        (
            'msgid "letter.greeting"\nmsgid_plural "letter.greeting"\n'
            'msgstr[0] "а"\nmsgstr[1] "б"\nmsgstr[2] "в"',
            r"letter\.greeting: needs a single msgstr",
        ),
        ('#, fuzzy\nmsgid "letter.greeting"\nmsgstr "Привет!"', r"letter\.greeting: marked as fuzzy"),
        (
            'msgid "letter.greeting"\nmsgstr "а"\n\nmsgid "letter.greeting"\nmsgstr "б"',
            r"letter\.greeting: given 2 times",
        ),
        ('msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"', r"ru\.po: Plural-Forms"),
        ('msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=3; plural=(n % 3);\\n"', r"does not agree with ours"),
        (
            'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=3; plural=(n ** die);\\n"',
            r"ru\.po: not a catalogue",
        ),
        ('msgid "letter.greeting"\nmsgid "x"', r"ru\.po: not a catalogue"),
        ("Здравствуйте", r"ru\.po: not a catalogue"),
    ],
)
def test_a_bad_override_is_refused_by_file_msgid_and_mistake(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadCatalogue, match=says):
        Languages(own(tmp_path, text))


def test_an_override_for_another_language_or_in_another_charset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCatalogue, match=r"de\.po: no such language; known are ru, uk, en, fi"):
        Languages(own(tmp_path, "", "de"))
    (tmp_path / "de.po").unlink()
    (tmp_path / "ru.po").write_bytes('msgid "letter.greeting"\nmsgstr "Привет"'.encode("cp1251"))
    with pytest.raises(BadCatalogue, match=r"ru\.po: not a catalogue.*utf-8"):
        Languages(tmp_path)
