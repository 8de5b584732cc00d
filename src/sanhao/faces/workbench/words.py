"""Facts and terms in words: what a judge saw and what a rule says, as rows that a merchant can read.

Both are tables of names and values of whatever kind of promise; names that this file does not know are shown as they
are, so that nothing a decision rests on is ever left out of sight.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import npgettext

from sanhao.faces.ui import facts as other_facts
from sanhao.faces.ui import terms as worded
from sanhao.faces.workbench.waiting import said
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.service.promises import api as promises


class Row(msgspec.Struct, frozen=True):
    """One name with its value: words, a moment or a sum. *known* is false where the name is the machine's own."""

    label: str
    kind: Literal["words", "moment", "money"]
    words: str = ""
    moment: datetime | None = None
    money: Money | None = None
    known: bool = True
    key: str = ""


class Change(msgspec.Struct, frozen=True):
    """One row of a diff: what it was, what it is. None where there was, or is, nothing."""

    label: str
    before: Row | None
    after: Row | None
    known: bool = True


def _fact_labels() -> dict[str, str]:
    return {
        "start_at": _("Paid"), "first_due_at": _("Promised first"), "due_at": _("Promised by"),
        "settle_at": _("Late scans were awaited until"), "paid": _("Paid for the goods"), "freight": _("Freight"),
        "ship_hours": _("The shop's own promise, in hours"), "presale_ships_by": _("Presale ships by"),
        "promised_at": _("Promised arrival"), "hand_over_by": _("To be handed over by"), "country": _("Country"),
        "region": _("Region"), "special": _("Made to order or virtual"), "excluded": _("Excluded because"),
        "delays_in_force": _("Times postponed"), "already_paid": _("Paid by this buyer that day"),
        "surcharge": _("Paid on top for the courier"), "freight_back": _("Freight that was back already"),
        "already_owed": _("Compensated that day already"), "timezone": _("Time zone"), "currency": _("Currency"),
    }  # fmt: skip


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str) or len(value) < 16 or value[4:5] != "-":
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _is_told(value: Any) -> bool:
    return value not in (None, "", False) and not _is_never(value)


def _is_never(value: Any) -> bool:
    """Kinds that time alone does not settle say so with the last year there is."""
    return isinstance(value, str) and value.startswith("9999-")


def _money(value: Any) -> Money | None:
    if isinstance(value, Mapping) and set(value) == {"minor", "currency"}:
        return Money(value["minor"], value["currency"])
    return None


def _row(label: str, value: Any, *, key: str, known: bool = True, currency: str = "CNY") -> Row:
    if (moment := _moment(value)) is not None:
        return Row(label, "moment", moment=moment, known=known, key=key)
    if (sum_ := _money(value)) is not None:
        return Row(label, "money", money=sum_, known=known, key=key)
    return Row(label, "words", words=_plain(value, key, currency), known=known, key=key)


def _plain(value: Any, key: str = "", currency: str = "CNY") -> str:
    """Words for any value; *key* and *currency* tell sums, which may also stand by currency."""
    if value is None or value == [] or value == {}:
        return _("none")
    if isinstance(value, list):
        return ", ".join(_plain(one, key, currency) for one in value)
    if isinstance(value, Mapping):
        return ", ".join(
            _entry(name, one, key, currency)
            for name, one in value.items()
            if name != worded.SHORT_NAME and one != ""
        )
    if (moment := _moment(value)) is not None:
        return f"{moment.astimezone(timezone.get_current_timezone()):%Y-%m-%d %H:%M}"
    if key in worded.CLOCKS and isinstance(value, int):
        return worded.clock(value)
    if key.endswith("_minor") and isinstance(value, int):
        return Money(value, currency).format()
    return worded.value(value)


def _entry(name: str, value: Any, key: str, currency: str) -> str:
    """One row of a table: a sum of its currency says itself, anything else is named."""
    if worded.CURRENCY.fullmatch(name):
        return _plain(value, f"{key.removesuffix('_minor')}_minor", name)
    nameless = rulebook.name_of(name) is None
    of_sums = key.endswith("_minor") and nameless
    label = other_facts.label(name) if nameless and other_facts.known(name) else worded.label(name)
    return f"{label} {_plain(value, key if of_sums else name, currency)}"


