"""config.toml, read here and nowhere else: `load` gives frozen settings, or every mistake at once."""

from bot.config.loading import load
from bot.config.mistakes import ConfigError
from bot.config.models import Settings
from bot.config.secrets import secrets_of

__all__ = ["ConfigError", "Settings", "load", "secrets_of"]
