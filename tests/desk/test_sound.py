"""Which bytes are a recording that the desk keeps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.sound import sound_type
from tests import sounds


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (sounds.opus(), "audio/ogg"),
        (sounds.mp3(), "audio/mpeg"),
        (sounds.mp3(tagged=True), "audio/mpeg"),
        (sounds.m4a(), "audio/mp4"),
        (sounds.m4a(brand=b"isom"), "audio/mp4"),
        (sounds.wav(), "audio/wav"),
    ],
    ids=["opus", "mp3", "mp3 with tag", "m4a", "m4a of another brand", "wav"],
)
def test_a_recording_is_known_by_its_bytes(content: bytes, media_type: str) -> None:
    assert sound_type(content) == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"",
        sounds.vorbis(),
        sounds.m4a(b"vide", b"soun", brand=b"isom"),
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"\xff\xfb\x90\x00" + bytes(2000),  # the sign of one frame, and no second
        b"ID3\x04\0\0\xff\xff\xff\xff" + bytes(2000),
        b"ID3" + b"<script>" * 100,
        b"RIFF\0\0\0\0AVI fmt ",
        b"OggS\0",
        sounds.opus()[:30],
    ],
    ids=lambda content: repr(content[:16]),
)
def test_anything_else_is_none(content: bytes) -> None:
    assert sound_type(content) == ""


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"ID3", b"OggS\0", b"RIFF", b"\0\0\0\x18ftypM4A ", b"\xff\xfb"]),
)
def test_no_bytes_whatever_bring_it_down(content: bytes, begins: bytes) -> None:
    assert isinstance(sound_type(begins + content), str)
