"""What a confirmation says of the client's files: attached, kept as a link, or not kept and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from replies.wording import Wording

FORMATS = ("JPG", "GIF", "PNG")
# The reasons why files are declined, in the order in which they are told. After those of the second row the
# client is asked for something, and one request is one paragraph.
_TOLD = ("format", "other")
_ASKED = ("damaged", "unfetched", "too-large", "too-many-pixels", "too-many")
# What a declined file is → the sentence that says what to send instead; each is said once.
_INSTEAD = {
    "heic": "instead.heic",
    "webp": "instead.picture",
    "avif": "instead.picture",
    "bmp": "instead.picture",
    "tiff": "instead.picture",
    "svg": "instead.picture",
    "picture": "instead.picture",
    "pdf": "instead.document",
    "document": "instead.document",
    "video": "instead.video",
    "archive": "instead.archive",
}


def files_told(words: Wording, facts: Mapping[str, Any], largest: int) -> list[str]:
    """The paragraphs about files: one that tells, then one for each thing that we ask for.

    `facts` may hold screenshots [name], declined [{name, reason, hint}] and shares [url]; links are counted,
    never repeated (threat 20). `hint`, which may be missing, says what the file is by its bytes. `largest`:
    the size of the largest screenshot we take, in bytes.
    """
    by_reason = _by_reason(facts.get("declined") or ())
    sentences = {reason: _declined(words, reason, names, largest) for reason, names in by_reason.items()}
    told = [
        *_attached(words, facts.get("screenshots") or ()),
        *_shares(words, facts.get("shares") or ()),
        *(sentences[reason] for reason in _TOLD if reason in sentences),
    ]
    instead = dict.fromkeys(_INSTEAD[kind] for kind in _hints(facts) if kind in _INSTEAD)
    asked = [words.text(key) for key in instead]
    asked += [sentences[reason] for reason in _ASKED if reason in sentences]
    return [" ".join(told), *asked] if told else asked


def _attached(words: Wording, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    if len(names) == 1:
        return [words.text("confirmation.screenshot", name=words.file(names[0], quoted=False))]
    return [words.text("confirmation.screenshots", names=words.files(names, quoted=False))]


def _shares(words: Wording, urls: Sequence[str]) -> list[str]:
    if not urls:
        return []
    return [words.text("confirmation.share" if len(urls) == 1 else "confirmation.shares")]


def _hints(facts: Mapping[str, Any]) -> list[str]:
    return [str(file.get("hint", "")) for file in facts.get("declined") or () if file["reason"] == "format"]


def _by_reason(declined: Sequence[Mapping[str, str]]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for file in declined:
        reason = file["reason"] if file["reason"] in _TOLD + _ASKED else "other"
        names.setdefault(reason, []).append(file["name"])
    return names


def _declined(words: Wording, reason: str, names: Sequence[str], largest: int) -> str:
    values = {"formats": words.formats(FORMATS), "limit": words.size(largest)}
    if len(names) == 1:
        return words.text(f"declined.{reason}", name=words.file(names[0], quoted=True), **values)
    return words.text(f"declined.{reason}.several", names=words.files(names, quoted=True), **values)
