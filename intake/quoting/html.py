"""What mail programs mark as old or as a signature in HTML, so that it can be told in the text as well.

Most programs quote in a `blockquote`, which the text shows by ">". These are the others: Outlook, Yahoo,
ProtonMail, Zoho, Thunderbird, Apple Mail, Roundcube.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

# Outlook on the web marks with "x_" what it takes over from a mail.
_OLD_MAIL = re.compile(
    r"(?:x_)*(?:divrplyfwdmsg|olk_src_body_section|mail-editor-reference-message-container|isforwardcontent)",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"(?:^|\s)(?:x_)*(?:yahoo_quoted|ydp\w*yahoo_quoted|protonmail_quote|zmail_extra|moz-cite-prefix|gmail_attr"
    r"|tutanota_quote|mailmate_quote|front-blockquote|hcsig_quote)(?:\s|$)",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"(?:^|\s)(?:x_)*(?:gmail_signature|moz-signature|signature|applemailsignature|protonmail_signature_block-user"
    r"|ms-outlook-mobile-signature|ms-outlook-ios-signature)(?:\s|$)",
    re.IGNORECASE,
)
_BELOW_SIGNATURE = re.compile(
    r"(?:^|\s)(?:x_)*(?:gmail_quote|gmail_quote_container|moz-cite-prefix|yahoo_quoted|protonmail_quote|zmail_extra"
    r"|divrplyfwdmsg|appendonsend|mail-editor-reference-message-container)(?:\s|$)",
    re.IGNORECASE,
)
# Outlook 2007 and later, and Windows Mail: a line above the headers of the old mail, in one of their greys.
_LINE_ABOVE = re.compile(r"border:none;border-top:solid#?(?:e1e1e1|b5c4df|e5e5e5|window\w*)", re.IGNORECASE)
_HINTS = (
    "rplyfwd",
    "body_section",
    "editor-reference",
    "forwardcontent",
    "quote",
    "zmail",
    "cite-prefix",
    "_attr",
    "signature",
    "border-top",
)
_MOST_STEPS = 200


def is_marked(html: str) -> bool:
    """Say whether a page holds anything that the functions below look for; most pages do not."""
    lowered = html.lower()
    return any(hint in lowered for hint in _HINTS)


def begins_old_mail(node: LexborNode) -> bool:
    """Say whether an old mail begins at the element, with its headers (Outlook, Windows Mail)."""
    attributes = node.attributes
    if _OLD_MAIL.fullmatch(attributes.get("id") or ""):
        return True
    return _LINE_ABOVE.search((attributes.get("style") or "").replace(" ", "")) is not None


def is_quotation(node: LexborNode) -> bool:
    """Say whether what the element holds is quoted: a blockquote, or what a program uses in its stead.

    Gmail also uses a blockquote to indent (`margin:0 0 0 40px;border:none`), and the class of its
    introductions above what is passed on.
    """
    if node.tag == "blockquote":
        style = (node.attributes.get("style") or "").replace(" ", "").lower()
        return not ("border:none" in style and style.startswith("margin"))
    classes = node.attributes.get("class") or ""
    if not _QUOTED.search(classes):
        return False
    return "gmail_attr" not in classes or not node.text(deep=False).lstrip().startswith("-")


def is_signature(node: LexborNode) -> bool:
    """Say whether the program calls the element a signature."""
    attributes = node.attributes
    return _SIGNATURE.search(f"{attributes.get('class') or ''} {attributes.get('id') or ''}") is not None


def lacks_delimiter(node: LexborNode) -> bool:
    """Say whether no text follows a signature, up to a quotation, and it does not begin with "--".

    This reads what lies below the element: it shall not be asked for any number of them.
    """
    text = node.text(deep=True).strip()
    return bool(text) and not text.startswith("--") and _is_last(node)


def _is_last(node: LexborNode) -> bool:
    """Say whether no text follows the element, up to a quotation."""
    steps = 0
    at: LexborNode | None = node
    while at is not None and at.tag != "body" and steps < _MOST_STEPS:
        following = at.next
        while following is not None and steps < _MOST_STEPS:
            if _is_below_signature(following):
                return True
            if (following.text(deep=True) or "").strip():
                return False
            following = following.next
            steps += 1
        at = at.parent
        steps += 1
    return steps < _MOST_STEPS


def _is_below_signature(node: LexborNode) -> bool:
    if node.tag in ("blockquote", "hr"):
        return True
    if (node.tag or "-").startswith("-"):
        return False
    names = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
    return _BELOW_SIGNATURE.search(names) is not None or begins_old_mail(node)
