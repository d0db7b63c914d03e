"""What a file really is, by its bytes alone; bombs, broken pictures, and what must not be shown."""

import gzip
import io
import tarfile
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from intake.incoming import Declined, Screenshot
from intake.limits import Limits
from intake.screenshots import passed_on_copy, recognise, shown_copy, sniffed_type
from tests.intake.pictures import MAGIC, chunk, encoded, gif, png, png_header
from tests.intake.understood import Kept

# What `intake.screenshots` sets for its process, which pytest sets back for every test.
pytestmark = [
    pytest.mark.filterwarnings("ignore::UserWarning:PIL"),
    pytest.mark.filterwarnings("error::PIL.Image.DecompressionBombWarning"),
]

SECRET = b"taken at my home"


def looked_at(content: bytes, name: str = "shot.png", **limits: int) -> Screenshot | Declined | None:
    return recognise(content, name, "image/png", Limits(**limits), Kept().keep)


def reason(content: bytes, **limits: int) -> str:
    found = looked_at(content, **limits)
    assert isinstance(found, Declined)
    return found.reason


def with_position(side: int = 64) -> bytes:
    """A JPEG with a GPS position, a maker, a comment and an orientation that lays it on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8825).update({1: "N", 2: (60.0, 10.0, 15.0), 3: "E", 4: (24.0, 56.0, 15.0)})
    return encoded(Image.new("RGB", (side * 2, side), "navy"), "JPEG", exif=exif, comment=SECRET)


@pytest.mark.parametrize(
    ("kind", "mode", "media_type"),
    [
        *[("PNG", mode, "image/png") for mode in ("RGB", "RGBA", "P", "L", "LA", "1", "I;16")],
        *[("JPEG", mode, "image/jpeg") for mode in ("RGB", "L", "CMYK")],
        ("GIF", "P", "image/gif"),
    ],
)
def test_it_knows_every_common_kind_by_its_bytes(kind: str, mode: str, media_type: str) -> None:
    kept = Kept()
    content = encoded(Image.new(mode, (400, 200)), kind)
    found = recognise(content, "lies.txt", "text/plain", Limits(), kept.keep)
    assert isinstance(found, Screenshot)
    assert (found.media_type, found.width, found.height, found.size) == (media_type, 400, 200, len(content))
    assert kept[found.sha256] == content
    thumbnail = Image.open(io.BytesIO(kept[found.thumbnail or ""]))
    assert (thumbnail.format, thumbnail.size) == ("JPEG", (320, 160))


def test_a_small_picture_is_not_blown_up() -> None:
    kept = Kept()
    found = recognise(png(40, 30), "a.png", "image/png", Limits(), kept.keep)
    assert isinstance(found, Screenshot)
    assert Image.open(io.BytesIO(kept[found.thumbnail or ""])).size == (40, 30)


def test_transparent_parts_are_white_in_the_thumbnail() -> None:
    kept = Kept()
    recognise(encoded(Image.new("RGBA", (100, 100), (0, 0, 0, 0)), "PNG"), "a.png", "", Limits(), kept.keep)
    thumbnail = next(Image.open(io.BytesIO(one)) for one in kept.values() if one.startswith(b"\xff\xd8"))
    assert thumbnail.getpixel((50, 50)) == (255, 255, 255)


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"MZ\x90\x00\x03",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"BM" + b"\0" * 60,
        b"II*\0" + b"\0" * 60,
        b"RIFF\x24\0\0\0WEBPVP8 ",
        b"SIMPLE  =                    T",
        b"",
        b"\x89PNG",
    ],
)
def test_what_is_no_jpg_gif_or_png_is_declined_whatever_its_name_says(content: bytes) -> None:
    found = looked_at(content)
    assert isinstance(found, Declined)
    assert (found.name, found.reason, found.media_type) == ("shot.png", "format", "image/png")


def boxes(major: bytes, *compatible: bytes) -> bytes:
    """The beginning of an ISO media file with these brands."""
    brands = major + bytes(4) + b"".join(compatible)
    return (len(brands) + 8).to_bytes(4, "big") + b"ftyp" + brands + b"\0\0\0\x08mdat"


def archive(*names: str) -> bytes:
    """A ZIP with members of these names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as members:
        for name in names:
            members.writestr(name, "application/vnd.oasis.opendocument.text")
    return out.getvalue()


