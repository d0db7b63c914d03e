"""Signed tags in our own addresses: readable by us alone, and whatever mail systems do to them on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.tags import BOUNCE, TICKET, read, sign, tag_in, tagged

SECRET = b"a secret of thirty-two bytes ...."
NUMBERS = st.integers(1, 2**63 - 1)


@given(st.sampled_from([BOUNCE, TICKET]), NUMBERS)
def test_what_was_signed_is_read(kind: str, number: int) -> None:
    tag = sign(kind, number, SECRET)
    assert read(tag, SECRET) == (kind, number)
    assert read(tag.upper(), SECRET) == (kind, number)


@given(NUMBERS, st.data())
def test_no_changed_tag_is_read(number: int, data: st.DataObject) -> None:
    tag = sign(BOUNCE, number, SECRET)
    at = data.draw(st.integers(0, len(tag) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda one: one.lower() != tag[at]))
    assert read(tag[:at] + other + tag[at + 1 :], SECRET) is None


@given(st.text(max_size=80))
def test_any_text_is_read_as_nothing(text: str) -> None:
    assert read(text, SECRET) is None


def test_a_tag_is_good_for_its_kind_and_its_secret_alone() -> None:
    tag = sign(BOUNCE, 7, SECRET)
    assert read("t" + tag[1:], SECRET) is None
    assert read(tag, SECRET[::-1]) is None
    assert read(tag, b"") is None
    assert read(sign(TICKET, 42, SECRET), SECRET) == (TICKET, 42)


@pytest.mark.parametrize(("kind", "number"), [("bounce", 1), ("", 1), ("B", 1), (BOUNCE, 0), (BOUNCE, -1)])
def test_it_signs_nothing_else(kind: str, number: int) -> None:
    with pytest.raises(ValueError):
        sign(kind, number, SECRET)


def test_it_signs_nothing_with_a_short_secret() -> None:
    with pytest.raises(ValueError):
        sign(BOUNCE, 1, b"short")


def test_an_address_bears_a_tag_and_gives_it_back() -> None:
    tag = sign(BOUNCE, 2**63 - 1, SECRET)
    address = tagged("support@example.org", "+", tag)
    assert address == f"support+{tag}@example.org"
    assert len(address.partition("@")[0]) <= 64
    assert tag_in(address, "+") == tag


def test_without_a_separator_and_for_a_long_address_there_is_no_tag() -> None:
    tag = sign(BOUNCE, 1, SECRET)
    assert tagged("support@example.org", "", tag) == "support@example.org"
    long = f"{'s' * 50}@example.org"
    assert tagged(long, "+", tag) == long  # RFC 5321 §4.5.3.1.1
    assert tag_in("support@example.org", "+") == tag_in(f"support+{tag}@example.org", "") == ""
