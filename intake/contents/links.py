"""Links to file shares in a text: clients send there what is too large for mail (domain.md §1)."""

from __future__ import annotations

import re

_LINK = re.compile(r"https?://[^\s<>\"'«»„“”\[\]{}|\\^`]{4,2000}", re.IGNORECASE)
_HOST = re.compile(r"https?://(?:[^/@?#]*@)?([^/:?#]+)", re.IGNORECASE)

# Hosts (with subdomains) that keep files for others: of Russian, Ukrainian and Finnish clients; then clouds,
# senders of a file for some days, keepers of pictures and of recordings of a screen.
_HOSTS = """
    disk.yandex.ru disk.yandex.com disk.yandex.ua disk.yandex.by disk.yandex.kz disk.360.yandex.ru
    yadi.sk cloud.mail.ru files.mail.ru sberdisk.ru dropmefiles.com transfiles.ru my-files.su webfile.ru
    filebin.net fastpic.org fastpic.ru radikal.ru radikal.cloud hostingkartinok.com skr.sh joxi.ru
    joxi.net clip2net.com

    fex.net ex.ua dropmefiles.com.ua files.fm

    funet.fi aijaa.com kuvapilvi.fi jottacloud.com

    drive.google.com docs.google.com photos.google.com photos.app.goo.gl dropbox.com
    dropboxusercontent.com db.tt onedrive.live.com onedrive.com 1drv.ms sharepoint.com icloud.com
    box.com mega.nz mega.io mega.co.nz pcloud.com pcloud.link drive.proton.me tresorit.com sync.com
    koofr.net terabox.com sharefile.com egnyte.com

    wetransfer.com we.tl transfernow.net hightail.com send-anywhere.com sendanywhe.re mediafire.com
    file.io gofile.io transfer.sh sendgb.com send.vis.ee workupload.com filemail.com swisstransfer.com
    fromsmash.com ufile.io uploadfiles.io pixeldrain.com catbox.moe wormhole.app limewire.com

    prnt.sc prntscr.com monosnap.com monosnap.ai imgur.com ibb.co postimg.cc snipboard.io gyazo.com
    loom.com nimb.ws awesomescreenshot.com screencast.com streamable.com jam.dev cln.sh droplr.com d.pr
"""
_SHARES = frozenset(_HOSTS.split())

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
    labels = name.split(".")
    is_known = any(".".join(labels[at:]) in _SHARES for at in range(len(labels)))
    return is_known or bool(_OWN_CLOUD.search(link.partition("?")[0]))


def _without_punctuation(link: str) -> str:
    """Drop what belongs to the sentence; a closing bracket stays if the link has an opening one."""
    while link and (link[-1] in ".,;:!?*_" or (link[-1] == ")" and link.count("(") < link.count(")"))):
        link = link[:-1]
    return link