def packed(name: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as members:
        members.addfile(tarfile.TarInfo(name))
    return out.getvalue()


DECLINED = {
    "an iPhone's photo": ("heic", boxes(b"heic", b"mif1", b"heic")),
    "an iPhone's photo, generic brand first": ("heic", boxes(b"mif1", b"mif1", b"heic", b"hevc")),
    "WebP": ("webp", encoded(Image.new("RGB", (9, 9)), "WEBP")),
    "AVIF": ("avif", boxes(b"avif", b"mif1", b"miaf")),
    "AVIF, generic brand first": ("avif", boxes(b"mif1", b"avif")),
    "BMP": ("bmp", encoded(Image.new("RGB", (9, 9)), "BMP")),
    "TIFF": ("tiff", encoded(Image.new("RGB", (9, 9)), "TIFF")),
    "SVG": (
        "svg",
        b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- c -->\n<svg xmlns="http://www.w3.org/2000/svg"/>',
    ),
    "an icon": ("picture", encoded(Image.new("RGB", (16, 16)), "ICO")),
    "JPEG 2000": ("picture", encoded(Image.new("RGB", (9, 9)), "JPEG2000")),
    "PDF": ("pdf", b"%PDF-1.7\n%\xe2\xe3"),
    "PDF behind junk": ("pdf", b"\r\n\r\n%PDF-1.4"),
    "MP4": ("video", boxes(b"isom", b"isom", b"iso2", b"avc1", b"mp41")),
    "an iPhone's video": ("video", boxes(b"qt  ", b"qt  ")),
    "QuickTime of old": ("video", b"\0\0\0\x20wide\0\0\0\0mdat"),
    "WebM": ("video", b"\x1aE\xdf\xa3\x01\0\0\0webm"),
    "AVI": ("video", b"RIFF\0\1\0\0AVI LIST"),
    "Windows Media": ("video", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9"),
    "Excel": ("document", archive("[Content_Types].xml", "xl/workbook.xml")),
    "Excel, members in another order": ("document", archive("xl/" + "x" * 200, "[Content_Types].xml")),
    "OpenDocument": ("document", archive("mimetype", "content.xml")),
    "Word until 2003": ("document", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)),
    "RTF": ("document", b"{\\rtf1\\ansi"),
    "ZIP": ("archive", archive("1.png", "2.png")),
    "RAR": ("archive", b"Rar!\x1a\x07\x01\0"),
    "7-Zip": ("archive", b"7z\xbc\xaf\x27\x1c\0\4"),
    "gzip": ("archive", gzip.compress(b"log")),
    "tar": ("archive", packed("log.txt")),
    "a voice message": ("other", boxes(b"M4A ", b"M4A ", b"isom")),
    "HTML with a drawing": ("other", b"<html><body><svg/></body></html>"),
    "a text": ("other", "BM: журнал ошибок".encode()),
    "a program": ("other", b"MZ\x90\0\3"),
    "nothing": ("other", b""),
}


@pytest.mark.parametrize("what", DECLINED)
def test_it_says_what_a_declined_file_is_by_its_bytes_alone(what: str) -> None:
    hint, content = DECLINED[what]
    found = looked_at(content)
    assert isinstance(found, Declined)
    assert (found.reason, found.hint) == ("format", hint)


@pytest.mark.parametrize(
    "content",
    [
        MAGIC,
        MAGIC + b"<script>alert(1)</script>",
        b"GIF89a/*" + b"<script>" * 10,
        b"\xff\xd8\xff\xe0" + b"<html>" * 10,
        png()[:-30],
        png()[:60],
        gif(1)[:-10],
        encoded(Image.effect_noise((64, 64), 50).convert("RGB"), "JPEG")[:900],
        png_header(100, 100),
        png_header(0, 0),
    ],
)
def test_what_only_begins_like_a_picture_is_damaged(content: bytes) -> None:
    assert reason(content) == "damaged"


def test_a_wrong_checksum_anywhere_is_damage() -> None:
    sound = png()
    broken = sound[:-14] + bytes([sound[-14] ^ 1]) + sound[-13:]
    assert reason(broken) == "damaged"


@pytest.mark.parametrize(
    "content",
    [png_header(50_000, 50_000), png_header(2_000_000_000, 2_000_000_000), png_header(1, 100_000_000)],
)
def test_a_bomb_is_declined_by_its_header_before_it_is_decoded(content: bytes) -> None:
    assert reason(content) == "too-many-pixels"


def test_a_picture_of_just_the_pixels_allowed_is_taken() -> None:
    assert isinstance(looked_at(png(100, 100), pixels=10_000), Screenshot)
    assert reason(png(101, 100), pixels=10_000) == "too-many-pixels"


def test_a_bomb_in_a_text_chunk_is_declined() -> None:
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"\0" * 80_000_000))
    assert reason(png_header(64, 64, bomb)) == "damaged"


