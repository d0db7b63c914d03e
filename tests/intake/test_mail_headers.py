"""Header fields → text: encoded words, raw 8-bit bytes, folding, parameters, and caps on all of it."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.limits import Limits
from intake.mime import charsets, headers, parameters
from intake.mime.cleaning import file_name, one_line
from intake.mime.headers import Headers, decode_field


def block(raw: bytes, limits: Limits | None = None) -> Headers:
    """The header block at the beginning of `raw`."""
    return headers.split(raw, 0, len(raw), limits or Limits())[0]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"plain", "plain"),
        (b"=?utf-8?Q?a_b=3Dc?=", "a b=c"),
        (b"=?utf-8?B?0JA=?= =?utf-8?B?0JE=?=", "АБ"),
        (b"=?utf-8?B?0JA=?= and =?utf-8?B?0JE=?=", "А and Б"),
        (b"=?utf-8?B?0A==?= =?utf-8?B?kA==?=", "А"),
        (b"=?koi8-r?Q?=E1?= =?utf-8?B?0JE=?=", "АБ"),
        (b"=?utf-8*ru?Q?=D0=90?=", "А"),
        (b"=?windows-1251?Q?=CF=F0=E8?=", "При"),
        (b"=?cp1251?Q?=CF=F0=E8?=", "При"),
        (b"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        (b"=?gb2312?B?1tDOxA==?=", "中文"),
        (b"=?utf-8?Q?is it so??=", "is it so?"),
        (b"=?utf-8?B?0JA", "=?utf-8?B?0JA"),
        (b"=?utf-8?X?0JA=?=", "=?utf-8?X?0JA=?="),
        ("=?iso-8859-1?Q?Frösche?=".encode("latin-1"), "Frösche"),
        ("Ошибка".encode("cp1251"), "Ошибка"),
        ("Ошибка".encode("koi8-r"), "Ошибка"),
        ("Ошибка".encode("cp866"), "Ошибка"),
        ("Помилка".encode(), "Помилка"),
        ("Päiväys".encode("latin-1"), "Päiväys"),
    ],
)
def test_a_field_is_decoded(raw: bytes, text: str) -> None:
    assert decode_field(raw) == text


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), min_size=1, max_size=60))
def test_what_is_encoded_by_the_rules_comes_back(text: str) -> None:
    word = b"=?utf-8?B?" + base64.b64encode(text.encode()) + b"?="
    assert decode_field(word) == text.removeprefix("\ufeff")


def test_folded_fields_are_unfolded() -> None:
    found = block(b"Subject: one\r\n two\r\n\tthree\r\nFrom: a@b\r\n\r\nbody")
    assert (found.raw("subject"), found.raw("from")) == (b"one two three", b"a@b")


def test_the_block_ends_at_the_first_empty_line() -> None:
    raw = b"Subject: x\n\nFrom: in the body\n"
    found, body = headers.split(raw, 0, len(raw), Limits())
    assert (found.names(), raw[body:]) == ({"subject"}, b"From: in the body\n")


def test_a_text_without_any_header_is_all_body() -> None:
    raw = b"Just some words\nand some more\n"
    found, body = headers.split(raw, 0, len(raw), Limits())
    assert (found.names(), body) == (frozenset(), 0)


def test_a_long_field_is_cut_and_the_next_one_read() -> None:
    found = block(b"References: " + b"<1@x> " * 400_000 + b"\r\nFrom: a@b\r\n\r\n")
    assert len(found.raw("references")) <= Limits().header
    assert found.raw("from") == b"a@b"
    assert found.defects == ("header-too-long",)


def test_of_too_many_fields_those_are_taken_that_a_mail_cannot_do_without() -> None:
    found = block(b"X-Filler: y\r\n" * 100_000 + b"From: a@b\r\nX-Last: z\r\nContent-Type: text/html\r\n\r\n")
    assert (found.raw("from"), found.raw("content-type"), found.raw("x-last")) == (b"a@b", b"text/html", b"")
    assert found.defects == ("headers-too-large",)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ('text/plain; charset="utf-8"', "text/plain", {"charset": "utf-8"}),
        ("TEXT/HTML;CharSet=KOI8-R", "text/html", {"charset": "KOI8-R"}),
        ("image/png; name=my shot.png", "image/png", {"name": "my shot.png"}),
        ('a/b; name="x;y=\\"z\\".png"', "a/b", {"name": 'x;y="z".png'}),
        ('a/b; name="C:\\temp\\x.png"', "a/b", {"name": "C:\\temp\\x.png"}),
        ("attachment; filename*=utf-8''%D0%90.png; filename=plain.png", "attachment", {"filename": "А.png"}),
        ("a/b; name*0=one; name*1=two", "a/b", {"name": "onetwo"}),
        ("a/b; name*1*=%90.png; name*0*=utf-8'ru'%D0", "a/b", {"name": "А.png"}),
        ("a/b; name=one; name=two", "a/b", {"name": "one"}),
        ("a/b; =x; ;; name", "a/b", {}),
        ('a/b; name="never closed', "a/b", {"name": "never closed"}),
        ("", "", {}),
        (";;;;", "", {}),
    ],
)
def test_parameters_are_read(field: str, value: str, expected: dict[str, str]) -> None:
    assert parameters.parse(field.encode()) == (value, expected)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_field_makes_a_parser_raise(raw: bytes) -> None:
    parameters.parse(raw)
    decode_field(raw)
    block(raw).text("subject")


@pytest.mark.parametrize(
    "charset",
    [
        "zlib",
        "base64",
        "rot13",
        "punycode",
        "idna",
        "unicode_escape",
        "undefined",
        "no-such",
        "",
        "\0",
        "utf-8\n" * 99,
    ],
)
def test_what_is_no_charset_of_text_is_never_used_as_one(charset: str) -> None:
    assert charsets.codec_of(charset) is None
    assert charsets.decode("Ошибка".encode(), charset) == "Ошибка"


@settings(deadline=None)
@given(
    st.binary(max_size=200),
    st.sampled_from(["", "utf-8", "koi8-r", "iso-2022-jp", "utf-16", "gb2312", "utf-7", "x"]),
)
def test_any_bytes_are_some_text(raw: bytes, charset: str) -> None:
    assert isinstance(charsets.decode(raw, charset), str)


@pytest.mark.parametrize(
    "charset", ["utf-8", "windows-1251", "koi8-r", "iso-8859-5", "cp866", "utf-16", "utf-7"]
)
def test_a_rightly_labelled_text_is_decoded_exactly(charset: str) -> None:
    text = "Здравствуйте, не печатается отчёт."
    assert charsets.decode(text.encode(charset), charset) == text


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\y.png", "y.png"),
        ("\u200b.htaccess", ".htaccess"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("a\r\nBcc: x\0.png", "a Bcc: x.png"),
        ("CON.png", "_CON.png"),
        ("nul", "_nul"),
        ("trailing. . ", "trailing"),
        ("/", ""),
        ("x" * 1_000 + ".png", "x" * 116 + ".png"),
        ("Отчёт 1.xlsx", "Отчёт 1.xlsx"),
    ],
)
def test_a_file_name_is_cleaned_for_showing(name: str, cleaned: str) -> None:
    assert file_name(name) == cleaned


@settings(deadline=None)
@given(st.text(max_size=300))
def test_a_cleaned_name_never_holds_what_harms(name: str) -> None:
    cleaned = file_name(name)
    assert len(cleaned) <= 121
    assert not set(cleaned) & set("/\\\r\n\0\u200b\u202e\u2066\ufeff")
    assert one_line(cleaned) == cleaned
