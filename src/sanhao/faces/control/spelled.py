"""Terms in words, and what changed between two versions of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.conf import settings
from django.utils.text import capfirst

from sanhao.faces.control import words
from sanhao.faces.control.terms import whole
from sanhao.faces.ui import terms
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.money import Money


class Difference(msgspec.Struct, frozen=True):
    label: str
    before: str
    after: str


def differences(key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What changed between two versions of a rule, term by term."""
    old, new = spelled(key, before), spelled(key, after)
    names = list(dict.fromkeys([*new, *old]))
    return [Difference(n, old.get(n, ""), new.get(n, "")) for n in names if old.get(n) != new.get(n)]


def spelled(key: str, stored: Mapping[str, Any]) -> dict[str, str]:
    """Every term in words, by its name with its way before it; what is not set is left out."""
    full = whole(key, stored)
    currency = str(full.get("currency") or settings.CURRENCY)
    return dict(_spell(full, "", currency))


def _spell(value: Any, name: str, currency: str, last: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for keys, inner in _alike(value):
            here = capfirst(words.listed([terms.label(key, table=isinstance(inner, dict)) for key in keys]))
            yield from _spell(inner, f"{name} · {here}" if name else here, *_of(keys[0], currency, last))
    elif isinstance(value, (list, tuple)) and any(isinstance(item, dict) for item in value):
        for number, item in enumerate(value, 1):
            yield f"{name} {number}", _row(item, currency)
    elif value not in (None, [], ()):
        yield name, _one(value, last, currency)


def _alike(table: dict[str, Any]) -> Iterator[tuple[list[str], Any]]:
    """The rows of a table, those that say the same under one head; a term stands by itself."""
    heads: dict[str, list[str]] = {}
    for key, inner in table.items():
        heads.setdefault(f"{key}=" if rulebook.name_of(key) else repr(inner), []).append(key)
    yield from ((keys, table[keys[0]]) for keys in heads.values())


def _of(key: str, currency: str, last: str) -> tuple[str, str]:
    """Currency and term of what stands under *key*: sums may stand by currency, and then are of the term above; a term of its
    own is what it says."""
    if terms.CURRENCY.fullmatch(key):
        return key, f"{last.removesuffix('_minor')}_minor"
    return currency, last if last.endswith("_minor") and rulebook.name_of(key) is None else key


def _row(item: Any, currency: str) -> str:
    if not isinstance(item, dict):
        return terms.value(item)
    if "names" in item:  # a place: its names say more than what they are called
        return " · ".join(_one(item[key], key, currency) for key in ("names", "level", "country"))
    told = [
        f"{terms.label(key)} {_one(value, key, currency)}"
        for key, value in item.items() if key != terms.SHORT_NAME and value not in (None, 0, (), [])
    ]  # fmt: skip
    return "; ".join(told) or terms.value("")


def _one(value: Any, last: str, currency: str) -> str:
    if last.endswith("_minor"):
        return Money(value, currency).format(words.lang())
    if last in terms.CLOCKS:
        return terms.clock(value)
    if isinstance(value, datetime):
        return f"{words.local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, (list, tuple)):
        return words.listed(terms.each(value))
    return terms.value(value)
