"""Where parcels go: the countries one may choose, by their names in the reader's language, and the provinces of China.

Names come from the libraries that keep them: countries from CLDR (Babel), the members of the European Union from stdnum.
"""

from __future__ import annotations

from functools import lru_cache

from babel import Locale
from django.utils.translation import get_language
from stdnum.eu.vat import MEMBER_STATES

from sanhao.faces.ui.format import lang_of
from sanhao.kit.text import Lang
from sanhao.service.remote import api as remote

CHINA = "CN"
UNION = frozenset(code.upper() for code in MEMBER_STATES if code != "xi")  # XI taxes Northern Ireland alone
_FIRST = ("CN", "HK", "MO", "TW")
_OTHERS = ("SG", "JP", "KR", "MY", "GB", "CH", "NO", "US", "CA", "AU")
_LOCALES: dict[Lang, str] = {"zh": "zh_Hans", "en": "en"}


@lru_cache(maxsize=4)
def countries(lang: Lang) -> tuple[tuple[str, str], ...]:
    """Code and name, China's first, then all others as the alphabet of the language has them."""
    names = Locale.parse(_LOCALES[lang]).territories
    others = sorted((names[code], code) for code in {*UNION, *_OTHERS})
    return tuple((code, names[code]) for code in _FIRST) + tuple((code, name) for name, code in others)


def choices() -> list[tuple[str, str]]:
    """The countries as a field of a form offers them, in the reader's language."""
    return list(countries(lang_of(get_language())))


@lru_cache(maxsize=4)
def provinces(lang: Lang) -> tuple[str, ...]:
    """The provinces of China by name, in the language's order."""
    return tuple(sorted(one.name.in_(lang) for one in _PROVINCES))


def province(given: str) -> str | None:
    """A province however it is written ("Shanghai", 上海市), by the name that parcels and freight go by; None: none of them."""
    typed = given.strip()
    if any(typed.startswith(one.name.zh) for one in _PROVINCES):
        return typed
    said = typed.casefold().removesuffix(" province").removesuffix(" municipality").strip()
    return next((one.name.zh for one in _PROVINCES if one.name.en.casefold() == said), None)


def called(region: str, lang: Lang) -> str:
    """A region as a reader calls it: a province of China by its name in their language, any other as it was written."""
    known = next((name for zh, name in NAMES.items() if region.startswith(zh)), None)
    return known.in_(lang) if known and lang != "zh" else region


def city(region: str, city: str, lang: Lang) -> str:
    """The city as a reader calls it; where they would not read its characters, the province it is in."""
    return city if lang == "zh" or city.isascii() else called(region, lang) or city


NAMES = {one.name.zh: one.name for one in remote.PROVINCES.values()}
_PROVINCES = tuple(one for one in remote.PROVINCES.values() if one.country == CHINA)
