"""Stored facts as people read them: what happened when, as a way with steps; and everything, as a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from sanhao.faces.control import words
from sanhao.faces.ui import facts as facts_of_all
from sanhao.faces.ui import terms
from sanhao.faces.ui.cards import Step
from sanhao.kit.money import Money
from sanhao.kit.text import Text

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_FOR_EVER = 9999
_SCANS = ("scans", "handed", "arrived")


class Fact(msgspec.Struct, frozen=True):
    """One line of the table. *value* is a moment, a Money, a bool, a number or words."""

    label: str
    value: object


def read(value: object) -> object:
    """A JSON value as what it stands for: a moment, money, or itself."""
    if isinstance(value, str) and _MOMENT.match(value):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(value, dict) and value.keys() == {"minor", "currency"}:
        return Money(value["minor"], value["currency"])
    if isinstance(value, dict) and value.keys() == {"zh", "en"}:
        return words.said(Text(**value))
    return value


def table(facts: Mapping[str, Any], shops: Mapping[str, str]) -> list[Fact]:
    """Every fact, nested ones with their way before them; ids of *shops* by their names."""
    return list(_flat(facts, "", shops))


def _label(key: str) -> str:
    return str(words.FACTS[key]) if key in words.FACTS else facts_of_all.label(key)


def _flat(value: Mapping[str, Any], before: str, shops: Mapping[str, str]) -> Iterator[Fact]:
    for key, raw in value.items():
        name = f"{before}{_label(key)}"
        seen = read(raw)
        if key in _SCANS and isinstance(raw, list):
            for scan in raw:
                yield Fact(name, read(scan[0]))
                yield Fact(f"{name} · {_label('received_at')}", read(scan[1]))
        elif isinstance(seen, dict):
            yield from _flat(seen, f"{name} · ", shops)
        elif isinstance(seen, list):
            for number, item in enumerate(seen, 1):
                many = f"{name} {number}" if len(seen) > 1 else name
                if isinstance(item, dict):
                    yield from _flat(item, f"{many} · ", shops)
                else:
                    yield Fact(many, read(item))
        elif seen not in (None, "") and not (isinstance(seen, datetime) and seen.year == _FOR_EVER):
            by_when = key == "by" and isinstance(seen, datetime)
            yield Fact(
                f"{before}{_label('ship_by')}" if by_when else name,
                _worded(key, seen, shops),
            )


def _worded(key: str, seen: object, shops: Mapping[str, str]) -> object:
    if key == "shop":
        return shops.get(str(seen), seen)
    if key in ("cause", "excluded", "reason") and seen in words.REASONS:
        return words.label(words.REASONS, str(seen))
    if key == "by" and isinstance(seen, str):
        return words.label(words.PARTIES, {"buyer": "person"}.get(seen, seen))
    return terms.value(seen) if isinstance(seen, str) else seen


def way(facts: Mapping[str, Any], *, broken: bool) -> list[Step]:
    """What happened and what was due, in the order of time."""
    moments: list[tuple[datetime, str, str, bool]] = []

    def add(raw: object, label: str, text: str = "", *, bad: bool = False) -> None:
        at = read(raw)
        if isinstance(at, datetime) and at.year < _FOR_EVER:
            moments.append((at, label, text, bad))

    add(facts.get("start_at"), _("The clock started"))
    add(facts.get("promised_at"), _("Arrival was promised for"))
    add(facts.get("hand_over_by"), _("Hand-over to the carrier was due"))
    if facts.get("first_due_at") != facts.get("due_at"):
        add(facts.get("first_due_at"), _("First deadline, moved later"))
    if facts.get("due_at") != facts.get("promised_at"):
        add(facts.get("due_at"), _("The deadline"), bad=broken)
    due = facts.get("due_at")
    add(facts.get("settle_at"), _("Late scans were awaited until"))
    for parcel in facts.get("parcels", ()):
        add(parcel["heard_at"], _("Collected by %(name)s") % {"name": read(parcel["courier"]["name"])})
    for line in facts.get("lines", ()):
        for scan in [*line.get("scans", ()), *line.get("handed", ())]:
            add(
                scan[0],
                _("The carrier collected"),
                _late(scan),
                bad=broken and _after(scan[0], facts.get("hand_over_by") or due),
            )
        for scan in line.get("arrived", ()):
            add(scan[0], _("The carrier delivered"), _late(scan), bad=broken and _after(scan[0], due))
    if cancelled := facts.get("cancelled"):
        add(
            cancelled.get("at"),
            _("Cancelled by %(who)s") % {"who": _worded("by", cancelled.get("by", "shop"), {})},
        )
    for excuse in facts.get("excused", ()):
        add(
            excuse.get("at"),
            _("Excused by the platform"),
            words.label(words.REASONS, excuse.get("cause", "")),
        )
    for delay in facts.get("delays", ()):
        add(delay.get("agreed_at"), _("The buyer agreed to wait"))
    for extension in facts.get("extensions", ()):
        add(extension.get("announced_at"), _("A holiday extension was announced"))
    unique = sorted(set(moments), key=lambda moment: moment[0])
    return [Step(label, "bad" if bad else "done", at, text) for at, label, text, bad in unique]


def _after(raw: object, limit: object) -> bool:
    at, due = read(raw), read(limit)
    return isinstance(at, datetime) and isinstance(due, datetime) and at > due


def _late(scan: list[str]) -> str:
    """A scan that reached us much later than it happened says so."""
    at, heard = read(scan[0]), read(scan[1])
    if isinstance(at, datetime) and isinstance(heard, datetime) and (heard - at).total_seconds() > 3600:
        hours = int((heard - at).total_seconds() // 3600)
        return _("we heard of it %(hours)s hours later") % {"hours": hours}
    return ""
