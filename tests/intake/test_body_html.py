"""HTML → text as a reader sees it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.mime.htmltext import text_of


def text(html: str) -> str:
    return text_of(html, deepest=1_000)[0]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("one<br>two<br/><br>three", "one\ntwo\n\nthree"),
        ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("<p class=MsoNormal>one</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>two</p>", "one\n\ntwo"),
        ("a \n\t b<b> c</b>d", "a b cd"),
        ("<ul><li>one<li>two</ul><ol><li>x<li>y</ol>", "- one\n- two\n1. x\n2. y"),
        ("<table><tr><td>a<td>b<tr><td>c<td>d</table>", "a | b\nc | d"),
        ("<pre>x\n  y</pre>", "x\n  y"),
        ("&lt;b&gt; &amp; &quot;", '<b> & "'),
        ("<title>t</title><style>s</style><script>x</script>seen<!-- c --><noscript>n</noscript>", "seen"),
        ('<div style="display: none">hidden</div>seen', "seen"),
        ('<a href="https://a.example/x">log</a>', "log (https://a.example/x)"),
        ('<a href="https://a.example/">https://a.example</a>', "https://a.example"),
        ('<a href="javascript:alert(1)">x</a> <a href="mailto:a@b">y</a>', "x y"),
        (
            "new<blockquote>old<blockquote>older</blockquote></blockquote>end",
            "new\n\n> old\n> \n> > older\nend",
        ),
        ('<blockquote style="margin:0 0 0 40px;border:none">indented</blockquote>', "indented"),
        ("<hr>after", "_" * 32 + "\nafter"),
        ("", ""),
        ("no markup", "no markup"),
        ("<p>never <b>closed", "never closed"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
    ],
)
def test_a_page_is_read(html: str, expected: str) -> None:
    assert [line.rstrip() for line in text(html).split("\n")] == [
        line.rstrip() for line in expected.split("\n")
    ]


def test_a_page_that_nests_too_deep_is_stripped_without_a_parser() -> None:
    found, parsed = text_of("<div>" * 100_000 + "words<br>more &amp; more", deepest=1_000)
    assert (found, parsed) == ("words\nmore & more", False)


def test_a_tag_with_thousands_of_attributes_is_stripped_without_a_parser() -> None:
    attributes = " ".join(f"a{number}=1" for number in range(100_000))
    found, parsed = text_of(f"<div {attributes}>words</div>", deepest=1_000)
    assert (found, parsed) == ("words", False)


def test_paragraphs_that_are_never_closed_do_not_count_as_depth() -> None:
    found, parsed = text_of("<p>a" * 5_000, deepest=1_000)
    assert (found.count("a"), parsed) == (5_000, True)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["<p>", "</p>", "<b", ">", "<a href=", "'", "<!--", "-->", "&#0;", "&amp", "<td>", "x", " "]
        )
    )
)
def test_any_markup_becomes_some_text(pieces: list[str]) -> None:
    found, _ = text_of("".join(pieces), deepest=5)
    assert "\r" not in found
