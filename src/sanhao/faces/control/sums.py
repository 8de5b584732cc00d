"""Terms that are sums by currency, or by category and currency, as rows of a table: how they are told from others, what
stands in their cells, and what was typed there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from msgspec import inspect as shapes

from sanhao.kit.money import Money, MoneyError, exponent

COLUMNS = {1: ("currency", "amount_minor"), 2: ("category", "currency", "amount_minor")}
"""Of a table, by how deep its terms are."""


def depth_of(name: str, kind: shapes.Type) -> int:
    """1: sums by currency, 2: those by category; 0: something else."""
    if not name.endswith("_minor") or not isinstance(kind, shapes.DictType):
        return 0
    return 2 if isinstance(kind.value_type, shapes.DictType) else 1


def rows_of(terms: Mapping[str, Any], depth: int) -> list[dict[str, Any]]:
    """A table's rows, their sums as they are typed."""
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
        if empty := [column for column, typed in row.items() if not typed]:
            wrong += [(number, column, _("Fill this in, or leave the whole row empty.")) for column in empty]
            continue
        currency = row["currency"].strip().upper()
        place = terms.setdefault(row["category"], {}) if "category" in row else terms
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
        if currency in place:
            wrong.append((number, "currency", _("This currency stands here already.")))
        place[currency] = minor
    return terms, wrong
