"""Terms that are sums by currency, or by category and currency, or by currency and place, as rows of a table: how they are
told from others, what stands in their cells, and what was typed there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from msgspec import inspect as shapes

from sanhao.kit.money import Money, MoneyError, exponent

COLUMNS = {
    1: ("currency", "amount_minor"), 2: ("category", "currency", "amount_minor"), 3: ("place", "currency", "amount_minor"),
}  # fmt: skip
"""Of a table, by what its terms are."""
_UNSAID = ("most", "return_freight")
"""Sums by currency whose names do not say so."""
_ANYWHERE = "*"
"""A place that stands for all that have no sum of their own: nothing is typed for it."""


def depth_of(name: str, kind: shapes.Type) -> int:
    """1: sums by currency, 2: those by category, 3: those of places, by currency; 0: something else."""
    if not isinstance(kind, shapes.DictType):
        return 0
    if name == "flat":
        return 3
    if not name.endswith("_minor") and name not in _UNSAID:
        return 0
    return 2 if isinstance(kind.value_type, shapes.DictType) else 1


def rows_of(terms: Mapping[str, Any], depth: int) -> list[dict[str, Any]]:
    """A table's rows, their sums as they are typed."""
    if depth == 3:
        return [
            {"place": "" if place == _ANYWHERE else place, **row}
            for currency, inner in terms.items() for place, minor in inner.items() for row in rows_of({currency: minor}, 1)
        ]  # fmt: skip
    if depth == 2:
        return [{"category": key, **row} for key, inner in terms.items() for row in rows_of(inner, 1)]
    return [
        {"currency": currency, "amount_minor": f"{Money(minor, currency).amount}"}
        for currency, minor in terms.items()
    ]


def read(rows: Sequence[Mapping[str, str]]) -> tuple[dict[str, Any], list[tuple[int, str, str]]]:
    """The terms that rows of typed cells come to; and what is wrong: of which row, in which column, why."""
    terms: dict[str, Any] = {}
    wrong: list[tuple[int, str, str]] = []
    for number, row in enumerate(rows):
        if not any(row.values()):
            continue
        if empty := [column for column, typed in row.items() if not typed and column != "place"]:
            wrong += [(number, column, _("Fill this in, or leave the whole row empty.")) for column in empty]
            continue
        currency = row["currency"].strip().upper()
        within = terms.setdefault(row["category"], {}) if "category" in row else terms
        try:
            exponent(currency)
        except ValueError:
            wrong.append(
                (number, "currency", _("There is no such currency. Write three letters, such as CNY."))
            )
            continue
        try:
            minor = Money.parse(row["amount_minor"], currency).minor
        except MoneyError:
            wrong.append((number, "amount_minor", _("Write an amount, such as 3 or 3.50.")))
            continue
        if minor < 0:
            wrong.append((number, "amount_minor", _("A budget or a cap is not below zero.")))
        key = currency
        if "place" in row:
            within, key = terms.setdefault(currency, {}), row["place"].strip() or _ANYWHERE
        if key in within:
            again = (
                _("This place stands here already.")
                if "place" in row
                else _("This currency stands here already.")
            )
            wrong.append((number, "place" if "place" in row else "currency", again))
        within[key] = minor
    return terms, wrong
