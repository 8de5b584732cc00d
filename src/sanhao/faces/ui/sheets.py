"""Files for people's spreadsheets, streamed. A cell that a spreadsheet would run as a formula is made plain text.

A stream is written after its view has returned: whoever makes the rows has chosen the language before.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class _Echo:
    """A file that hands every line straight back."""

    def write(self, line: str) -> str:
        return line


def plain(cell: object) -> str:
    """What is said in *cell*, with an apostrophe before what Excel, Numbers or Sheets would take for a formula.

    Full-width signs count: some spreadsheets read them as the narrow ones. Numbers stay numbers.
    """
    text = str(cell).replace("\0", "")
    bare = text.lstrip(" \u00a0\u3000")
    runs = text.startswith(_FORMULA) or bare.startswith((*_FORMULA, "＝", "＋", "－", "＠"))
    return f"'{text}" if runs and not _NUMBER.fullmatch(text) else text


def lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"  # Excel reads UTF-8 only where it is told
    yield writer.writerow([plain(cell) for cell in head])
    for row in rows:
        yield writer.writerow([plain(cell) for cell in row])


def table(head: Sequence[str], rows: Iterable[Sequence[object]], name: str) -> StreamingHttpResponse:
    """A table as a CSV file called *name*."""
    return download(lines(head, rows), name, "text/csv")


def download(pieces: Iterable[str], name: str, kind: str) -> StreamingHttpResponse:
    """*pieces* as a file called *name*."""
    return StreamingHttpResponse(
        pieces,
        content_type=f"{kind}; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"
        },
    )  # fmt: skip
