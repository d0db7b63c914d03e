"""Products and their versions: which a text names, and which are supported."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from desk.words import beginnings

READ = 8_000  # characters of a text that are looked at; whoever names his version does so early

_VERSION_NUMBER = r"\d{1,4}(?:\.\d{1,6}){1,4}"
# "версия 3.1", "релиз № 3.1", "v3.1", "version: 3.1", "versio 3.1"; "версия платформы 8.3" is another thing.
_CALLED = (
    r"(?:верс(?:ия|ии|ию|ией)|верс(?:ія|ії|ію|ією)|вер\.|релиз\w{0,2}|реліз\w{0,2}|выпуск\w{0,2}|випуск\w{0,2}"
    r"|version|ver\.?|release|build|versio(?:n|ta|ssa|lla|sta)?|v\.?)"
)
_NAMED_VERSION = re.compile(
    rf"(?<![\w.]){_CALLED}[\s:№#«“\"(–—-]{{0,4}}(?P<version>{_VERSION_NUMBER})(?![\w]|\.\d)", re.IGNORECASE
)
_BEHIND_PRODUCT = re.compile(
    rf"[\s,:;«»“”\"'(–—-]{{0,4}}(?P<called>{_CALLED}[\s:№#-]{{0,3}})?(?P<version>{_VERSION_NUMBER})(?![\w]|\.\d)",
    re.IGNORECASE,
)
# 23.11.2026, 3.2.2026, 2026.11.23 are days, whatever they are called; 05.11.26 and 05.11 unless they
# are called versions.
_DAY = re.compile(r"\d{1,2}\.\d{1,2}\.(?:19|20)\d\d|(?:19|20)\d\d\.\d\d\.\d\d")
_PERHAPS_DAY = re.compile(r"(?:0[1-9]|[12]\d|3[01])\.(?:0[1-9]|1[0-2])(?:\.\d\d)?")
_DOTTED = re.compile(r"\d\.\d")  # tells at once, of most texts, that no version is in them
# What else has versions beside our products, and is named before them.
_OTHERS = re.compile(
    r"(?:платформ\w*|platform\w*|alusta\w*|windows|linux|android|ios|macos|office|excel|java|браузер\w*|"
    r"browser|selain\w*|chrome|firefox|сервер\w*|server\w*|драйвер\w*|driver\w*)[\s\w,:–—-]{0,20}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Product:
    """A product that the desk supports.

    `aliases`: what clients call it besides its title. `supported`: beginnings of the versions that are, such
    as "3.2", which 3.2.14 is one of; none means that all are. `update_url`: how to get a newer one, or "".
    """

    key: str
    title: str
    aliases: tuple[str, ...] = ()
    supported: tuple[str, ...] = ()
    update_url: str = ""

    def is_outdated(self, version: str) -> bool:
        """Whether a version is older than what is supported; one that is newer than all of it is not."""
        given = _parts(version)
        if not given or not self.supported:
            return False
        known = [_parts(one) for one in self.supported]
        # "3" may be any of 3.2 and 3.3, and is not told to be old.
        may_be = any(given[: len(one)] == one[: len(given)] for one in known)
        return not may_be and given < max(known)


@dataclass(frozen=True, slots=True)
class Named:
    """What a text names: a product by its key and a version, each "" when it doesn't."""

    product: str = ""
    version: str = ""


def product_of(products: Iterable[Product], key: str) -> Product | None:
    """The product of that key, or None."""
    return next((one for one in products if one.key == key), None)


def is_outdated(products: Iterable[Product], key: str, version: str) -> bool:
    """Whether that version of the product is too old to be supported; False for an unknown product."""
    product = product_of(products, key)
    return product is not None and product.is_outdated(version)


def named_in(text: str, products: Sequence[Product]) -> Named:
    """The product that a text names first, and the version that it names with it or calls one.

    Cautious: days, addresses in networks, amounts and versions of other programs are not taken for one.
    """
    text = text[:READ]
    found = _first_named(text, tuple(products)) if products else None
    if _DOTTED.search(text) is None:
        return Named(found[0] if found else "")
    if found is None:
        return Named(version=_called_version(text))
    product, end = found
    behind = _BEHIND_PRODUCT.match(text, end)
    if behind is not None and _is_version(behind["version"], called=bool(behind["called"])):
        return Named(product, behind["version"])
    return Named(product, _called_version(text))


def version_in_answer(text: str) -> str:
    """The version that the answer to a question for it gives, where a bare number is one; "" for none."""
    return _called_version(f"v {text[:READ]}") or _called_version(text[:READ])


def _first_named(text: str, products: tuple[Product, ...]) -> tuple[str, int] | None:
    """The key of the product that is named first, and where its name ends; the longer of two names counts."""
    best: tuple[int, int, str] | None = None
    begin = beginnings(text)
    for one in _names(products):
        match = one.pattern.search(text) if one.begin & begin else None
        if match is not None:
            place = (match.start(), -match.end(), one.key)
            best = place if best is None or place < best else best
    return None if best is None else (best[2], -best[1])


@dataclass(frozen=True, slots=True)
class _Names:
    """How a product may be called; `begin`: how the first words of its names do."""

    key: str
    begin: frozenset[str]
    pattern: re.Pattern[str]


@lru_cache(maxsize=8)
def _names(products: tuple[Product, ...]) -> tuple[_Names, ...]:
    return tuple(_names_of(one) for one in products)


def _names_of(product: Product) -> _Names:
    # The longest first, so that "АгроУчёт Зарплата" is not taken for "АгроУчёт".
    names = sorted({product.title, *product.aliases}, key=lambda name: (-len(name), name))
    begin = frozenset(one for name in names for one in beginnings(name.split()[0]))
    pattern = rf"(?<!\w)(?:{'|'.join(map(_loose, names))})(?!\w)"
    return _Names(product.key, begin, re.compile(pattern, re.IGNORECASE))


def _loose(name: str) -> str:
    """A name as people type it: any white space between its words, е for ё."""
    words = (re.escape(word).replace("ё", "[её]").replace("Ё", "[ЕЁ]") for word in name.split())
    return r"\s+".join(words)


def _called_version(text: str) -> str:
    for match in _NAMED_VERSION.finditer(text):
        about_others = _OTHERS.search(text, max(0, match.start() - 60), match.start())
        if not about_others and _is_version(match["version"], called=True):
            return match["version"]
    return ""


def _is_version(number: str, *, called: bool) -> bool:
    if _DAY.fullmatch(number):
        return False
    if called:
        return True
    parts = _parts(number)
    # Four numbers up to 255 are an address in a network, unless the first is as small as a version's.
    is_address = len(parts) == 4 and all(part < 256 for part in parts) and parts[0] >= 10
    return not is_address and not _PERHAPS_DAY.fullmatch(number)


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())
