"""What single elements of a page say: whether they are seen, where they lead, what a picture shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_SPACE = re.compile(r"\s+")
_LONGEST_LINK = 2_000
_LONGEST_ALT = 200
# How senders hide what they write for robots, or for the line that a mailbox shows below the subject.
_HIDING = re.compile(
    r"display:none|visibility:hidden|mso-hide:all|opacity:0(?![.\d])|font-size:[01]?(?:px|pt)?(?:;|!|$)"
    r"|max-height:0(?:px)?(?:;|!|$)"
)
_MAY_HIDE = re.compile(r"display|visibility|mso-hide|opacity|font-size|max-height|hidden", re.IGNORECASE)


def may_hide(html: str) -> bool:
    """Say whether a page holds anything by which elements are hidden, so that each is to be looked at."""
    return _MAY_HIDE.search(html) is not None


def is_hidden(node: LexborNode) -> bool:
    """Say whether no reader sees the element."""
    attributes = node.attributes
    if not attributes:
        return False
    style = "".join((attributes.get("style") or "").split()).lower()
    return "hidden" in attributes or (bool(style) and _HIDING.search(style) is not None)


def web_link(node: LexborNode) -> str:
    """Return where a link leads on the web; empty for any other kind."""
    href = (node.attributes.get("href") or "").strip()
    return href if href.startswith(("http://", "https://")) and len(href) <= _LONGEST_LINK else ""


def without_protocol(link: str) -> str:
    """Return a link as people write it: without the protocol, "www." and the last slash."""
    return link.partition("//")[2].removeprefix("www.").rstrip("/")


def picture(node: LexborNode) -> str:
    """Return what stands for a picture in a text; nothing for one without words, or too small to be seen."""
    attributes = node.attributes
    alt = _SPACE.sub(" ", attributes.get("alt") or "").strip()[:_LONGEST_ALT]
    is_tracker = (attributes.get("width") or attributes.get("height")) in ("0", "1")
    return f"[{alt}]" if alt and not is_tracker else ""
