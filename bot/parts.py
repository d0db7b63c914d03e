"""What the service supervises: each thing that was wired, with how it is started and stopped."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bot.rules import languages, rules, web_secret
from bot.supervisor import Part
from bot.telegram.listening import receivers
from bot.telegram.parts import parts as telegram_parts
from bot.web.app import Site, make_app
from bot.web.metrics import Metrics
from bot.web.parts import Health, Parts
from bot.wiring import Service
from intake.processing import Processing
from intake.sandbox.pool import Sandbox
from intake.smtp import Listener
from replies.wording import Wording


def parts(built: Service) -> list[Part]:
    """The parts to supervise, in the order in which they are stopped: first what comes in."""
    found: list[Part] = []
    if built.listener is not None:
        found.append(_listener_part(built.listener))
    if built.mailboxes is not None:
        found.append(Part("mailboxes", built.mailboxes.run, built.mailboxes.stop))
    if built.telegram is not None:
        found.extend(telegram_parts(built.telegram))
    if built.processing is not None and built.sandbox is not None:
        found.append(_intake_part(built.processing, [s for s in (built.sandbox, built.checks) if s]))
    if built.deadlines is not None:
        found.append(Part("deadlines", built.deadlines.run, built.deadlines.stop))
    if built.retention is not None:
        found.append(Part("retention", built.retention.run, built.retention.stop))
    if built.deliveries is not None:
        found.append(Part("deliveries", built.deliveries.run, built.deliveries.stop))
    if built.notices is not None:
        found.append(Part("notices", built.notices.run, built.notices.stop))
    return found


def site(built: Service, health: Callable[[], Awaitable[Health]], told: Metrics) -> Site:
    """The pages behind their port."""
    settings, known, catalogues = built.settings, rules(built.settings), languages(built.settings)

    def level_title(key: str, language: str) -> str:
        level = known.level(key)
        return level.title(language, settings.desk.language) if level else key

    def recorded() -> None:
        if built.telegram is not None:
            built.telegram.processing.wake()

    pages = Parts(
        database=built.database,
        languages=catalogues,
        secret=web_secret(settings),
        desk_name=settings.desk.name,
        default_language=settings.desk.language,
        number=known.numbering.format,
        level_title=level_title,
        moment=lambda moment, language: Wording(catalogues, language).deadline(moment, known.zone),
        day=lambda moment, language: Wording(catalogues, language).day(moment.astimezone(known.zone).date()),
        public_url=settings.web.public_url,
        health=health,
        registry=told.registry,
        timing=known.timing,
        receivers=receivers(settings, built.database, admit=built.admission, recorded=recorded),
        reopen_days=settings.desk.reopen_days,
    )
    return Site(make_app(pages), settings.web.host, settings.web.port)


def site_part(pages: Site) -> Part:
    """The pages, to be supervised."""
    over = asyncio.Event()

    async def run() -> None:
        await pages.start()
        await over.wait()

    async def stop() -> None:
        await pages.stop()
        over.set()

    return Part("web", run, stop)


def _listener_part(listener: Listener) -> Part:
    over = asyncio.Event()

    async def run() -> None:
        await listener.start()
        await over.wait()

    async def stop() -> None:
        await listener.stop(grace=4)
        over.set()

    return Part("listener", run, stop)


def _intake_part(processing: Processing, sandboxes: Sequence[Sandbox]) -> Part:
    async def run() -> None:
        for sandbox in sandboxes:
            await sandbox.start()
        await processing.run()

    async def stop() -> None:
        await processing.stop()
        for sandbox in sandboxes:
            await sandbox.stop()

    return Part("intake", run, stop)
