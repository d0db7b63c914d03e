"""What config.toml may say about plans, products, and where clients get more of either."""

from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from bot.config.fields import Language, Line, Section, contradiction
from desk.entitlement import PLANS, Plan
from desk.products import Product

_KEY = r"^[a-z0-9][a-z0-9_-]{0,39}$"
_KEY_ALLOWED = "1 to 40 small Latin letters, digits, - and _"
_ADDRESS_ALLOWED = 'the address of a page, http:// or https://, or ""'
_VERSION = r"^[0-9]{1,6}(\.[0-9]{1,6}){0,4}$"

KindKey = Literal["consultation", "bug", "improvement"]


def _page(value: str) -> str:
    """A page elsewhere that letters may lead to."""
    if not value:
        return value
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError("no page can be opened by it")
    if not value.isprintable() or any(char.isspace() or char in '<>"' for char in value):
        raise ValueError("no spaces, quotation marks, < or >")
    return value


Page = Annotated[str, AfterValidator(_page)]
Version = Annotated[str, Field(pattern=_VERSION)]


class PlanSettings(Section):
    """What a company can buy."""

    key: str = Field(pattern=_KEY, description=_KEY_ALLOWED)
    title: dict[Language, Line] = Field(
        min_length=1, description="a table of titles by language: ru, uk, en, fi; at least desk.language"
    )
    covers: tuple[KindKey, ...] = Field(
        min_length=1, description='a list of "consultation", "bug", "improvement"'
    )
    to_curator: bool = Field(default=False, description="true or false")

    def plan(self) -> Plan:
        """The plan as the rules know it."""
        titles = {str(language): title for language, title in self.title.items()}
        return Plan(self.key, titles, tuple(str(kind) for kind in self.covers), self.to_curator)


class ProductSettings(Section):
    """What clients ask about."""

    key: str = Field(pattern=_KEY, description=_KEY_ALLOWED)
    title: Line = Field(description="one line of 1 to 200 characters")
    aliases: tuple[Line, ...] = Field(default=(), description="a list of names, one line each")
    supported: tuple[Version, ...] = Field(
        default=(), description='a list of beginnings of versions such as "3.2"'
    )
    update_url: Page = Field(default="", description=_ADDRESS_ALLOWED)

    @model_validator(mode="after")
    def _is_advised_only_what_is_old(self) -> Self:
        if self.update_url and not self.supported:
            needed = "needed: the versions that are supported, or no version would ever be called old"
            raise contradiction("supported", f"found none beside update_url; {needed}")
        return self

    def product(self) -> Product:
        """The product as the rules know it."""
        return Product(self.key, self.title, self.aliases, self.supported, self.update_url)


class EntitlementSettings(Section):
    """Where a client gets what he is not entitled to."""

    renew_url: Page = Field(default="", description=_ADDRESS_ALLOWED)
    plans_url: Page = Field(default="", description=_ADDRESS_ALLOWED)


def default_plans() -> Any:
    """The plans of a configuration that names none."""
    return tuple(
        PlanSettings.model_validate(
            {"key": one.key, "title": dict(one.titles), "covers": one.covers, "to_curator": one.to_curator}
        )
        for one in PLANS
    )
