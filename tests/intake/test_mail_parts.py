"""The tree of parts, against the standard library on mail it can read, and under the caps that it lacks."""

import hashlib
from email import policy
from email.message import EmailMessage

from hypothesis import given, settings
from hypothesis import strategies as st

from intake.limits import Limits
from intake.mime import parts
from tests.intake.understood import understood

FILE = st.tuples(
    st.text("abcABCабв .-", min_size=1, max_size=20).map(str.strip).filter(bool), st.binary(max_size=300)
)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Zl", "Zp", "Cn")), max_size=200)


@settings(deadline=None)
@given(WORDS, st.lists(FILE, max_size=4), st.booleans())
def test_what_the_standard_library_writes_is_read_back(
    text: str, files: list[tuple[str, bytes]], with_html: bool
) -> None:
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = "olga@client.example"
    mail.set_content(text)
    if with_html:
        mail.add_alternative("<p>other words</p>", subtype="html")
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    message = understood(mail.as_bytes())
    if text.strip():
        assert message.text.split() == text.split()
    assert [file.sha256 for file in message.attachments] == [
        hashlib.sha256(file[1]).hexdigest() for file in files
    ]
    assert message.defects == ()


@settings(deadline=None)
@given(
    st.recursive(st.binary(max_size=20), lambda inner: st.lists(inner, min_size=1, max_size=3), max_leaves=8)
)
def test_leaves_keep_their_order_and_their_bytes(tree: object) -> None:
    leaves: list[bytes] = []

    def written(node: object, path: str) -> bytes:
        if isinstance(node, bytes):
            leaves.append(node.replace(b"\n", b"").replace(b"\r", b""))
            return b"Content-Type: application/x; name=f\r\n\r\n" + leaves[-1]
        assert isinstance(node, list)
        children = (written(child, f"{path}-{number}") for number, child in enumerate(node))
        inner = b"".join(b"--" + path.encode() + b"\r\n" + child + b"\r\n" for child in children)
        head = f"Content-Type: multipart/mixed; boundary={path}\r\n\r\n".encode()
        return head + inner + b"--" + path.encode() + b"--\r\n"

    root, defects = parts.read(written([tree], "bound"), Limits())
    assert [leaf.content()[0] for leaf in parts.leaves(root)] == leaves
    assert defects == ()


def nested(depth: int) -> bytes:
    opened = (
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (number, number)
        for number in range(depth)
    )
    return b"From: a@client.example\r\n" + b"".join(opened) + b"Content-Type: text/plain\r\n\r\ndeep words"


def test_nesting_within_the_cap_is_followed() -> None:
    assert understood(nested(49)).text == "deep words"


def test_nesting_beyond_the_cap_is_left_alone() -> None:
    assert understood(nested(5_000)).defects == ("too-deep",)


def test_parts_beyond_the_cap_are_left_out() -> None:
    part = b"--b\r\nContent-Type: application/x; name=f\r\n\r\nx\r\n"
    mail = b"From: a@client.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 100_000
    message = understood(mail)
    assert (len(message.attachments), message.defects) == (999, ("too-many-parts",))


def test_a_mail_in_a_mail_is_a_file_and_not_looked_into() -> None:
    mail = b"From: a@client.example\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 2_000 + b"inner words"
    message = understood(mail)
    assert [file.content_type for file in message.attachments] == ["message/rfc822"]
    assert message.text == ""


def test_a_digest_holds_mails_by_default() -> None:
    mail = "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: inner\n\nx\n--b--\n"
    assert [file.name for file in understood(mail).attachments] == ["inner.eml"]


def test_broken_base64_gives_what_is_left_of_it_and_says_so() -> None:
    message = understood("Content-Transfer-Encoding: base64\n\n0J/RgNC4!!!0LLQtdGC0\n")
    assert message.text.startswith("Приве")
    assert message.defects == ("bad-encoding",)
