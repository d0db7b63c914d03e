"""What config.toml may say: a frozen model for each table; a field's description is what it allows."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from bot.config.clocks import DEFAULTS, ClocksSettings, ResolutionSettings
from bot.config.entitlement import EntitlementSettings, PlanSettings, ProductSettings, default_plans
from bot.config.fields import (
    AuthservId,
    DatabaseUrl,
    FilePath,
    Host,
    HostNameOrEmpty,
    Language,
    Line,
    LongSecret,
    MailAddress,
    NameServer,
    NumberPattern,
    OptionalPath,
    Origin,
    Section,
    check_certificate,
    contradiction,
    section,
    whole,
)
from bot.config.knowledge import FaqSettings, ToneSettings
from bot.config.mailboxes import MailboxSettings, OAuthSettings, check_encrypted
from bot.config.promises import CalendarSettings, LevelSettings
from bot.config.ready import ReadyAnswerSettings
from bot.config.telegram import TelegramSettings

Security = Literal["none", "starttls", "tls"]
Role = Literal["agent", "head", "admin"]


class DeskSettings(Section):
    """Who the desk is and how it counts its tickets."""

    name: Line = Field(description="the desk's name, one line of 1 to 200 characters")
    language: Language = Field(default="ru", description='"ru", "uk", "en" or "fi"')
    ticket_number: NumberPattern = Field(
        default="AS-{number:06d}",
        description="{number} or {number:06d} once, with letters, digits and - _ . / around it",
    )
    data_dir: FilePath = Field(default=Path("data"), description="the path of a folder")
    reopen_days: int = whole(30, 0, 3650, "days")
    texts: OptionalPath = Field(default=None, description='the path of a folder, or "" for none')
    tone_check: bool = Field(default=True, description="true or false")


class DatabaseSettings(Section):
    """Where everything but large files lasts."""

    url: DatabaseUrl = Field(
        default=SecretStr("sqlite://data/otklik.db"),
        description='"sqlite://PATH" or "postgres://USER:PASSWORD@HOST/NAME"',
    )


class FilesSettings(Section):
    """Where screenshots and large mails last, and how much room is kept free."""

    store: FilePath = Field(default=Path("data/files"), description="the path of a folder")
    max_screenshot_mb: int = whole(10, 1, 100, "MB")
    reserve_mb: int = whole(256, 0, 1_000_000, "MB")


class ListenerSettings(Section):
    """Our own SMTP or LMTP server."""

    enabled: bool = Field(default=True, description="true or false")
    host: Host = Field(default="127.0.0.1", description="a host name or an IP address")
    port: int = whole(8025, 0, 65535)
    hostname: HostNameOrEmpty = Field(default="", description='a host name, or "" for that of mail.address')
    protocol: Literal["smtp", "lmtp"] = Field(default="smtp", description='"smtp" or "lmtp"')
    max_message_mb: int = whole(35, 1, 500, "MB")
    max_connections: int = whole(200, 1, 10_000, "connections")
    tls_certificate: OptionalPath = Field(
        default=None, description="the path of a certificate chain in PEM form"
    )
    tls_key: OptionalPath = Field(default=None, description="the path of the certificate's key in PEM form")
    trusted_authserv_id: AuthservId = ""
    verify: bool = Field(default=False, description="true or false")
    name_server: NameServer = Field(
        default="", description='"ADDRESS" or "ADDRESS:PORT" of a DNS server, or "" for the system\'s'
    )

    @model_validator(mode="after")
    def _certificate_loads(self) -> Self:
        check_certificate(self.tls_certificate, self.tls_key)
        return self

    @model_validator(mode="after")
    def _senders_are_checked_in_one_way(self) -> Self:
        if self.verify and self.trusted_authserv_id:
            # Strangers who hand mail to the MX itself could write the header that would be believed.
            needed = 'needed: "", because with verify = true any stranger could have written the header'
            raise contradiction("trusted_authserv_id", f'found "{self.trusted_authserv_id}"; {needed}')
        if self.verify and self.protocol == "lmtp":
            needed = 'needed: false, or protocol = "smtp": over LMTP nobody tells who has sent the mail'
            raise contradiction("verify", f"found true; {needed}")
        return self


class RelaySettings(Section):
    """The mail server that takes our replies."""

    host: Host = Field(description="a host name or an IP address")
    port: int = whole(25, 1, 65535)
    security: Security = Field(default="none", description='"none", "starttls" or "tls"')
    username: str = Field(default="", max_length=500, description='a user name, or "" for no sign-in')
    password: SecretStr | None = Field(default=None, description="the password that goes with the user name")
    oauth: OAuthSettings | None = Field(default=None, description="a table of how tokens are had")

    @model_validator(mode="after")
    def _signs_in_with_both(self) -> Self:
        if self.username and self.password is None and self.oauth is None:
            ways = 'password_file = "PATH" or the environment variable OTKLIK_MAIL_RELAY_PASSWORD'
            raise contradiction("password", f"found nothing; needed: the user name's password, by {ways}")
        if self.password is not None and self.oauth is not None:
            raise contradiction("oauth", "found beside password; allowed: one of the two")
        if self.oauth is not None:
            check_encrypted(self.host, self.security)
        if not self.username and (self.password is not None or self.oauth is not None):
            what = "the password" if self.oauth is None else "oauth"
            raise contradiction("username", f"found nothing; needed: the user name of {what}")
        return self


class MailSettings(Section):
    """The desk's address and the ways of its mail."""

    address: MailAddress = Field(description='an e-mail address such as "support@example.org"')
    aliases: tuple[MailAddress, ...] = Field(default=(), description="a list of e-mail addresses")
    tag_separator: Literal["", "+"] = Field(default="", description='"+" or ""')
    confirmations_per_hour: int = whole(5, 1, 1000, "mails to one address")
    confirmations_per_day: int = whole(20, 1, 10_000, "mails to one address")
    confirm_unverified: bool = Field(default=False, description="true or false")
    require_verified: bool = Field(default=False, description="true or false")
    listener: ListenerSettings = section("mail.listener")
    mailboxes: tuple[MailboxSettings, ...] = Field(default=(), description="sections [[mail.mailboxes]]")
    relay: RelaySettings | None = Field(default=None, description="a section [mail.relay]")

    @model_validator(mode="after")
    def _whoever_hands_mail_over_can_vouch(self) -> Self:
        """Where nobody says who wrote a mail, all mail would be taken for forged."""
        if not self.require_verified:
            return self
        listener = self.listener
        silent = [f"mailbox {box.name}" for box in self.mailboxes if not box.trusted_authserv_id]
        if listener.enabled and not (listener.verify or listener.trusted_authserv_id):
            silent.insert(0, "the listener (or verify, or enabled = false)")
        if silent:
            needed = f"needed with it: a trusted_authserv_id for {', '.join(silent)}"
            raise contradiction("require_verified", f"found true; {needed}")
        return self

    def server_name(self) -> str:
        """The name our mail server greets with: `listener.hostname`, else the address's domain."""
        return self.listener.hostname or self.address.rpartition("@")[2]


