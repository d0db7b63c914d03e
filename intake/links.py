"""Links to file shares in a text: clients send there what is too large for mail (domain.md §1)."""

from __future__ import annotations

import re

_LINK = re.compile(r"https?://[^\s<>\"'«»„“”\[\]{}|\\^`]{4,2000}", re.IGNORECASE)
_HOST = re.compile(r"https?://(?:[^/@?#]*@)?([^/:?#]+)", re.IGNORECASE)

# Hosts (with their subdomains) that keep files or pictures for others.
_SHARES = (
    *(
        "disk.yandex.ru",
        "disk.yandex.com",
        "disk.yandex.ua",
        "disk.yandex.by",
        "disk.yandex.kz",
        "disk.360.yandex.ru",
    ),
    *(
        "yadi.sk",
        "cloud.mail.ru",
        "files.mail.ru",
        "drive.google.com",
        "docs.google.com",
        "photos.app.goo.gl",
    ),
    *("dropbox.com", "db.tt", "onedrive.live.com", "1drv.ms", "sharepoint.com", "icloud.com", "box.com"),
    *("wetransfer.com", "we.tl", "mega.nz", "mega.co.nz", "mediafire.com", "pcloud.com", "pcloud.link"),
    *(
        "dropmefiles.com",
        "files.fm",
        "fex.net",
        "file.io",
        "gofile.io",
        "transfer.sh",
        "sendgb.com",
        "send.vis.ee",
    ),
    *(
        "workupload.com",
        "filemail.com",
        "swisstransfer.com",
        "smash.com",
        "fromsmash.com",
        "ufile.io",
        "uploadfiles.io",
    ),
    *(
        "my-files.su",
        "webfile.ru",
        "ex.ua",
        "prnt.sc",
        "prntscr.com",
        "joxi.ru",
        "joxi.net",
        "skr.sh",
        "monosnap.ai",
    ),
    *(
        "monosnap.com",
        "imgur.com",
        "ibb.co",
        "postimg.cc",
        "snipboard.io",
        "clip2net.com",
        "gyazo.com",
        "loom.com",
    ),
    *(
        "funet.fi",
        "filesender.funet.fi",
        "jottacloud.com",
        "proton.me",
        "tresorit.com",
        "sync.com",
        "koofr.net",
    ),
)
# Own clouds on any host: Nextcloud, ownCloud, Seafile, Synology.
_OWN_CLOUD = re.compile(
    r"/(?:index\.php/)?s/[A-Za-z0-9]{8,}|/[fd]/[0-9a-f]{10,20}/?$|/sharing/[A-Za-z0-9]{6,}"
)
_MOST_LINKS = 50


def to_shares(text: str) -> tuple[str, ...]:
    """Return the links in `text` that lead to a file share, each once, in order; at most 50."""
    found: dict[str, None] = {}
    for match in _LINK.finditer(text):
        link = _without_punctuation(match[0])
        if _leads_to_share(link):
            found[link] = None
            if len(found) == _MOST_LINKS:
                break
    return tuple(found)


def _leads_to_share(link: str) -> bool:
    host = _HOST.match(link)
    if host is None:
        return False
    name = host[1].lower().removeprefix("www.")
    is_known = any(name == share or name.endswith("." + share) for share in _SHARES)
    return is_known or bool(_OWN_CLOUD.search(link.partition("?")[0]))


def _without_punctuation(link: str) -> str:
    """Drop what belongs to the sentence; a closing bracket stays if the link has an opening one."""
    while link and (link[-1] in ".,;:!?*_" or (link[-1] == ")" and link.count("(") < link.count(")"))):
        link = link[:-1]
    return link
