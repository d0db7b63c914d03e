"""The FAQ's folder: what a file may look like, what is said of a bad one, and that changes count at once."""

from pathlib import Path

import pytest

from replies.faq import search as searching
from replies.faq.files import read, signature
from replies.faq.search import Faq

GOOD = (
    "---\ntitle: Printing\nproduct: till\nlink: https://help.example/printing\n---\nSwitch the printer on.\n"
)


def mistakes(folder: Path, **files: str | bytes) -> list[str]:
    for name, content in files.items():
        path = folder / name.replace("__", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [str(one) for one in read(folder, signature(folder))[1]]


def test_it_reads_an_entry_with_all_that_its_front_tells(tmp_path: Path) -> None:
    (tmp_path / "printing.en.md").write_text(GOOD)
    (entry,), wrong = read(tmp_path, signature(tmp_path))
    assert (entry.key, entry.language, entry.title) == ("printing", "en", "Printing")
    assert (entry.product, entry.link) == ("till", "https://help.example/printing")
    assert entry.text == "Switch the printer on."
    assert wrong == []


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("no fence\n", "a.en.md:1: does not begin with ---"),
        ("---\ntitle: A\ncolour: red\n---\ntext", "a.en.md:3: 'colour' is not known; allowed: title: …"),
        ("---\ntitle: A\ntitle: B\n---\ntext", "a.en.md:3: title stands there twice"),
        (
            "---\nlink: javascript:alert(1)\ntitle: A\n---\ntext",
            "a.en.md:2: 'javascript:alert(1)' is no link",
        ),
        ("---\nproduct: till\n---\ntext", "a.en.md:3: there is no title"),
        ("---\ntitle: A\ntext without an end", "a.en.md:3: 'text without an end' is not known"),
        ("---\ntitle: A\n---\n\n", "a.en.md:3: no text follows the title"),
        (b"---\ntitle: A\n---\nt\xe4xt", "a.en.md:4: not in UTF-8"),
        ("---\ntitle: A\n---\n" + "x" * 70_000, "a.en.md: longer than 64 KB"),
    ],
)
def test_it_names_file_and_line_of_what_is_wrong(tmp_path: Path, content: str | bytes, where: str) -> None:
    (found,) = mistakes(tmp_path, a__en__md=content)
    assert found.startswith(where)


def test_it_names_files_whose_name_is_none_of_ours(tmp_path: Path) -> None:
    found = mistakes(tmp_path, printing__md=GOOD, printing__de__md=GOOD)
    assert [one.partition(",")[0].partition("; ")[0] for one in found] == [
        "printing.de.md: there is no language 'de'",
        "printing.md: the name is not KEY.LANGUAGE.md",
    ]


def test_a_bad_file_does_not_keep_the_others_from_working(tmp_path: Path) -> None:
    assert len(mistakes(tmp_path, bad__en__md="?", good__en__md=GOOD)) == 1
    assert [one.key for one in read(tmp_path, signature(tmp_path))[0]] == ["good"]


async def test_what_is_changed_added_and_taken_away_counts_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "LOOK_AGAIN", 0.0)
    faq = Faq(tmp_path)
    (tmp_path / "printing.en.md").write_text(GOOD)
    assert [one.key for one in await faq.search("printing")] == ["printing"]
    (tmp_path / "printing.en.md").write_text(
        GOOD.replace("Printing", "Weighing").replace("printer", "scales")
    )
    (tmp_path / "lamps.en.md").write_text(GOOD.replace("Printing", "Lamps"))
    assert [one.key for one in await faq.search("weighing")] == ["printing"]
    assert [one.key for one in await faq.search("lamps")] == ["lamps"]
    (tmp_path / "lamps.en.md").unlink()
    assert await faq.search("lamps") == ()


async def test_a_folder_that_is_gone_leaves_what_was_read_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "LOOK_AGAIN", 0.0)
    folder = tmp_path / "faq"
    folder.mkdir()
    (folder / "printing.en.md").write_text(GOOD)
    faq = Faq(folder)
    assert await faq.search("printing")
    folder.rename(tmp_path / "elsewhere")
    assert [one.key for one in await faq.search("printing")] == ["printing"]
