"""Small histories written by the tests, and the real ones where they are."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from sanhao.lab.histories.assemble import HistoryOrder
from sanhao.lab.histories.history import Reading, read_history
from sanhao.lab.histories.mapping import parse_mapping
from sanhao.lab.replay.command import replay
from sanhao.lab.replay.summary import Summary

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
SHARED = ROOT.parent / "shared" / "data" / "order_histories"
AS_OF = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the real order histories are not on this machine (../shared/data/order_histories)")
    return SHARED


Read = Callable[..., tuple[list[HistoryOrder], list[tuple[int, str]], Counter[str]]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """``read(text, columns, …)``: the orders of a file that holds *text*, the rejected lines, the notes."""

    def run(
        text: str | bytes, columns: dict[str, Any], *, defaults: dict[str, Any] | None = None, **shape: Any
    ) -> tuple[list[HistoryOrder], list[tuple[int, str]], Counter[str]]:
        path = tmp_path / "history.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        document = {"file": {"currency": "CNY", **shape}, "columns": columns, "defaults": defaults or {}}
        rejects: list[tuple[int, str]] = []
        reading = Reading()
        mapping = parse_mapping(document, "mapping.toml")
        orders = list(
            read_history(
                path, mapping, rejected=lambda line, why: rejects.append((line, why)), reading=reading
            )
        )
        return orders, rejects, reading.notes

    return run


class Replayed:
    """A replay in a directory of its own: the verdicts by (order, line, guarantee), the rejects, what was printed."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.out = directory / "verdicts.csv"
        self.report = directory / "report.html"
        self.printed = ""

    def __call__(
        self,
        history: Path,
        mapping: Path,
        guarantee: str = "late_delivery",
        *,
        terms: str = "",
        as_of: datetime = AS_OF,
        report: bool = False,
        **more: Any,
    ) -> Summary:
        path = None
        if terms:
            path = self.directory / "terms.toml"
            path.write_text(terms)
        console = Console(file=StringIO(), width=100)
        summary = replay(history, mapping, guarantee.split(","), path, as_of, self.out,
                         self.report if report else None, console, **more)  # fmt: skip
        assert isinstance(console.file, StringIO)
        self.printed = console.file.getvalue()
        return summary

    @property
    def rows(self) -> list[dict[str, str]]:
        with self.out.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    @property
    def rejects(self) -> list[dict[str, str]]:
        with (self.directory / "verdicts.rejects.csv").open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))


@pytest.fixture
def replayed(tmp_path: Path) -> Replayed:
    directory = tmp_path / "out"
    directory.mkdir()
    return Replayed(directory)
