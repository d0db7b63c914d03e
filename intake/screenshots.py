"""What a file really is: a JPG, GIF or PNG that decodes, or why it is none. The only importer of Pillow."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from itertools import islice

from PIL import Image, ImageSequence

from intake.contents.bare_pictures import is_bare
from intake.contents.file_kinds import kind_of
from intake.incoming import Declined, Screenshot
from intake.limits import Limits

THUMBNAIL_SIDE = 320
_JPEG_QUALITY = 80
_TRACKER_SIDE = 2
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "PNG", "image/png", "png"),
    (b"\xff\xd8\xff", "JPEG", "image/jpeg", "jpg"),
    (b"GIF87a", "GIF", "image/gif", "gif"),
    (b"GIF89a", "GIF", "image/gif", "gif"),
)
_FORMATS = ("PNG", "JPEG", "GIF")
_ORIENTATION_TAG = 0x0112
_SIDEWAYS = (5, 6, 7, 8)
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PIXEL_INFO = ("transparency",)  # what says how pixels look; all else in `info` tells of places and people

# Pillow warns of what strangers' bytes hold (bad EXIF), which is no news to anybody, and of bombs up to twice
# its cap, which is: a frame of a GIF may be larger than the picture's header says.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
warnings.simplefilter("error", Image.DecompressionBombWarning)


class _TooManyPixels(Exception):
    """The picture's header announces more pixels or frames than we decode."""


