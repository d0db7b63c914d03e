"""The configured mailboxes, and whatever signs in by OAuth 2, in the words of the floors below."""

from collections.abc import Awaitable, Callable

from bot.config import Settings
from bot.config.mailboxes import MailboxSettings, OAuthSettings
from bot.oauth import Grant, Tokens
from bot.rules import rules
from intake.mailbox.alarm import Alarms
from intake.mailbox.desk import Desk
from intake.mailbox.mailboxes import Mailboxes
from intake.mailbox.settings import After, Mailbox
from storage.database import Database
from storage.inbox import Arrival
from storage.mailboxes import Cursors
from storage.notices import LEADERS

MB = 1024 * 1024
TOLD = ("head", "admin")  # the roles that are written to when a mailbox stops


def tokens(oauth: OAuthSettings | None) -> Tokens | None:
    """Where access tokens come from; None where a password is used."""
    if oauth is None:
        return None
    secret = oauth.client_secret.get_secret_value() if oauth.client_secret else ""
    return Tokens(Grant(oauth.token_url, oauth.client_id, oauth.refresh_token_file, secret, oauth.scope))


def mailbox(box: MailboxSettings, settings: Settings) -> Mailbox:
    """A mailbox as the intake knows it."""
    after: After = "move" if box.move_to else "delete" if box.after == "delete" else "flag"
    return Mailbox(
        name=box.name,
        host=box.host,
        port=box.port,
        security=box.security,
        username=box.username,
        password=box.password.get_secret_value() if box.password else "",
        folder=box.folder,
        after=after,
        move_to=box.move_to,
        largest=settings.mail.listener.max_message_mb * MB,
        since_days=box.since_days,
        poll_seconds=float(box.poll_seconds),
        alarm_after=box.alarm_after_minutes * 60.0,
    )


def mailboxes(
    settings: Settings,
    database: Database,
    *,
    record: Callable[[Arrival], Awaitable[None]],
    admit: Callable[[], str | None],
    owed: Callable[[], None],
) -> Mailboxes:
    """All mailboxes, to be run; `owed` is told when there is something to deliver."""
    cursors = Cursors(database)
    alarms = Alarms(
        database,
        recipients=tuple(agent.email for agent in settings.agents if agent.email and agent.role in TOLD),
        in_chat=LEADERS if settings.telegram.agents is not None else "",
        language=settings.desk.language,
        domain=rules(settings).domain,
        owed=owed,
    )
    return Mailboxes(
        [
            (mailbox(box, settings), Desk(record, cursors, admit, tokens(box.oauth)))
            for box in settings.mail.mailboxes
        ],
        alarms,
    )