def test_a_gif_with_too_many_frames_is_declined() -> None:
    frame = b"\x2c" + bytes(4) + b"\x08\0\x08\0\0" + b"\x02\x02\x4c\x01\0"
    content = b"GIF89a\x08\0\x08\0\x80\0\0" + b"\0\0\0\xff\xff\xff" + frame * 20_000 + b";"
    assert reason(content) == "too-many-pixels"


def test_an_animated_gif_within_the_limits_is_taken() -> None:
    assert isinstance(looked_at(gif(30)), Screenshot)


def test_too_many_bytes_are_too_large() -> None:
    assert reason(png(), screenshot_bytes=100) == "too-large"


def test_a_very_long_strip_is_taken_with_a_thin_thumbnail() -> None:
    found = looked_at(encoded(Image.new("RGB", (30_000, 3)), "PNG"))
    assert isinstance(found, Screenshot)
    assert (found.width, found.height) == (30_000, 3)


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (1, 600), (600, 2)])
def test_trackers_and_spacers_are_passed_over(size: tuple[int, int]) -> None:
    kept = Kept()
    assert recognise(png(*size), "a.png", "image/png", Limits(), kept.keep) is None
    assert not kept


def test_a_photograph_is_measured_and_shown_as_it_was_held() -> None:
    kept = Kept()
    found = recognise(with_position(64), "a.jpg", "image/jpeg", Limits(), kept.keep)
    assert isinstance(found, Screenshot)
    assert (found.width, found.height) == (64, 128)
    thumbnail = Image.open(io.BytesIO(kept[found.thumbnail or ""]))
    assert thumbnail.size == (64, 128)


def test_the_original_is_kept_and_the_thumbnail_tells_nothing() -> None:
    kept = Kept()
    found = recognise(with_position(), "a.jpg", "image/jpeg", Limits(), kept.keep)
    assert isinstance(found, Screenshot)
    assert SECRET in kept[found.sha256]
    thumbnail = kept[found.thumbnail or ""]
    assert not Image.open(io.BytesIO(thumbnail)).getexif()
    assert SECRET not in thumbnail
    assert b"Maker" not in thumbnail


def test_broken_exif_beside_sound_pixels_does_no_harm() -> None:
    content = encoded(Image.new("RGB", (50, 40)), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff garbage")
    found = looked_at(content)
    assert isinstance(found, Screenshot)
    assert (found.width, found.height) == (50, 40)


def test_what_is_shown_holds_pixels_alone_the_right_way_up() -> None:
    copy = shown_copy(with_position(64))
    image = Image.open(io.BytesIO(copy))
    assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (64, 128), {})
    assert SECRET not in copy