def recognise(
    content: bytes, name: str, claimed_type: str, limits: Limits, keep: Callable[[bytes], str]
) -> Screenshot | Declined | None:
    """Say what `content` is; the mail's word for it (`name`, `claimed_type`) is repeated, never believed.

    The original bytes and a thumbnail without metadata go through `keep`, which returns their SHA-256 and
    may raise. None for a picture of at most 2 pixels' width or height: trackers and spacers in HTML mail are
    no screenshots, and no client wants to read about them. Never raises on bad content.
    """
    media_type = sniffed_type(content)
    if media_type is None:
        return Declined(name, "format", claimed_type, kind_of(content))
    if len(content) > limits.screenshot_bytes:
        return Declined(name, "too-large", claimed_type)
    try:
        size, thumbnail = _decoded(content, limits)
    except (_TooManyPixels, Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        return Declined(name, "too-many-pixels", claimed_type)
    except Exception:  # noqa: BLE001 - besides OSError, SyntaxError and ValueError, decoders of hostile bytes raise what they like
        return Declined(name, "damaged", claimed_type)
    if min(size) <= _TRACKER_SIDE:
        return None
    return Screenshot(name, media_type, *size, len(content), keep(content), keep(thumbnail))


def sniffed_type(content: bytes) -> str | None:
    """Return the media type that the first bytes show, None if it is no JPG, GIF or PNG."""
    return next((media_type for magic, _, media_type, _ in _MAGIC if content.startswith(magic)), None)


def suffix_of(content: bytes) -> str:
    """Return the file name's suffix that the first bytes call for, without a dot; empty if none."""
    return next((suffix for magic, _, _, suffix in _MAGIC if content.startswith(magic)), "")


def shown_copy(content: bytes, limits: Limits | None = None) -> bytes:
    """Return a re-encoded copy of a screenshot for pages, in the same format.

    It holds pixels alone: no position, comment or profile (promises 26), nothing behind the picture
    (polyglots). Frames of an animated GIF stay, up to the limits. Raises ValueError for anything else.
    """
    limits = limits or Limits()
    if sniffed_type(content) is None or len(content) > limits.screenshot_bytes:
        raise ValueError("no screenshot")
    try:
        with _opened(content, limits) as image:
            return _copied(image, limits)
    except Exception as error:  # what decoders raise on hostile bytes is theirs; the caller gets one kind
        raise ValueError(f"no screenshot: {type(error).__name__}") from error


def passed_on_copy(content: bytes, limits: Limits | None = None) -> bytes:
    """Return a screenshot as it may be passed on to people in a chat: as it came if it holds pixels alone.

    A second encoding would cost sharpness, of small print above all. Otherwise, and where it raises, as
    `shown_copy`.
    """
    small = len(content) <= (limits or Limits()).screenshot_bytes
    return content if small and is_bare(content) else shown_copy(content, limits)


def _opened(content: bytes, limits: Limits) -> Image.Image:
    image = Image.open(io.BytesIO(content), formats=_FORMATS)
    if image.width * image.height > limits.pixels:
        raise _TooManyPixels
    return image


def _decoded(content: bytes, limits: Limits) -> tuple[tuple[int, int], bytes]:
    """Decode `content` once and wholly; return its size as it is shown, and a thumbnail's bytes."""
    with _opened(content, limits) as probe:
        if probe.format == "GIF" and _gif_frames(content, limits.frames) > limits.frames:
            raise _TooManyPixels
        if probe.format == "PNG":
            probe.verify()  # the checksum of every chunk; the object is of no use afterwards
    with _opened(content, limits) as image:
        width, height = image.size
        orientation = _orientation(image)
        # A JPEG is decoded at the least scale that serves; all of its data are read nevertheless.
        image.draft("RGB", (THUMBNAIL_SIDE, THUMBNAIL_SIDE))
        image.load()
        thumbnail = _jpeg(_turned(_shrunk(image), orientation))
    return ((height, width) if orientation in _SIDEWAYS else (width, height)), thumbnail


def _shrunk(image: Image.Image) -> Image.Image:
    """Return at most 320 by 320 pixels of it in a mode that JPEG writes, transparent parts on white."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image if image.mode == "RGBA" else image.convert("RGBA")
    elif image.mode not in ("RGB", "L"):
        image = image.convert("RGB")
    # A reducing gap of 1 averages by whole factors first: for 640×480 that is all there is to do.
    image.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.BILINEAR, reducing_gap=1.0)
    if image.mode != "RGBA":
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:  # noqa: BLE001 - broken EXIF beside sound pixels: the picture is shown as it lies
        return 1


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def _jpeg(image: Image.Image) -> bytes:
    image.info = {}  # Pillow would write a JPEG's comment again from here
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_JPEG_QUALITY)
    return out.getvalue()


def _copied(image: Image.Image, limits: Limits) -> bytes:
    turned = _turned(image.copy(), _orientation(image))
    turned.info = {key: value for key, value in turned.info.items() if key in _PIXEL_INFO}
    out = io.BytesIO()
    match image.format:
        case "GIF":
            frames = _frames(image, limits)
            frames[0].save(
                out, "GIF", save_all=True, append_images=frames[1:], duration=_durations(frames), loop=0
            )
        case "PNG":
            turned.save(out, "PNG", compress_level=3)
        case _:
            (turned if turned.mode in ("RGB", "L") else turned.convert("RGB")).save(out, "JPEG", quality=90)
    return out.getvalue()


def _frames(image: Image.Image, limits: Limits) -> list[Image.Image]:
    """Return an animated GIF's frames, as many as the caps on frames and on pixels in all allow."""
    most = max(1, min(limits.frames, limits.pixels // (image.width * image.height)))
    frames: list[Image.Image] = []
    for frame in islice(ImageSequence.Iterator(image), most):
        if frame.width * frame.height > limits.pixels:
            break
        frames.append(frame.convert("RGBA"))
        frames[-1].info = {"duration": frame.info.get("duration", 100)}
    return frames


def _durations(frames: list[Image.Image]) -> list[int]:
    return [frame.info.pop("duration") for frame in frames]


def _gif_frames(content: bytes, stop: int) -> int:
    """Count a GIF's frames by walking its blocks, up to `stop` + 1 (Pillow's count can take seconds)."""
    frames = 0
    try:
        position = 13 + _colour_table(content[10])
        while frames <= stop and (block := content[position]) in (0x21, 0x2C):
            if block == 0x2C:
                frames += 1
                position += 11 + _colour_table(content[position + 9])
            else:
                position += 2
            while length := content[position]:
                position += length + 1
            position += 1
    except IndexError:  # cut off; whether enough is left of it, the decoder finds out
        return frames
    return frames


def _colour_table(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0
