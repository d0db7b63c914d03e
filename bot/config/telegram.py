"""What config.toml may say about our two bots in Telegram."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from bot.config.fields import Origin, Section, contradiction

# As BotFather gives them: the bot's id, a colon, 35 or more characters.
_TOKEN = re.compile(r"(?P<id>[0-9]{5,20}):[A-Za-z0-9_-]{30,100}")


def _token(value: SecretStr) -> SecretStr:
    if not _TOKEN.fullmatch(value.get_secret_value()):
        raise ValueError("digits, a colon and 30 or more letters, digits, hyphens or underscores")
    return value


def _staff_chat(value: int) -> int:
    if value >= 0:
        raise ValueError("a group's number is negative; a supergroup's begins with -100")
    return value


Token = Annotated[SecretStr, AfterValidator(_token)]
StaffChat = Annotated[int, AfterValidator(_staff_chat)]
LINES = ("first", "second", "third", "development", "vendor")
LineKey = Literal["first", "second", "third", "development", "vendor"]


class ClientsBotSettings(Section):
    """The bot that clients write to."""

    token: Token = Field(description="the token that BotFather gave")


class AgentsBotSettings(Section):
    """The bot that sits in the staff group; `lines`: staff chats of lines that have their own."""

    token: Token = Field(description="the token that BotFather gave")
    staff_chat: StaffChat = Field(description="the negative number of a supergroup, such as -1001234567890")
    lines: dict[LineKey, StaffChat] = Field(
        default_factory=dict, description="a table of lines and their groups' negative numbers"
    )
    recall_seconds: int = Field(default=5, ge=0, le=300, description="a whole number from 0 to 300 (seconds)")
    mail_files_mb: int = Field(default=18, ge=1, le=100, description="a whole number from 1 to 100 (MB)")


class TelegramSettings(Section):
    """Both bots, and where Telegram is."""

    api: Origin = Field(
        default="https://api.telegram.org", description='"http://HOST:PORT" or "https://HOST", without a path'
    )
    mode: Literal["polling", "webhook"] = Field(default="polling", description='"polling" or "webhook"')
    clients: ClientsBotSettings | None = Field(default=None, description="a section [telegram.clients]")
    agents: AgentsBotSettings | None = Field(default=None, description="a section [telegram.agents]")

    @model_validator(mode="after")
    def _two_bots(self) -> Self:
        if self.clients is None or self.agents is None:
            return self
        if bot_id(self.clients.token) == bot_id(self.agents.token):
            needed = "needed: another bot, so that nothing an outsider holds reaches the staff"
            raise contradiction("agents", f"found the token of the same bot as in telegram.clients; {needed}")
        return self


def bot_id(token: SecretStr) -> int:
    """The bot's id in Telegram, which its token begins with."""
    return int(token.get_secret_value().partition(":")[0])
