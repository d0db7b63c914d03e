"""What the configuration says of the desk, in the words of the floors below; needs no server or database."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.config import Settings
from desk.entitlement import Offering
from desk.resolution import Target
from desk.service_level import ServiceLevel
from desk.ticket import Numbering
from desk.timing import Timing
from desk.working_time import Calendar
from replies import answering
from replies.languages import Languages
from storage.files import FileStore

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Rules:
    """What the configuration says of the desk, in the rules' own words."""

    numbering: Numbering
    levels: tuple[ServiceLevel, ...]
    calendars: dict[str, Calendar]
    zone: ZoneInfo
    domain: str
    offering: Offering
    targets: tuple[Target, ...]
    paused_in: frozenset[str]

    @property
    def timing(self) -> Timing:
        """By what deadlines are counted."""
        return Timing(self.levels, self.calendars, self.targets, self.paused_in)

    def level(self, key: str) -> ServiceLevel | None:
        """The level of that key, or None."""
        return next((level for level in self.levels if level.key == key), None)


def rules(settings: Settings) -> Rules:
    """The desk's rules; deadlines are told in the zone of its first calendar."""
    calendars = {name: one.calendar(name) for name, one in settings.calendars.items()}
    zone = next(iter(calendars.values())).timezone
    return Rules(
        numbering=Numbering(settings.desk.ticket_number),
        levels=tuple(level.level() for level in settings.service_levels),
        calendars=calendars,
        zone=zone,
        domain=settings.mail.address.rpartition("@")[2],
        offering=_offering(settings, zone),
        targets=tuple(one.target() for one in settings.resolution),
        paused_in=frozenset(settings.clocks.paused_in),
    )


def _offering(settings: Settings, zone: ZoneInfo) -> Offering:
    first = next(iter(settings.calendars))
    return Offering(
        zone,
        plans=tuple(one.plan() for one in settings.plans),
        products=tuple(one.product() for one in settings.products),
        agents={one.name: one.calendar or first for one in settings.agents},
    )


def own_addresses(settings: Settings) -> frozenset[str]:
    """Every address of the desk, in lower case."""
    return frozenset(address.lower() for address in (settings.mail.address, *settings.mail.aliases))


def file_store(settings: Settings) -> FileStore:
    """Where screenshots and large mails lie."""
    return FileStore(settings.files.store)


def verbs_desk(settings: Settings) -> answering.Desk:
    """What the agents' verbs have to know of the desk."""
    known = rules(settings)
    return answering.Desk(
        known.levels,
        known.calendars,
        known.numbering,
        known.domain,
        known.offering,
        known.targets,
        known.paused_in,
    )


def web_secret(settings: Settings) -> bytes:
    """The key that signs every link."""
    return settings.web.secret.get_secret_value().encode()


def languages(settings: Settings) -> Languages:
    """The catalogues, with the administrator's own wordings over ours."""
    return Languages(settings.desk.texts, default=settings.desk.language)
