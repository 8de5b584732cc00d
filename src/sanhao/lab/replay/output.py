"""The files a replay writes. They appear all together at the end, or not at all; what was there before stays till then."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import TextIO

from sanhao.lab.histories.refusals import Unreadable, unreadable
from sanhao.lab.replay.judge import Judged
from sanhao.lab.replay.summary import timely

COLUMNS = (
    "order_id",
    "line_id",
    "verdict",
    "fault",
    "owed_minor",
    "currency",
    "due_at",
    "decided_at",
    "reason",
)


def rejects_path(out: Path) -> Path:
    """``VERDICTS.rejects.csv`` beside ``VERDICTS.csv``."""
    return out.with_name((out.stem if out.suffix.lower() == ".csv" else out.name) + ".rejects.csv")


def require_apart(inputs: list[Path], outputs: list[Path]) -> None:
    """Raise `Unreadable` if an output would overwrite an input or another output, or cannot be put where it should."""
    seen = {path.resolve(): path for path in inputs}
    for path in outputs:
        if path.resolve() in seen:
            raise unreadable(
                path,
                zh="既是输入又是输出，或者两个输出同名。",
                en="is named twice: as an input and an output, or as two outputs.",
            )
        seen[path.resolve()] = path
        if path.is_dir():
            raise unreadable(
                path, zh="是文件夹，不能写成文件。", en="is a directory; a file cannot take its place."
            )
        if path.exists() and not path.is_file():  # a device would be taken away and a file put in its place
            raise unreadable(
                path,
                zh="不是普通文件，不能写成文件。",
                en="is not a plain file; a file cannot take its place.",
            )
        if not path.parent.is_dir():
            raise unreadable(
                path, zh=f"没有 {path.parent} 这个文件夹。", en=f"there is no directory {path.parent}."
            )


@contextmanager
def together(paths: list[Path]) -> Iterator[list[TextIO]]:
    """Open a hidden file beside each of *paths*; rename all of them into place when the block ends well.

    What a link points to is written, and the link stays.
    """
    paths = [path.resolve() for path in paths]
    with ExitStack() as cleaning:
        files: list[TextIO] = []
        hidden = [path.with_name(f".{path.name}.{token_hex(6)}.part") for path in paths]
        try:
            for made in hidden:
                # Before it is there: the end may come at any moment.
                cleaning.callback(made.unlink, missing_ok=True)
                files.append(cleaning.enter_context(made.open("x", encoding="utf-8", newline="")))
            yield files
            for file, made, path in zip(files, hidden, paths, strict=True):
                file.close()
                made.replace(path)
        except OSError as error:
            what = error.strerror or str(error)
            raise Unreadable(
                zh=f"结果写不出来：{what}。", en=f"the results cannot be written: {what}."
            ) from None


class VerdictWriter:
    def __init__(self, file: TextIO) -> None:
        self._row = csv.writer(file, lineterminator="\n").writerow
        self._row(COLUMNS)

    def write(self, judged: Judged) -> None:
        verdict = judged.verdict
        owed = verdict.owed
        minor: int | str = owed.minor if owed is not None else "" if verdict.outcome == "broken" else 0
        self._row((
            judged.order_id, judged.line_id, verdict.outcome, ";".join(verdict.fault), minor,
            owed.currency if owed is not None else judged.currency,
            iso(judged.due.due_at) if timely(judged.due.due_at) else "", iso(verdict.decided_at) if verdict.decided_at else "", f"{judged.kind}: {verdict.reason}",
        ))  # fmt: skip


class RejectWriter:
    def __init__(self, file: TextIO) -> None:
        self._row = csv.writer(file, lineterminator="\n").writerow
        self._row(("line", "reason"))

    def write(self, line: int, reason: str) -> None:
        self._row((line, reason))


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with a ``Z``; fractions of a second only where there are any."""
    return moment.isoformat()[:-6] + "Z"
