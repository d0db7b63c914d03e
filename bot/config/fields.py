"""The kinds of value that config.toml holds; each refuses what it does not allow and says why."""

import ipaddress
import re
import ssl
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationInfo
from pydantic_core import PydanticCustomError

from desk.service_level import Promise
from desk.ticket import Numbering
from intake.authentic.dns_lookups import split_server

CONTRADICTION = "contradiction"

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# RFC 5321 §4.1.2 Dot-string "@" Domain. Quoted local parts and address literals are left out on purpose:
# nobody's desk has one, and both are favourite places to hide a second address.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@{_LABEL}(?:\.{_LABEL})*")
_HOST = re.compile(r"[A-Za-z0-9_.:%-]{1,253}")
_HOST_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")


class Section(BaseModel):
    """A table of config.toml: frozen, no unknown keys, no value bent into another type."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, validate_default=True, allow_inf_nan=False
    )


def section(name: str) -> Any:
    """A table that may be left out because each of its keys has a default."""
    return Field(default_factory=dict, description=f"a section [{name}]")


def whole(default: int, least: int, most: int, unit: str = "") -> Any:
    """A whole number between two bounds, both allowed."""
    described = f"a whole number from {least} to {most}" + (f" ({unit})" if unit else "")
    return Field(default=default, ge=least, le=most, description=described)


def _line(value: str) -> str:
    if not value.strip() or len(value) > 200 or _CONTROL.search(value):
        raise ValueError  # what is allowed says it all
    return value


def _mail_address(value: str) -> str:
    match = _ADDRESS.fullmatch(value)
    if not match or len(value) > 254 or len(match["local"]) > 64:
        raise ValueError("not of the form name@domain; a non-Latin domain is written as xn--…")
    return value


def _host(value: str) -> str:
    if not _HOST.fullmatch(value):
        raise ValueError("no scheme, no port, no spaces")
    return value


def _host_name_or_empty(value: str) -> str:
    if value and not (_HOST_NAME.fullmatch(value) and len(value) <= 253):
        raise ValueError("Latin letters, digits, hyphens and dots")
    return value


def _name_server(value: str) -> str:
    if value:
        address, port = split_server(value)
        ipaddress.ip_address(address)
        if not 0 < port < 65536:
            raise ValueError("the port is not understood")
    return value


def _resolved(value: Any, info: ValidationInfo) -> Any:
    """A path as written, against the configuration file's folder; another type is refused later."""
    if value == "":
        return None
    if not isinstance(value, str | Path):
        return value
    if "\0" in str(value):
        raise ValueError("no NUL character")
    if "://" in str(value):
        raise ValueError("not an address: this version keeps files in folders alone")
    folder: Path = (info.context or {}).get("folder", Path())
    return folder / value


def _database_url(value: SecretStr, info: ValidationInfo) -> SecretStr:
    url = value.get_secret_value()
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in ("sqlite", "postgres", "postgresql") or not rest:
        raise ValueError("the scheme decides the engine")
    if scheme != "sqlite":
        _postgres_parts(url)
        return value
    if "?" in rest or rest.startswith(":memory:"):
        raise ValueError("sqlite:// takes the path of a file, without options")
    path = (info.context or {}).get("folder", Path()) / rest
    if "?" in str(path):
        raise ValueError(f"the path {path} has a question mark in it, which a database URL cannot carry")
    return SecretStr(f"sqlite://{path}")


def _postgres_parts(url: str) -> None:
    try:
        parts = urlsplit(url)
        named = parts.path.strip("/") and (parts.port is None or parts.port > 0)
    except ValueError:
        # from None: the foreign message may quote the password.
        raise ValueError("the host or the port is not understood; encode : / ? # @ in the password") from None
    if not named:
        raise ValueError("the name of the database is missing after the host")


def _origin(value: str) -> str:
    try:
        parts = urlsplit(value)
        # .port is parsed on access and raises ValueError when it is none
        valid = parts.scheme in ("http", "https") and (parts.port is None or parts.port > 0)
    except ValueError as exc:
        raise ValueError("the host or the port is not understood") from exc
    more = parts.username is not None or parts.query or parts.fragment or parts.path not in ("", "/")
    if not valid or more or not _HOST.fullmatch(parts.hostname or "") or _CONTROL.search(value):
        raise ValueError("scheme, host and port alone; the pages stand at the root")
    return f"{parts.scheme}://{parts.netloc}"


def _long_secret(value: SecretStr) -> SecretStr:
    length = len(value.get_secret_value().encode())
    if length < 32:
        raise ValueError(f"it has {length} bytes; `otklik init` makes a good one")
    return value


def _numbering(value: str) -> str:
    _reworded(Numbering, value)
    return value


def _promise(value: str) -> str:
    _reworded(Promise.parse, value)
    return value


def _reworded(rule: Callable[[str], object], value: str) -> None:
    """Ask a rule of the desk; what it allows is said by the field already, so only its reason is kept."""
    try:
        rule(value)
    except ValueError as exc:
        raise ValueError(str(exc).partition("; allowed:")[0]) from exc


def _day(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


def contradiction(key: str, sentence: str) -> PydanticCustomError:
    """What to raise when the keys of a section do not go together; `key` is the one to look at."""
    return PydanticCustomError(CONTRADICTION, "{sentence}", {"key": key, "sentence": sentence})


def in_calendar(name: str, sentence: str) -> PydanticCustomError:
    """The same for a calendar, about which it is said as `calendars.NAME.hours = …; allowed: …`."""
    about = re.fullmatch(rf"calendars\.{re.escape(name)}\.(?P<key>\w+)(?P<is> = )?(?P<rest>.*)", sentence)
    if about is None:
        return contradiction("hours", sentence)
    text = f"found {about['rest']}" if about["is"] else about["rest"].lstrip(".: ")
    return contradiction(about["key"], text)


def check_certificate(certificate: Path | None, key: Path | None) -> None:
    """Loadable, or not given at all; raises a contradiction of tls_certificate or tls_key."""
    if certificate is None and key is not None:
        raise contradiction(
            "tls_certificate", "found nothing; needed: the certificate that tls_key belongs to"
        )
    for name, path in (("tls_certificate", certificate), ("tls_key", key)):
        if path is not None and not path.is_file():
            raise contradiction(name, f'found "{path}"; allowed: the path of a file (there is none)')
    if certificate is None:
        return
    try:
        # An empty password: otherwise OpenSSL would ask for one on the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as exc:
        allowed = "a certificate chain and its key without a password, both in PEM form"
        raise contradiction("tls_certificate", f'found "{certificate}"; allowed: {allowed} ({exc})') from exc


Language = Literal["ru", "uk", "en", "fi"]
Line = Annotated[str, AfterValidator(_line)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
Host = Annotated[str, AfterValidator(_host)]
HostNameOrEmpty = Annotated[str, AfterValidator(_host_name_or_empty)]
NameServer = Annotated[str, AfterValidator(_name_server)]
AuthservId = Annotated[
    str, Field(max_length=253, pattern=r"^[!#-:<-~]*$", description='a name without spaces, ; and ", or ""')
]
FilePath = Annotated[Path, BeforeValidator(_resolved)]
OptionalPath = Annotated[Path | None, BeforeValidator(_resolved)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_database_url)]
Origin = Annotated[str, AfterValidator(_origin)]
LongSecret = Annotated[SecretStr, AfterValidator(_long_secret)]
NumberPattern = Annotated[str, AfterValidator(_numbering)]
PromiseText = Annotated[str, AfterValidator(_promise)]
Day = Annotated[date, BeforeValidator(_day)]
