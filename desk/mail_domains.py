"""Whether the domain of a mail address tells where somebody works, or only who keeps his mailbox."""

from __future__ import annotations

import re

# Where anybody may have a mailbox: two clients there are no colleagues.
_ANYBODYS = frozenset(
    (
        "mail.ru", "inbox.ru", "list.ru", "bk.ru", "internet.ru", "vk.com", "yandex.ru", "ya.ru",
        "yandex.com", "yandex.by", "yandex.kz", "yandex.ua", "narod.ru", "rambler.ru", "lenta.ru",
        "autorambler.ru", "ro.ru", "ukr.net", "i.ua", "meta.ua", "bigmir.net", "email.ua",
        "online.ua", "tut.by", "gmail.com", "googlemail.com", "outlook.com", "hotmail.com",
        "live.com", "msn.com", "yahoo.com", "ymail.com", "aol.com", "icloud.com", "me.com",
        "mac.com", "proton.me", "protonmail.com", "pm.me", "gmx.net", "gmx.com", "gmx.de", "web.de",
        "zoho.com", "mail.com", "fastmail.com", "tutanota.com", "tuta.io", "luukku.com",
        "suomi24.fi", "kolumbus.fi", "welho.com", "elisanet.fi", "saunalahti.fi",
    )
)  # fmt: skip


_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])")


def as_company_domain(text: str) -> str:
    """Return a mail domain as it is compared: in lower case and ASCII, without a leading @.

    Raises ValueError, saying why, for what is no domain, and for one where anybody may have a mailbox.
    """
    try:
        domain = text.removeprefix("@").rstrip(".").lower().encode("idna").decode("ascii")
    except UnicodeError as exc:
        raise ValueError("no mail domain") from exc
    if len(domain) > 253 or not _DOMAIN.fullmatch(domain):
        raise ValueError("no mail domain")
    if domain in _ANYBODYS:
        raise ValueError("anybody may have a mailbox there")
    return domain


def company_domain(address: str) -> str:
    """Return the domain of a mail address (in lower case) if it may tell a company, else nothing."""
    local, at, domain = address.rpartition("@")
    return domain if local and at and domain not in _ANYBODYS else ""
