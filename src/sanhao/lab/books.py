"""`sanhao lab books --out FILE.beancount`: the whole ledger for an independent auditor."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from sanhao.books.ledger.api import ExportCounts, beancount


def export_books(path: Path) -> ExportCounts:
    """Write all entries to *path* and return how many. The file appears whole or not at all (OSError)."""
    if path.exists() and not path.is_file():  # a device would be taken away and a file put in its place
        raise OSError(errno.EINVAL, "Not a plain file", str(path))
    path, counts = path.resolve(), ExportCounts()
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