@pytest.mark.parametrize("tail", [b"<script>alert(1)</script>", b"PK\x03\x04 an archive"])
def test_what_hides_behind_a_picture_is_not_shown(tail: bytes) -> None:
    for sound in (png(64, 64), gif(2), with_position()):
        assert tail not in shown_copy(sound + tail)


def test_texts_in_a_png_are_not_shown() -> None:
    text = chunk(b"tEXt", b"Author\0" + SECRET)
    sound = png(64, 64)
    copy = shown_copy(sound[:33] + text + sound[33:])
    assert SECRET not in copy
    assert copy.startswith(MAGIC)


def test_an_animation_stays_one_within_the_limits() -> None:
    assert Image.open(io.BytesIO(shown_copy(gif(5)))).n_frames == 5
    assert Image.open(io.BytesIO(shown_copy(gif(5), Limits(frames=3)))).n_frames == 3


@pytest.mark.parametrize("progressive", [False, True])
def test_a_picture_of_pixels_alone_is_passed_on_as_it_came(progressive: bool) -> None:
    noise = Image.effect_noise((90, 70), 80).convert("RGB")
    for came in (png(64, 64), encoded(noise, "PNG"), encoded(noise, "JPEG", progressive=progressive)):
        assert passed_on_copy(came) == came


@pytest.mark.parametrize(
    "told", [b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"ICC_PROFILE\0", b"JFXX\0"]
)
@pytest.mark.parametrize("marker", [0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xFE])
def test_a_jpeg_that_tells_more_is_passed_on_without_it(marker: int, told: bytes) -> None:
    sound = encoded(Image.new("RGB", (60, 40)), "JPEG")
    segment = bytes([0xFF, marker]) + (2 + len(told + SECRET)).to_bytes(2) + told + SECRET
    for came in (sound[:2] + segment + sound[2:], sound[:-2] + segment + sound[-2:], sound + SECRET):
        assert SECRET not in passed_on_copy(came)


def test_a_png_that_tells_more_is_passed_on_without_it() -> None:
    sound = png(64, 64)
    for kind in (b"tEXt", b"eXIf", b"iTXt", b"tIME", b"abCd"):
        came = sound[:33] + chunk(kind, SECRET) + sound[33:]
        assert SECRET not in passed_on_copy(came)
    assert SECRET not in passed_on_copy(sound + SECRET)


def test_where_a_photograph_was_taken_is_not_passed_on() -> None:
    assert SECRET not in passed_on_copy(with_position(64))


@settings(deadline=None)
@given(st.integers(0, 2_000), st.binary(min_size=1, max_size=4))
def test_whatever_is_put_into_a_picture_it_is_passed_on_or_refused(place: int, more: bytes) -> None:
    for sound in (png(30, 30), encoded(Image.new("RGB", (30, 30)), "JPEG")):
        try:
            passed_on_copy(sound[: place % len(sound)] + more + sound[place % len(sound) :])
        except ValueError as exc:
            assert "no screenshot" in str(exc)


@pytest.mark.parametrize("content", [b"", b"<svg/>", MAGIC, png_header(50_000, 50_000)])
def test_what_is_no_screenshot_cannot_be_shown(content: bytes) -> None:
    with pytest.raises(ValueError, match="no screenshot"):
        shown_copy(content)


@settings(deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", MAGIC, b"GIF89a", b"\xff\xd8\xff", png(20, 20)[:80], gif(2)[:60]]),
)
def test_any_bytes_get_an_answer(content: bytes, beginning: bytes) -> None:
    found = looked_at(beginning + content)
    assert (sniffed_type(beginning + content) is None) == (
        isinstance(found, Declined) and found.reason == "format"
    )


@settings(deadline=None)
@given(st.integers(0, 1_000), st.integers(0, 255))
def test_a_flipped_byte_gets_an_answer(place: int, value: int) -> None:
    for sound in (bytearray(png(30, 30)), bytearray(gif(3)), bytearray(with_position(16))):
        sound[place % len(sound)] = value
        assert isinstance(looked_at(bytes(sound)), Screenshot | Declined | None)
