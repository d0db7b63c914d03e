"""Which parts are the text of a mail, and what plain text says."""

import pytest

from intake.limits import Limits
from tests.intake.understood import understood


def multipart(kind: str, *parts: str) -> str:
    """A mail of that multipart type."""
    sections = "".join(f"--BB\n{part}\n" for part in parts)
    return f"From: olga@client.example\nContent-Type: multipart/{kind}; boundary=BB\n\n{sections}--BB--\n"


PLAIN = "Content-Type: text/plain; charset=utf-8\n\nplain words"
HTML = "Content-Type: text/html; charset=utf-8\n\n<p>html <b>words</b></p>"


def test_plain_text_is_preferred_wherever_it_stands() -> None:
    assert understood(multipart("alternative", HTML, PLAIN)).text == "plain words"


@pytest.mark.parametrize("empty", ["", " \n\n", "\u00a0\n"])
def test_html_serves_when_the_plain_text_is_empty(empty: str) -> None:
    plain = f"Content-Type: text/plain; charset=utf-8\n\n{empty}"
    assert understood(multipart("alternative", plain, HTML)).text == "html words"


def test_pictures_of_html_that_was_not_chosen_are_files_all_the_same() -> None:
    picture = "Content-Type: image/png; name=a.png\nContent-ID: <1>\n\nx"
    related = f"Content-Type: multipart/related; boundary=CC\n\n--CC\n{HTML}\n--CC\n{picture}\n--CC--"
    message = understood(multipart("alternative", PLAIN, related))
    assert (message.text, [file.name for file in message.attachments]) == ("plain words", ["a.png"])


def test_text_parts_that_are_no_files_are_put_together_in_order() -> None:
    message = understood(multipart("mixed", PLAIN, HTML, "Content-Type: text/plain\n\na footer"))
    assert message.text == "plain words\nhtml words\na footer"


@pytest.mark.parametrize(
    "header",
    [
        "Content-Type: text/plain; name=error.log",
        "Content-Type: text/plain\nContent-Disposition: attachment",
        "Content-Type: text/html; name=page.html",
        "Content-Type: text/csv\nContent-Disposition: inline; filename=a.csv",
    ],
)
def test_a_text_with_a_name_or_marked_as_attached_is_a_file(header: str) -> None:
    message = understood(multipart("mixed", PLAIN, f"{header}\n\nlog words"))
    assert message.text == "plain words"
    assert len(message.attachments) == len(message.declined) == 1


def test_a_mail_that_is_only_a_file_has_no_text() -> None:
    message = understood("Content-Type: application/pdf; name=a.pdf\n\n%PDF-1.4\n")
    assert (message.text, message.reply_text, [file.name for file in message.attachments]) == (
        "",
        "",
        ["a.pdf"],
    )


def test_what_only_programs_read_is_neither_text_nor_worth_a_word() -> None:
    amp = "Content-Type: text/x-amp-html\n\n<amp>"
    message = understood(multipart("alternative", PLAIN, amp, HTML))
    assert (message.text, message.declined) == ("plain words", ())


def flowed(text: str, more: str = "") -> str:
    return understood(f"Content-Type: text/plain; charset=utf-8; format=flowed{more}\n\n{text}").text


def test_softly_broken_lines_are_joined() -> None:
    assert flowed("One sentence \nin two lines.\nAnother.\n") == "One sentence in two lines.\nAnother."


def test_quoted_lines_are_joined_at_their_own_depth_only() -> None:
    assert (
        flowed("> old \n> words \n>> older \n>> words\nnew \nwords")
        == "> old words \n>> older words\nnew words"
    )


def test_a_signature_line_is_not_joined() -> None:
    assert flowed("Words \n-- \nOlga") == "Words \n-- \nOlga"


def test_stuffed_spaces_are_taken_out() -> None:
    assert flowed(" From me\n  indented") == "From me\n indented"


def test_delsp_joins_without_a_space() -> None:
    assert flowed("日本 \n語", "; delsp=yes") == "日本語"


def test_unflowed_text_keeps_its_lines() -> None:
    assert understood("Content-Type: text/plain\n\none \ntwo").text == "one \ntwo"


def test_controls_and_direction_overrides_are_taken_out_of_the_text() -> None:
    raw = "Content-Type: text/plain; charset=utf-8\n\na\x00b\x1b[31mc\u202ed\u2066e\tf\u200bg"
    assert understood(raw).text == "ab[31mcde\tf\u200bg"


def test_a_text_is_cut_at_the_limit_and_the_defects_say_so() -> None:
    message = understood("Content-Type: text/plain\n\n" + "x" * 2_000, limits=Limits(text_chars=1_000))
    assert (len(message.text), message.defects) == (1_000, ("text-cut",))


def test_a_charset_that_only_the_html_itself_names_is_used() -> None:
    html = '<html><head><meta charset="windows-1251"></head><p>Ж</p></html>'
    assert understood(b"Content-Type: text/html\r\n\r\n" + html.encode("cp1251")).text == "Ж"
