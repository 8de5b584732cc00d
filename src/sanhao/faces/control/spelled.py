"""Terms in words, and what changed between two versions of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from sanhao.faces.control import words
from sanhao.faces.control.terms import whole
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


def spelled(key: str, terms: Mapping[str, Any]) -> dict[str, str]:
    """Every term in words, by its name with its way before it; what is not set is left out."""
    full = whole(key, terms)
    currency = str(full.get("currency") or settings.CURRENCY)
    return dict(_spell(full, "", currency))


def _spell(value: Any, name: str, currency: str, last: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and last.endswith("_minor"):
        for key, inner in value.items():
            label = words.label(words.TERMS, key) if isinstance(inner, dict) else key
            yield from _spell(inner, f"{name} · {label}", key, last)
    elif isinstance(value, dict):
        for key, inner in value.items():
            label = words.label(words.SUMS if isinstance(inner, dict) else words.TERMS, key)
            yield from _spell(inner, f"{name} · {label}" if name else label, currency, key)
    elif isinstance(value, (list, tuple)) and any(isinstance(item, dict) for item in value):
        for number, item in enumerate(value, 1):
            yield f"{name} {number}", _row(item, currency)
    elif value not in (None, [], ()):
        yield name, _one(value, last, currency)


def _row(item: Any, currency: str) -> str:
    if not isinstance(item, dict):
        return str(item)
    if "names" in item:  # a place: its names say more than what they are called
        return " · ".join(_one(item[key], key, currency) for key in ("names", "level", "country"))
    told = [
        f"{words.label(words.TERMS, key)} {_one(value, key, currency)}"
        for key, value in item.items() if value not in (None, 0, (), [])
    ]  # fmt: skip
    return "; ".join(told) or str(words.CHOICES[""])


def _one(value: Any, last: str, currency: str) -> str:
    if last.endswith("_minor"):
        return Money(value, currency).format(words.lang())
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return f"{words.local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, (list, tuple)):
        return ", ".join(
            _("all goods") if (item, last) == ("*", "categories") else words.label(words.REASONS, str(item))
            for item in value
        )
    return (
        words.label(words.CHOICES, value) if isinstance(value, str) and value in words.CHOICES else str(value)
    )