class WebSettings(Section):
    """The pages, and the secret that signs every link to them."""

    host: Host = Field(default="127.0.0.1", description="a host name or an IP address")
    port: int = whole(8080, 0, 65535)
    public_url: Origin = Field(
        default="http://127.0.0.1:8080", description='"http://HOST:PORT" or "https://HOST", without a path'
    )
    secret: LongSecret = Field(description="a secret of at least 32 bytes")


class AgentSettings(Section):
    """A person who answers."""

    name: Line = Field(description="a name of 1 to 200 characters")
    email: MailAddress | None = Field(
        default=None, description='an e-mail address such as "anna@example.org"'
    )
    telegram_id: int | None = Field(default=None, ge=1, description="a whole number, from 1")
    role: Role = Field(default="agent", description='"agent", "head" or "admin"')
    line: Literal["first", "second", "third", "development", "vendor"] = Field(
        default="first", description='"first", "second", "third", "development" or "vendor"'
    )
    team: str = Field(default="", max_length=100, description='the name of a team, or "" for none')
    calendar: str = Field(default="", description='the name of one of [calendars.NAME], or "" for the first')


class ProcessingSettings(Section):
    """How recorded mail is understood, and within what limits."""

    workers: int = whole(4, 1, 32, "processes")
    parse_seconds: int = whole(20, 1, 600, "seconds")
    parse_memory_mb: int = whole(640, 128, 65_536, "MB")


class RetentionSettings(Section):
    """How long each class of what the desk keeps lasts; 0 keeps it for ever."""

    raw_mail_days: int = whole(90, 0, 36_500, "days")
    refused_days: int = whole(30, 0, 36_500, "days")
    quarantine_days: int = whole(0, 0, 36_500, "days")
    deliveries_days: int = whole(90, 0, 36_500, "days")
    closed_tickets_days: int = whole(0, 0, 36_500, "days")


class LogSettings(Section):
    """What is logged, and in which form."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description='"debug", "info", "warning" or "error"'
    )
    format: Literal["logfmt", "json"] = Field(default="logfmt", description='"logfmt" or "json"')


class Settings(Section):
    """Everything config.toml says, checked; paths are absolute, secrets are held so that they never print."""

    desk: DeskSettings = Field(description="a section [desk]")
    database: DatabaseSettings = section("database")
    files: FilesSettings = section("files")
    mail: MailSettings = Field(description="a section [mail]")
    telegram: TelegramSettings = section("telegram")
    web: WebSettings = Field(description="a section [web]")
    calendars: dict[str, CalendarSettings] = Field(
        min_length=1, description="at least one section [calendars.NAME]"
    )
    service_levels: tuple[LevelSettings, ...] = Field(
        min_length=1, description="at least one section [[service_levels]]"
    )
    resolution: tuple[ResolutionSettings, ...] = Field(
        default=DEFAULTS, description="sections [[resolution]]"
    )
    clocks: ClocksSettings = section("clocks")
    agents: tuple[AgentSettings, ...] = Field(default=(), description="sections [[agents]]")
    plans: tuple[PlanSettings, ...] = Field(
        default_factory=default_plans, min_length=1, description="sections [[plans]]"
    )
    products: tuple[ProductSettings, ...] = Field(default=(), description="sections [[products]]")
    entitlement: EntitlementSettings = section("entitlement")
    ready_answers: tuple[ReadyAnswerSettings, ...] = Field(
        default=(), description="sections [[ready_answers]]"
    )
    faq: FaqSettings = section("faq")
    tone: tuple[ToneSettings, ...] = Field(default=(), description="sections [[tone]]")
    processing: ProcessingSettings = section("processing")
    retention: RetentionSettings = section("retention")
    log: LogSettings = section("log")
