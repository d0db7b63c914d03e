"""Mail addresses: an international domain has one form in which it is written and compared (RFC 5890)."""


def with_ascii_domain(address: str) -> str:
    """Return `address` with its domain in ASCII; the local part, and a domain in ASCII, stay as they are.

    Raises UnicodeError for a domain that has no such form.
    """
    local, at, domain = address.rpartition("@")
    return address if domain.isascii() else f"{local}{at}{domain.encode('idna').decode('ascii')}"


def comparable(address: str) -> str:
    """Return what is equal for addresses of one mailbox: in lower case, with its domain in ASCII.

    A local part means whatever its own system makes of it (RFC 5321 §2.4); none is known that tells upper
    from lower case. Never raises: what is no domain name stays as it is, and equals itself alone.
    """
    lowered = address.lower()
    try:
        return with_ascii_domain(lowered)
    except UnicodeError:
        return lowered
