"""Recordings of calls and remote sessions: of which activities, how large, and of which kind by bytes."""

from __future__ import annotations

import re

from desk.time_spent import Activity

RECORDED = (Activity.CALL, Activity.REMOTE)  # what a recording can be of
LARGEST = 100 * 1024 * 1024  # bytes; an hour of speech is some 15 MB as Opus, 60 MB as MP3
FORMATS = ("Ogg Opus", "MP3", "M4A", "WAV")

_OGG, _MP3, _M4A, _WAV = "audio/ogg", "audio/mpeg", "audio/mp4", "audio/wav"
SUFFIXES = {_OGG: "ogg", _MP3: "mp3", _M4A: "m4a", _WAV: "wav"}
# A track's handler says of what it is: ISO/IEC 14496-12, 8.4.3.
_PICTURES = re.compile(rb"hdlr.{8}vide", re.DOTALL)
_SOUND = re.compile(rb"hdlr.{8}soun", re.DOTALL)
_BRANDS = (b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"iso5", b"iso6", b"dash", b"3gp4", b"3gp5")
# kbit/s by MPEG version 1 or 2, layer III, and Hz by version: ISO/IEC 11172-3, 2.4.2.3; 13818-3.
_BITRATES = {
    1: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_HERTZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_PADDING = 4096  # bytes after an ID3 tag within which the first frame begins


def sound_type(content: bytes) -> str:
    """Return the media type of a recording that we keep, by its bytes alone; "" for anything else.

    Neither a name nor a declared type is asked. A video is none, though it is packed like M4A.
    """
    for media_type, recognises in _KINDS:
        if recognises(content):
            return media_type
    return ""


def _is_opus(content: bytes) -> bool:
    # RFC 7845 §3: the first page holds nothing but the head.
    return content.startswith(b"OggS\0") and content[28:36] == b"OpusHead"


def _is_wave(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WAVE" and b"fmt " in content[12:4096]


def _is_m4a(content: bytes) -> bool:
    if content[4:8] != b"ftyp" or content[8:12] not in _BRANDS:
        return False
    return _SOUND.search(content) is not None and _PICTURES.search(content) is None


def _is_mp3(content: bytes) -> bool:
    """Two frames of layer III on end: the eleven bits that begin one are found anywhere by chance."""
    if content[:3] != b"ID3":
        return _frames_at(content, 0)
    size = 0
    for byte in content[6:10]:
        if byte > 0x7F:
            return False
        size = size << 7 | byte
    return any(_frames_at(content, at) for at in range(10 + size, 10 + size + _PADDING))


def _frames_at(content: bytes, at: int) -> bool:
    length = _frame_length(content[at : at + 4])
    return length > 0 and _frame_length(content[at + length : at + length + 4]) > 0


def _frame_length(head: bytes) -> int:
    """The bytes of the frame that begins so; 0 for none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, bitrate, hertz = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version not in _HERTZ or bitrate in (0, 15) or hertz == 3:
        return 0
    kilobits = _BITRATES[1 if version == 3 else 2][bitrate - 1]
    samples = 144 if version == 3 else 72
    return samples * kilobits * 1000 // _HERTZ[version][hertz] + (head[2] >> 1 & 1)


_KINDS = ((_OGG, _is_opus), (_WAV, _is_wave), (_M4A, _is_m4a), (_MP3, _is_mp3))
