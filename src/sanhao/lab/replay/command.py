"""`sanhao lab replay`: a history in, verdicts, rejects and a report out. Needs no database and leaves none."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from sanhao.lab.histories.history import read_history
from sanhao.lab.histories.mapping import load_mapping, read_toml
from sanhao.lab.histories.refusals import unreadable
from sanhao.lab.replay.judge import guarantees, judge_order, merge
from sanhao.lab.replay.output import RejectWriter, VerdictWriter, rejects_path, require_apart, together
from sanhao.lab.replay.report import render
from sanhao.lab.replay.summary import Summary
from sanhao.lab.replay.tables import show
from sanhao.service.promises.api import KINDS, AnyKind


def replay(
    history: Path,
    mapping: Path,
    names: Sequence[str],
    terms: Path | None,
    as_of: datetime,
    out: Path,
    report: Path | None,
    console: Console,
    *,
    kinds: Mapping[str, AnyKind] | None = None,
) -> Summary:
    """Judge *history* by the guarantees called *names* and write *out*, its rejects and, if asked, *report*.

    A naive *as_of* is in the mapping's timezone. Raises `Unreadable` with nothing written.
    """
    outputs = [out, rejects_path(out), *([report] if report else [])]
    require_apart([history, mapping, *([terms] if terms else [])], outputs)
    read = load_mapping(mapping)
    layers = [(read.path, read.terms), *([(str(terms), terms_file(terms))] if terms else [])]
    chosen = guarantees(names, KINDS if kinds is None else kinds, layers, read.file.timezone)
    if as_of.tzinfo is None:
        as_of = as_of.replace(tzinfo=read.zone)
    summary = Summary.of(chosen, as_of.astimezone(UTC))
    with together(outputs) as files, _collecting_seldom():
        verdicts, rejects = VerdictWriter(files[0]), RejectWriter(files[1])
        merged = merge(read_history(history, read), chosen, summary.as_of)
        orders = read_history(history, read, rejected=rejects.write, reading=summary.reading)
        with _progress(console, summary) as tick:
            for order in orders:
                judged = list(judge_order(order, chosen, summary.as_of, merged))
                for one in judged:
                    verdicts.write(one)
                summary.add(judged)
                tick()
        if report:
            files[2].write(render(summary, history.name))
    show(summary, console, rejects_path(out))
    return summary


def terms_file(path: Path) -> dict[str, dict[str, Any]]:
    """``[late_delivery]`` tables, bare or under ``[terms]`` as in a mapping."""
    document = read_toml(path)
    tables = document["terms"] if set(document) == {"terms"} else document
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        raise unreadable(path, zh="条款要写在以保障命名的表里，例如 [late_delivery]。",
                         en="terms stand in a table named after their guarantee, such as [late_delivery].")  # fmt: skip
    return tables


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Millions of small records come and go here, none in a cycle: looking for cycles all the time costs a fifth."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def _progress(console: Console, summary: Summary) -> Iterator[Callable[[], None]]:
    """A bar over the rows of the file; nothing where nobody watches."""
    reading = summary.reading
    if not console.is_terminal:
        yield lambda: None
        return
    columns = (TextColumn("judging"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None)

        def tick() -> None:
            if reading.orders % 500 == 0:
                progress.update(task, completed=reading.rows, total=reading.total)

        yield tick
