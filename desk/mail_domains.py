"""Whether the domain of a mail address tells where somebody works, or only who keeps his mailbox."""

from __future__ import annotations

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


def company_domain(address: str) -> str:
    """Return the domain of a mail address (in lower case) if it may tell a company, else nothing."""
    local, at, domain = address.rpartition("@")
    return domain if local and at and domain not in _ANYBODYS else ""
