"""`sanhao lab books --out FILE.beancount`: the whole ledger for an independent auditor."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from sanhao.books.ledger.api import ExportCounts, beancount


def export_books(path: Path) -> ExportCounts:
    """Write all entries to *path* and return how many. The file appears whole or not at all (OSError)."""
    counts = ExportCounts()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines(beancount(counts))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return counts
