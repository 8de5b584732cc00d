"""Every guarantee whose facts a history can hold is replayed: claims, weights, prices, numbers given."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from sanhao.lab.replay.command import replay

HERE = Path(__file__).parent
HISTORY = HERE / "guarantees.csv"
MAPPING = HERE.parents[2] / "docs" / "examples" / "guarantees.toml"
EXPECTED = {
    # verdict, what is owed in cents, reason of each order that has such a promise
    "spoiled_goods": {
        "1": ("broken", "4400"), "2": ("kept", "0"), "3": ("kept", "0"), "4": ("kept", "0"), "5": ("kept", "0"),
        "6": ("kept", "0"), "7": ("kept", "0"), "8": ("kept", "0"), "9": ("waiting", "0"), "10": ("void", "0"),
        "11": ("waiting", "0"), "12": ("void", "0"),
    },
    "short_weight": {"1": ("kept", "0"), "2": ("kept", "0"), "3": ("broken", "800")},
    "allergy": {"4": ("broken", "30000"), "5": ("kept", "0")},
    "no_reason_return": {
        "3": ("kept", "0"), "4": ("kept", "0"), "5": ("kept", "0"), "6": ("broken", "20000"), "7": ("kept", "0"),
        "8": ("kept", "0"), "9": ("waiting", "0"), "10": ("void", "0"), "11": ("waiting", "0"), "12": ("void", "0"),
    },
    "authentic": {
        "1": ("kept", "0"), "2": ("kept", "0"), "3": ("kept", "0"), "4": ("kept", "0"), "5": ("kept", "0"),
        "6": ("kept", "0"), "7": ("kept", "0"), "8": ("kept", "0"), "9": ("waiting", "0"), "10": ("void", "0"),
        "11": ("waiting", "0"), "12": ("void", "0"),
    },
    "price_protection": {
        "1": ("kept", "0"), "2": ("kept", "0"), "3": ("kept", "0"), "4": ("kept", "0"), "5": ("kept", "0"),
        "6": ("kept", "0"), "7": ("broken", "5000"), "8": ("kept", "0"), "9": ("kept", "0"), "10": ("void", "0"),
        "11": ("kept", "0"), "12": ("void", "0"),
    },
    "false_shipment": {
        **{str(n): ("kept", "0") for n in range(1, 9)},
        "9": ("broken", "2000"), "10": ("void", "0"), "11": ("broken", "6000"), "12": ("void", "0"),
    },
    "chosen_courier": {"1": ("kept", "0"), "2": ("broken", "1000"), "11": ("kept", "0")},
    "out_of_stock": {
        **{str(n): ("kept", "0") for n in range(1, 9)},
        "9": ("waiting", "0"), "10": ("broken", "300"), "11": ("kept", "0"), "12": ("void", "0"),
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", EXPECTED)
def test_a_history_with_claims(kind: str, tmp_path: Path) -> None:
    out = tmp_path / "verdicts.csv"
    console = Console(file=io.StringIO())
    replay(
        HISTORY,
        MAPPING,
        [kind],
        None,
        datetime(2026, 1, 1, tzinfo=UTC),
        out,
        tmp_path / "report.html",
        console,
    )
    with out.open() as file:
        found = {row["order_id"]: (row["verdict"], row["owed_minor"]) for row in csv.DictReader(file)}
    assert found == EXPECTED[kind]


def test_all_of_them_together(tmp_path: Path) -> None:
    out = tmp_path / "verdicts.csv"
    summary = replay(
        HISTORY,
        MAPPING,
        list(EXPECTED),
        None,
        datetime(2026, 1, 1, tzinfo=UTC),
        out,
        None,
        Console(file=io.StringIO()),
    )
    assert sum(tally.promises for tally in summary.tallies.values()) == sum(map(len, EXPECTED.values()))
    assert summary.reading.rejected == 0


def test_what_is_known_by_then_counts(tmp_path: Path) -> None:
    """Judged on 6 March at nine: nobody had claimed yet, and nothing was given up but what had been."""
    out = tmp_path / "verdicts.csv"
    replay(
        HISTORY,
        MAPPING,
        ["spoiled_goods"],
        None,
        datetime(2025, 3, 6, 1, tzinfo=UTC),
        out,
        None,
        Console(file=io.StringIO()),
    )
    with out.open() as file:
        found = {row["order_id"]: row["verdict"] for row in csv.DictReader(file)}
    assert (found["1"], found["2"], found["10"]) == ("waiting", "waiting", "void")
