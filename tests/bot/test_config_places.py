"""Each key of a TOML text is found on the line it stands on."""

from hypothesis import given
from hypothesis import strategies as st

from bot.config.places import line_numbers


@given(
    names=st.lists(st.sampled_from(["a", "b", "c", '"d e"']), min_size=1, max_size=6),
    value=st.sampled_from(
        ["1", '"x"', "[1,\n 2, # two\n 3]", '"""\n[x]\nk = 1\n"""', "{ in = 1 }", "'''a\nb'''"]
    ),
    gap=st.sampled_from(["", "\n", "# [z]\n\n"]),
)
def test_every_key_is_found_on_the_line_it_stands_on(names: list[str], value: str, gap: str) -> None:
    lines, expected, text = 0, {}, ""
    for place, name in enumerate(names):
        for statement, path in (
            ("[[t]]\n", ("t", place)),
            (f"{gap}{name} = {value}\n", ("t", place, name.strip('"'))),
        ):
            expected[path] = lines + (gap.count("\n") if len(path) == 3 else 0) + 1
            text += statement
            lines += statement.count("\n")
    found = line_numbers(text)
    assert {path: found[path] for path in expected} == expected


def test_tables_within_tables_of_a_list_are_found() -> None:
    text = "[[l]]\n[l.when]\nx = 1\n[[l]]\n[l.when]\ny.z = 1\n[[l.sub]]\nq = 1\n[[l.sub]]\nq = 2\n[m.n]\n"
    places = line_numbers(text)
    assert places["l", 0, "when", "x"] == 3
    assert places["l", 1, "when", "y", "z"] == 6
    assert places["l", 1, "sub", 1, "q"] == 10
    assert places["m", "n"] == 11