def facts(stored: Mapping[str, Any]) -> list[Row]:
    """What the judge saw: the moments and sums first, then every first scan, then the rest."""
    labels = _fact_labels()
    hidden = {
        "lines",
        "delays",
        "extensions",
        "excused",
        "cancelled",
        "calls",
        "plain_due_at",
        "share",
        "chosen",
        "parcels",
    }
    rows = [_row(labels[name], stored[name], key=name) for name in labels if _is_told(stored.get(name))]
    if (chosen := stored.get("chosen")) is not None:
        rows.append(_row(_("Courier the buyer chose"), said(Text(**chosen["name"])), key="chosen"))
    for parcel in stored.get("parcels", []):
        label = _("Collected by %(name)s") % {"name": said(Text(**parcel["courier"]["name"]))}
        rows.append(_row(label, parcel["heard_at"], key="parcels"))
    rows += list(_lines(stored.get("lines", [])))
    if (cancelled := stored.get("cancelled")) is not None:
        rows.append(_row(_("Cancelled"), cancelled.get("at"), key="cancelled"))
    for delay in stored.get("delays", []):
        rows.append(_row(_("The buyer agreed to"), delay.get("until"), key="delays"))
    for extension in stored.get("extensions", []):
        rows.append(_row(_("Holiday extension until"), extension.get("until"), key="extensions"))
    if (share := stored.get("share")) is not None:
        rows.append(_row(_("Orders that money went back to"), len(share.get("orders", [])), key="share"))
    rest = [name for name in stored if name not in labels and name not in hidden]
    return rows + [
        _row(other_facts.label(name), stored[name], key=name, known=other_facts.known(name)) for name in rest
    ]


def _lines(lines: list[Any]) -> Iterator[Row]:
    """For every line of the order, the first scan that anybody heard of."""
    for number, line in enumerate(lines, 1):
        scans = (line.get("scans") or line.get("handed") or []) if isinstance(line, Mapping) else []
        label = _("First scan of line %(n)s") % {"n": number} if len(lines) > 1 else _("First scan")
        if not scans:
            yield Row(label, "words", words=_("none was heard"), key=f"line{number}")
            continue
        first = scans[0]
        yield _row(label, first.get("at") if isinstance(first, Mapping) else first[0], key=f"line{number}")


def whole_terms(key: str, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The terms with all that goes without saying: a promise's terms are stored without their usual values."""
    kind, shape = promises.KINDS.get(key.removeprefix("promise.")), rulebook.shape_of(key)
    if kind is not None and key.startswith("promise."):
        typed = promises.terms_from(kind, dict(stored))
    elif shape is not None:
        typed = msgspec.convert(dict(stored), shape)
    else:
        return dict(stored)
    return {name: _plainly(getattr(typed, name)) for name in typed.__struct_fields__}


def _plainly(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return {name: _plainly(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, Mapping):
        return {name: _plainly(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plainly(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value


def terms(stored: Mapping[str, Any]) -> list[Row]:
    """What a version of a rule says, row by row."""
    currency = str(stored.get("currency", "CNY"))
    rows = []
    for name, value in stored.items():
        words = (
            _ladder(value, currency)
            if name == "ladder"
            else _deadline(value)
            if _is_deadline(value)
            else None
        )
        label = worded.label(name)
        if words is None:
            rows.append(_row(label, value, key=name, currency=currency))
        else:
            rows.append(Row(label, "words", words=words, key=name))
    return rows


def _is_deadline(value: Any) -> bool:
    return isinstance(value, Mapping) and "amount" in value


def _deadline(value: Mapping[str, Any]) -> str:
    amount = int(value["amount"])
    unit = value.get("unit", "hours")
    words = {
        "hours": npgettext("how long", "%(n)s hour", "%(n)s hours", amount),
        "calendar_days": npgettext("how long", "%(n)s day", "%(n)s days", amount),
        "working_days": npgettext("how long", "%(n)s working day", "%(n)s working days", amount),
    }
    return str(words.get(unit, unit)) % {"n": amount}


def _ladder(steps: Any, currency: str) -> str:
    """Step by step: up to what, how much."""
    return "; ".join(_step(step, currency) for step in steps)


def _step(step: Mapping[str, Any], currency: str) -> str:
    def shown(minor: int) -> str:
        return Money(minor, currency).format()

    if percent := step.get("percent"):
        gives = f"{percent}%"
        if least := step.get("min_minor"):
            gives += " " + _("at least %(sum)s") % {"sum": shown(least)}
        if (cap := step.get("cap_minor")) is not None:
            gives += " " + _("at most %(sum)s") % {"sum": shown(cap)}
    else:
        fixed = max(step.get("fixed_minor", 0), step.get("min_minor", 0))
        gives = shown(fixed) if fixed else _("pays nothing")
    if (up_to := step.get("up_to_minor")) is None:
        return _("otherwise %(gives)s") % {"gives": gives}
    return _("up to %(sum)s: %(gives)s") % {"sum": shown(up_to), "gives": gives}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Where two versions differ, row by row."""
    old, new = ({row.key: row for row in terms(stored)} for stored in (before, after))
    found = []
    for key in dict.fromkeys([*old, *new]):
        if old.get(key) != new.get(key):
            shown = new.get(key) or old[key]
            found.append(Change(shown.label, old.get(key), new.get(key), shown.known))
    return found
