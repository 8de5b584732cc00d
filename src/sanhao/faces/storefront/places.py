"""Where parcels go: the countries one may choose, by their names in the reader's language, and the provinces of China.

Names come from the libraries that keep them: countries from CLDR (Babel), the members of the European Union from stdnum.
"""

from __future__ import annotations

from functools import lru_cache

from babel import Locale
from stdnum.eu.vat import MEMBER_STATES

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


_PROVINCES = tuple(one for one in remote.PROVINCES.values() if one.country == CHINA)
