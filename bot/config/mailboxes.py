"""What config.toml may say about mailboxes, and about signing in by OAuth 2."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator

from bot.config.fields import AuthservId, FilePath, Host, Line, Section, contradiction, whole

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def _token_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        valid = parts.hostname and (parts.port is None or parts.port > 0) and not _CONTROL.search(value)
    except ValueError as exc:
        raise ValueError("the host or the port is not understood") from exc
    # The client's secret and the refresh token are sent there.
    if not valid or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)):
        raise ValueError("secrets are sent there, so it must be encrypted")
    return value


def _after(value: str) -> str:
    if value in ("flag", "delete") or (value.startswith("move:") and _named(value[5:])):
        return value
    raise ValueError  # what is allowed says it all


def _folder(value: str) -> str:
    if not _named(value):
        raise ValueError  # what is allowed says it all
    return value


def _named(folder: str) -> bool:
    return bool(folder.strip()) and len(folder) <= 200 and not _CONTROL.search(folder)


def check_encrypted(host: str, security: str) -> None:
    """An access token opens the mailbox to whoever reads it on the way."""
    if security == "none" and host not in _LOOPBACK:
        raise contradiction("security", 'found "none"; allowed with oauth: "tls" or "starttls"')


class OAuthSettings(Section):
    """How access tokens are had (RFC 6749, section 6)."""

    token_url: Annotated[str, AfterValidator(_token_url)] = Field(description='an address "https://…"')
    client_id: Line = Field(description="the application's id, one line")
    client_secret: SecretStr | None = Field(
        default=None, description="the application's secret, if it has one"
    )
    refresh_token_file: FilePath = Field(description="the path of a file that this user may write")
    scope: str = Field(default="", max_length=1000, description='what is asked for, or ""')

    @model_validator(mode="after")
    def _has_a_refresh_token(self) -> Self:
        path: Path = self.refresh_token_file
        if not path.is_file():
            raise contradiction(
                "refresh_token_file", f'found "{path}"; allowed: the path of a file (there is none)'
            )
        return self


class MailboxSettings(Section):
    """A folder on an IMAP server whose mail becomes tickets."""

    name: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$", description="1 to 40 Latin letters, digits, _ . and -"
    )
    host: Host = Field(description="a host name or an IP address")
    port: int = whole(993, 1, 65535)
    security: Literal["tls", "starttls", "none"] = Field(
        default="tls", description='"tls", "starttls" or "none"'
    )
    username: Line = Field(description="a user name, usually the mail address")
    password: SecretStr | None = Field(default=None, description="the user's password")
    oauth: OAuthSettings | None = Field(default=None, description="a table of how tokens are had")
    folder: Annotated[str, AfterValidator(_folder)] = Field(
        default="INBOX", description="the name of a folder, 1 to 200 characters"
    )
    after: Annotated[str, AfterValidator(_after)] = Field(
        default="flag", description='"move:FOLDER", "flag" or "delete"'
    )
    since_days: int = whole(7, 0, 3650, "days")
    poll_seconds: int = whole(60, 5, 3600, "seconds")
    alarm_after_minutes: int = whole(5, 1, 1440, "minutes")
    trusted_authserv_id: AuthservId = ""

    @model_validator(mode="after")
    def _signs_in_in_one_way(self) -> Self:
        if self.password is None and self.oauth is None:
            needed = 'the mailbox\'s password, by password_file = "PATH", or oauth'
            raise contradiction("password", f"found nothing; needed: {needed}")
        if self.password is not None and self.oauth is not None:
            raise contradiction("oauth", "found beside password; allowed: one of the two")
        if self.oauth is not None:
            check_encrypted(self.host, self.security)
        return self

    @model_validator(mode="after")
    def _moves_somewhere_else(self) -> Self:
        if self.move_to and self.move_to.casefold() == self.folder.casefold():
            raise contradiction(
                "after", f'found "{self.after}"; allowed: a folder other than the mailbox\'s own'
            )
        return self

    @property
    def move_to(self) -> str:
        """The folder that recorded mail is moved to, "" for none."""
        return self.after.removeprefix("move:") if self.after.startswith("move:") else ""
