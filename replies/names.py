"""What a stranger named: made safe and legible before it stands in a letter of ours."""

import re
import unicodedata

LONGEST = 80  # characters of a file's name that are shown
_ISOLATE, _POP = "\u2068", "\u2069"  # FSI … PDI: a right-to-left name can't turn our own words round
_RIGHT_TO_LEFT = frozenset(("R", "AL", "AN"))

# Endings that mail programs take for a file's, not for a host's. Some are top-level domains as well (zip,
# mov, cf), but "Logs.zip" is what clients really send, and without a scheme it leads nowhere.
_FILE_ENDING = re.compile(
    "png|jpe?g|jfif|gif|bmp|tiff?|webp|hei[cf]|avif|svg|ico|psd|raw|mp[34]|mov|avi|mkv|webm|wmv|wav|ogg|m4a"
    "|pdf|docx?|docm|rtf|txt|xls[xmb]?|csv|tsv|pptx?|od[tsp]|json|xml|html?|mht|log|zip|rar|7z|t?gz|tar|bz2|xz"
    "|cab|eml|msg|vcf|ics|exe|dll|msi|bat|cmd|vbs|js|jar|iso|sql|m?db|bak|tmp|dat|dmp|ini|cfg|conf|ya?ml|lnk|url"
    "|p7[sm]|sig|cer|crt|pem|key|pfx|1c[dl]|dt|cfu?|cfe|e[pr]f|mxl|grs",
    re.IGNORECASE,
)
# The categories Cc and Cs, without tab and line feed; neither will ever have other members.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LINKABLE = re.compile(r"(?<=[^\W_])\.(?=([^\W\d_]{2,})(?![^\W_]))|(?<=\bwww)\.", re.IGNORECASE)
_PERSON = re.compile(r"[^\W\d_]+(?:[’'ʼ-][^\W\d_]+)*(?: [^\W\d_]+(?:[’'ʼ-][^\W\d_]+)*){0,3}")
_PATRONYMIC = re.compile(r".{2,}(?:вич|ьич|мич|вна|чна)", re.IGNORECASE)


def plain_line(text: str, longest: int = 200) -> str:
    """`text` as one line without control, format and surrogate characters, cut to `longest` characters."""
    kept = (
        " " if char.isspace() else char
        for char in unicodedata.normalize("NFC", text)
        if char.isspace() or unicodedata.category(char)[0] != "C"
    )
    line = " ".join("".join(kept).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def plain_text(text: str) -> str:
    """`text` with its lines as they are, without control characters and lone surrogates; lines end in LF."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNPRINTABLE.sub("", lines)


def shown_file_name(name: str) -> str:
    """A file's name for a letter: no path, no controls, at most 80 characters, nothing to click on.

    Empty when nothing of the name is left.
    """
    base = re.split(r"[/\\]", plain_line(name, 10_000).rstrip("/\\ "))[-1].strip()
    return _isolated(_unlinkable(_cut(base)))


def person_to_greet(name: str | None, *, first_name_alone: bool) -> str | None:
    """How a directory's name is used in a greeting, or None where it doesn't look like a person's name.

    "Иванова Ольга Николаевна" is greeted by name and patronymic, or by the first name alone.
    """
    line = plain_line(name or "")
    if len(line) > 60 or not _PERSON.fullmatch(line):
        return None
    words = line.split()
    if len(words) == 3 and _PATRONYMIC.fullmatch(words[2]):
        words = words[1:]
    return words[0] if first_name_alone else " ".join(words)


def _cut(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    tail = dot + ending if stem and len(ending) <= 10 else ""
    return name[: LONGEST - 1 - len(tail)].rstrip() + "…" + tail


def _unlinkable(name: str) -> str:
    """The dots that would let a mail program make a link of the name, in brackets (threat 20)."""
    name = name.replace("://", ":")
    return _LINKABLE.sub(
        lambda match: "." if _FILE_ENDING.fullmatch(match[1] or "") else "[.]",
        name,
    )


def _isolated(name: str) -> str:
    if any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in name):
        return f"{_ISOLATE}{name}{_POP}"
    return name
