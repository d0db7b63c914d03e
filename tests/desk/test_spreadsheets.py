"""Cells that spreadsheets take for formulas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.spreadsheets import guarded, unguarded

CELLS = st.text(st.sampled_from("'=+-@\t\r\n＝＠ \u00a0\u200b\ufeffaЯ1"), max_size=8)


@given(CELLS | st.text())
def test_what_is_guarded_is_read_back_as_it_was(text: str) -> None:
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize(
    "text", ["=1+1", "+7 900", "-x", "@me", "\t=1", "  =1", "\u200b=1", "＝1", "'=1", "''=1"]
)
def test_no_formula_is_written(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["O'Brien", "'quoted'", "Ольга", "", "1-2", "'"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert (guarded(text), unguarded(text)) == (text, text)
