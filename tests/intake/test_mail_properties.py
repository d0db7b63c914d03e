"""Whatever comes in, understanding returns, and what it returns can be stored and shown."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.bounds import check

# Pieces that mean something to a mail parser, in orders nobody thought of.
PIECES = st.sampled_from(
    [
        *(
            b"\r\n",
            b"\n",
            b"\r",
            b" ",
            b"\t",
            b":",
            b";",
            b"--b",
            b"--b--",
            b"\0",
            b"\xff",
            b"\xd0",
            b"=?",
            b"?=",
        ),
        *(
            b"From: ",
            b"Subject: ",
            b"Content-Type: ",
            b"multipart/mixed",
            b"; boundary=b",
            b"text/plain",
            b"text/html",
        ),
        *(
            b"text/plain; format=flowed; delsp=yes",
            b"Content-Transfer-Encoding: ",
            b"base64",
            b"quoted-printable",
        ),
        *(
            b"x-uuencode",
            b"message/rfc822",
            b"multipart/alternative",
            b"multipart/report; report-type=x",
            b"charset=",
        ),
        *(
            b"koi8-r",
            b"utf-7",
            b"iso-2022-jp",
            b"name*0*=",
            b"name=",
            b"'",
            b'"',
            b"%D0",
            b"(",
            b")",
            b"<",
            b">",
            b"@",
        ),
        *(
            b"a@b.c",
            b"=?utf-8?B?0J8=?=",
            b"> ",
            b"-- ",
            b"On 1.1.2026 a@b.c wrote:",
            b"-----Original Message-----",
        ),
        *(
            b"<p>",
            b"<div>",
            b"</div>",
            b"<blockquote>",
            b"<br>",
            b"&nbsp;",
            b"\x89PNG\r\n\x1a\n",
            b"GIF89a",
            b"\xff\xd8\xff",
        ),
        *(
            b"Content-Disposition: attachment; filename=",
            b"Date: ",
            b"Message-ID: ",
            b"References: ",
            b"words",
        ),
    ]
)


@given(st.binary(max_size=2_000))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_understood(raw: bytes) -> None:
    check(raw)


@given(st.lists(PIECES, max_size=80).map(b"".join))
@settings(max_examples=400, deadline=None)
def test_any_jumble_of_mail_is_understood(raw: bytes) -> None:
    check(raw)
