"""An item of a thread as messages of a topic: as few as Telegram allows, each said once, none forgotten."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from replies.chats.items import ALBUM, missing, said_by, text_mark
from replies.chats.splitting import CAPTION, MESSAGE, length, split
from replies.languages import Languages
from replies.wording import Wording
from storage.posts import Shown
from storage.topics import Item

WORDS = Wording(Languages(), "ru", chat=True)
ITEM = Item(
    7, 42, "in", "Ольга", "olga@client.example", "Не печатает", "", datetime(2026, 11, 23, tzinfo=UTC), "",
    [], [], [], [], edited=False, automatic=False,
)  # fmt: skip


def shots(count: int, media_type: str = "image/png") -> list[dict[str, Any]]:
    return [
        {"id": n, "sha256": f"{n}", "name": f"{n}.png", "media_type": media_type} for n in range(1, count + 1)
    ]


def files(count: int) -> list[dict[str, Any]]:
    return [
        {
            "id": n,
            "sha256": f"{n}",
            "name": f"{n}.pdf",
            "media_type": "application/pdf",
            "as_picture": n % 2 == 1,
        }
        for n in range(1, count + 1)
    ]


def said(item: Item, before: list[Shown] | None = None) -> tuple[list[tuple[str, int]], list[Shown]]:
    """All that is said of an item, as text and number of files, and the messages that show it."""
    shown, told = list(before or []), []
    while (part := missing(item, shown, WORDS)) is not None:
        assert len(part.marks) == max(1, len(part.saying.files))
        assert all(len(mark) <= 16 for mark in part.marks), "a mark must fit its column"
        told.append((part.saying.text, len(part.saying.files)))
        shown += [Shown(item.id, 100 + len(shown), mark) for mark in part.marks]
        assert len(told) < 100, "it never ends"
    return told, shown


def test_a_text_and_one_picture_are_one_message() -> None:
    assert said(replace(ITEM, screenshots=shots(1)))[0] == [("👤 Ольга:\nНе печатает", 1)]


def test_twelve_pictures_are_two_albums() -> None:
    told, _ = said(replace(ITEM, screenshots=shots(12)))
    assert [count for _, count in told] == [ALBUM, 2]


def test_a_moving_picture_goes_by_itself() -> None:
    pictures = [*shots(1), *shots(3, "image/gif")[1:]]
    told, _ = said(replace(ITEM, screenshots=pictures))
    assert [count for _, count in told] == [1, 1, 1]


def test_a_text_that_is_too_long_for_a_caption_stands_by_itself() -> None:
    told, _ = said(replace(ITEM, text="слово " * 300, screenshots=shots(2)))
    assert [(length(text) > CAPTION, count) for text, count in told] == [(True, 0), (False, 2)]


def test_of_an_endless_text_the_beginning_is_shown_and_where_the_rest_is() -> None:
    told, _ = said(replace(ITEM, text="слово " * 50_000))
    assert len(told) == 4
    assert told[-1] == ("Здесь только начало. Целиком: otklik tickets show 42", 0)


def test_an_edit_is_said_once() -> None:
    _, shown = said(ITEM)
    edited = replace(ITEM, text="Печатает", earlier=["Не печатает"])
    told, after = said(edited, shown)
    assert told == [("✏️ Сообщение изменено, Ольга:\nПечатает", 0)]
    assert said(edited, after)[0] == []


def test_what_a_late_part_of_an_album_adds_is_said_alone() -> None:
    _, shown = said(ITEM)
    told, _ = said(replace(ITEM, text="Не печатает\nи снимок", screenshots=shots(1)), shown)
    assert told == [("", 1), ("➕ Дополнение к сообщению, Ольга:\nи снимок", 0)]


def test_the_card_keeps_the_text_that_it_showed() -> None:
    mark = text_mark(ITEM)
    assert said_by(mark, replace(ITEM, text="Не печатает\nи снимок")) == "Не печатает"
    assert said_by(mark, replace(ITEM, text="Печатает", earlier=["Не печатает"])) == "Не печатает"


def test_an_album_of_an_agents_is_said_once_below_its_text() -> None:
    album = [one | {"as_picture": True} for one in files(2)]
    told, _ = said(replace(ITEM, direction="out", text="смотрите обе", attachments=album))
    assert [count for _, count in told] == [2]


@given(
    text=st.text(max_size=9000), pictures=st.integers(0, 25), gone=st.integers(0, 40),
    declined=st.lists(st.text(max_size=30), max_size=3), attached=st.integers(0, 6),
)  # fmt: skip
def test_wherever_it_was_broken_off_the_rest_is_said_and_no_more(
    text: str, pictures: int, gone: int, declined: list[str], attached: int
) -> None:
    item = replace(
        ITEM,
        text=text,
        screenshots=shots(pictures),
        attachments=files(attached),
        declined=[{"name": n, "reason": "format"} for n in declined],
    )
    whole, shown = said(item)
    rest, after = said(item, shown[:gone])
    assert {one.mark for one in after} == {one.mark for one in shown}
    assert len(after) == len(shown)
    assert len(rest) <= len(whole) + 1
    for told, count in [*whole, *rest]:
        assert length(told) <= (CAPTION if count else MESSAGE)
        assert told or count


@given(st.text(alphabet=st.sampled_from("аб .\n😀\u200d\u0301"), max_size=600), st.integers(20, 80))
def test_a_split_text_loses_nothing_but_blank_space_at_its_seams(text: str, room: int) -> None:
    pieces = split(text, room, room)
    assert all(0 < length(piece) <= room for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())
