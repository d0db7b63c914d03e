"""Builds the parts of the service once, from settings: one plain function for each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot import deadlines, mailboxes, senders
from bot.admission import Admission
from bot.answer_files import file_for_mail
from bot.config import Settings
from bot.knowledge import faq, suggested
from bot.rules import MB, file_store, languages, own_addresses, rules, web_secret
from bot.telegram.parts import Telegram, telegram
from intake import requests
from intake.arrivals import arrival
from intake.burst import Burst
from intake.incoming import IncomingMessage
from intake.limits import Limits
from intake.mailbox.mailboxes import Mailboxes
from intake.processing import Processing
from intake.reading import Reading
from intake.sandbox.pool import Sandbox
from intake.smtp import Delivered, Listener
from intake.smtp import ListenerSettings as SmtpSettings
from replies.compose import Desk
from replies.deadlines import Deadlines
from replies.folder import FolderCarrier
from replies.languages import Languages
from replies.letters import Letters
from replies.outbox import Carrier, Deliveries
from replies.smtp import RelayCarrier
from replies.smtp import RelaySettings as Relay
from storage.database import Database, is_sqlite
from storage.inbox import Arrival, Claimed, Inbox
from storage.outbox import Outbox
from storage.retention import Retention, Terms

PARTS = ("listener", "mailboxes", "telegram", "intake", "deliveries", "deadlines", "web")


def letters(settings: Settings, languages: Languages) -> Letters:
    """Words and builds every mail."""
    known = rules(settings)
    desk = Desk(
        name=settings.desk.name,
        address=settings.mail.address,
        default_language=settings.desk.language,
        public_url=settings.web.public_url,
        timezone=known.zone,
        calendars=known.calendars,
        levels={level.key: level for level in known.levels},
        largest_screenshot=settings.files.max_screenshot_mb * MB,
        offering=known.offering,
        renew_url=settings.entitlement.renew_url,
        plans_url=settings.entitlement.plans_url,
    )
    file, separator = file_for_mail(settings), settings.mail.tag_separator
    return Letters(desk, languages, known.numbering, web_secret(settings), separator, file)


def carrier(settings: Settings) -> Carrier:
    """The relay, or the folder of .eml files when none is configured."""
    relay = settings.mail.relay
    if relay is None:
        return FolderCarrier(outgoing_folder(settings))
    password = relay.password.get_secret_value() if relay.password else ""
    name = settings.mail.server_name()
    tokens = mailboxes.tokens(relay.oauth)
    return RelayCarrier(Relay(relay.host, relay.port, relay.security, relay.username, password, name, tokens))


def outgoing_folder(settings: Settings) -> Path:
    """Where replies are written while no relay is configured."""
    return settings.desk.data_dir / "outgoing"


def sandbox(
    settings: Settings, *, workers: int | None = None, call: str = "intake.mail:understand"
) -> Sandbox:
    """The worker processes that parse mail and check images; `workers` and `call` as in `Sandbox`."""
    return Sandbox(
        workers=workers or settings.processing.workers,
        seconds=settings.processing.parse_seconds,
        memory_mb=settings.processing.parse_memory_mb,
        files_root=settings.files.store,
        own_addresses=own_addresses(settings),
        limits=Limits(screenshot_bytes=settings.files.max_screenshot_mb * MB),
        call=call,
    )


@dataclass(slots=True)
class Service:
    """The parts of one process, wired; those that were not asked for are None."""

    settings: Settings
    database: Database
    inbox: Inbox
    outbox: Outbox
    admission: Admission
    burst: Burst = field(default_factory=Burst)
    listener: Listener | None = None
    mailboxes: Mailboxes | None = None
    processing: Processing | None = None
    sandbox: Sandbox | None = None
    checks: Sandbox | None = None
    deliveries: Deliveries | None = None
    retention: Retention | None = None
    telegram: Telegram | None = None
    notices: Deliveries | None = None
    deadlines: Deadlines | None = None


def service(settings: Settings, wanted: Sequence[str]) -> Service:
    """Wire the parts that were asked for; nothing is opened or started yet."""
    database = Database(settings.database.url.get_secret_value())
    files = file_store(settings)
    built = Service(
        settings=settings,
        database=database,
        inbox=Inbox(database, files),
        outbox=Outbox(database),
        admission=Admission((settings.desk.data_dir, settings.files.store), settings.files.reserve_mb * MB),
    )
    if "deliveries" in wanted:
        built.deliveries = _deliveries(built)
    if "intake" in wanted:
        built.sandbox = sandbox(settings)
        built.checks = senders.checking(settings)
        built.processing = _processing(built, built.sandbox)
        built.retention = Retention(database, files, terms(settings))
    if "listener" in wanted and settings.mail.listener.enabled:
        built.listener = _listener(built)
    if "telegram" in wanted:
        built.telegram = _telegram(built)
    if "deliveries" in wanted and settings.telegram.agents is None:
        # Where there is an agents' bot, whoever runs it delivers what agents are told.
        words = letters(settings, languages(settings)).desk
        built.notices = deadlines.notices(settings, database, words)
    if "deadlines" in wanted:
        built.deadlines = deadlines.worker(settings, database, lambda: _wake_deliveries(built))
    if "mailboxes" in wanted and settings.mail.mailboxes:
        built.mailboxes = _mailboxes(built)
    return built


def _wake_deliveries(built: Service) -> None:
    """Whoever delivers in this process looks at once for what was owed."""
    for one in (built.deliveries, built.notices, built.telegram):
        if one is not None:
            one.wake()


def _telegram(built: Service) -> Telegram | None:
    def owed() -> None:
        if built.deliveries is not None:
            built.deliveries.wake()

    settings = built.settings
    words = letters(settings, languages(settings)).desk
    return telegram(
        settings, built.database, desk=intake_desk(settings), letters=words, admit=built.admission, owed=owed
    )


def terms(settings: Settings) -> Terms:
    """How long what the desk keeps lasts."""
    kept = settings.retention
    return Terms(
        raw_mail=kept.raw_mail_days,
        refused=kept.refused_days,
        quarantine=kept.quarantine_days,
        deliveries=kept.deliveries_days,
        closed_tickets=kept.closed_tickets_days,
    )


def _sole(built: Service) -> bool:
    return is_sqlite(built.database.url)


def _deliveries(built: Service) -> Deliveries:
    words = letters(built.settings, languages(built.settings))
    return Deliveries(
        "mail",
        built.outbox,
        words,
        carrier(built.settings),
        sender=words.envelope_sender,
        sole=_sole(built),
    )


def intake_desk(settings: Settings) -> requests.Desk:
    """What taking requests in has to know of the desk."""
    known = rules(settings)
    return requests.Desk(
        levels=known.levels,
        calendars=known.calendars,
        numbering=known.numbering,
        domain=known.domain,
        default_language=settings.desk.language,
        reopen_days=settings.desk.reopen_days,
        confirmations_per_hour=settings.mail.confirmations_per_hour,
        confirmations_per_day=settings.mail.confirmations_per_day,
        offering=known.offering,
        confirm_unverified=settings.mail.confirm_unverified,
        agents=senders.agents(settings),
        own_addresses=own_addresses(settings),
        secret=web_secret(settings),
        tag_separator=settings.mail.tag_separator,
        targets=known.targets,
        paused_in=known.paused_in,
    )


def _processing(built: Service, understands: Sandbox) -> Processing:
    settings, database, known = built.settings, built.database, faq(built.settings)
    desk = intake_desk(settings)

    async def take_in(entry: Claimed, incoming: IncomingMessage) -> requests.Outcome:
        found = await suggested(known, incoming)
        now = datetime.now(UTC)
        return await database.writer.run(lambda: requests.take_in(entry, incoming, desk, now, found))

    def taken_in(_: requests.Outcome) -> None:
        _wake_deliveries(built)

    reading = Reading(
        understands,
        take_in,
        verify=senders.verifier(settings, built.checks),
        trusted_authserv_id=senders.trusted_servers(settings),
    )
    return Processing(
        built.inbox, reading, taken_in=taken_in, sole=_sole(built), held_back=built.burst.going_on
    )


def _mailboxes(built: Service) -> Mailboxes:
    async def record(arrival: Arrival) -> None:
        await built.inbox.record(arrival)
        if built.processing is not None:
            built.processing.wake()

    return mailboxes.mailboxes(
        built.settings, built.database, record=record, admit=built.admission,
        owed=lambda: _wake_deliveries(built),
    )  # fmt: skip


def _listener(built: Service) -> Listener:
    settings = built.settings.mail
    listening = settings.listener

    async def record(delivered: Delivered) -> None:
        built.burst.note()
        await built.inbox.record(arrival(delivered, listening.protocol))
        if built.processing is not None:
            built.processing.wake()

    return Listener(
        SmtpSettings(
            host=listening.host,
            port=listening.port,
            protocol=listening.protocol,
            hostname=settings.server_name(),
            max_message_bytes=listening.max_message_mb * MB,
            max_connections=listening.max_connections,
            addresses=own_addresses(built.settings),
            tls_certificate=listening.tls_certificate,
            tls_key=listening.tls_key,
        ),
        record=record,
        admit=built.admission,
    )
