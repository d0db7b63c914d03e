"""Addresses are the same in upper or lower case and in either form of an international domain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.addresses import comparable, with_ascii_domain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Olga@Client.Example", "olga@client.example"),
        ("olga@пример.рф", "olga@xn--e1afmkfd.xn--p1ai"),
        ("olga@ПРИМЕР.РФ", "OLGA@XN--E1AFMKFD.XN--P1AI"),
        ("ольга@пример.рф", "Ольга@xn--e1afmkfd.xn--p1ai"),
        ('"a@b"@пример.рф', '"A@B"@xn--e1afmkfd.xn--p1ai'),
    ],
)
def test_forms_of_one_address_are_equal(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


@pytest.mark.parametrize("address", ["olga", "@", "", "olga@", "olga@пример..рф", f"olga@{'я' * 300}.рф"])
def test_what_has_no_domain_stays_as_it_is(address: str) -> None:
    assert comparable(address) == address


def test_another_local_part_or_domain_is_another_address() -> None:
    assert len({comparable(one) for one in ("a@пример.рф", "b@пример.рф", "a@пример.су", "a")}) == 4


def test_only_the_domain_is_written_in_ascii() -> None:
    assert with_ascii_domain("Ольга@Пример.рф") == "Ольга@xn--e1afmkfd.xn--p1ai"
    assert with_ascii_domain("Olga@Client.Example") == "Olga@Client.Example"


def test_a_domain_without_a_form_in_ascii_can_not_be_written() -> None:
    with pytest.raises(UnicodeError):
        with_ascii_domain("olga@пример..рф")


@given(st.text(), st.text())
def test_comparing_never_fails_and_what_was_folded_once_stays(local: str, domain: str) -> None:
    folded = comparable(f"{local}@{domain}")
    assert comparable(folded) == folded
