"""Invoices as files: checked, kept under the name of their content, read back for those who may."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from django.conf import settings

from sanhao.kit.refusals import Invalid, NotFound

LARGEST = 5_000_000
_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|OpenAction|AA)\b")


def check(paper: bytes) -> None:
    """Raises Invalid ``invoice.file`` for what is no plain PDF: too large, another kind, cut off, or with a program or
    another file inside."""
    if not paper:
        raise _bad("请选择发票的PDF文件。", "Choose the invoice's PDF file.")
    if len(paper) > LARGEST:
        raise _bad("文件太大，最多5 MB。", "The file is too large: 5 MB at most.")
    if not paper.startswith(b"%PDF-") or b"%%EOF" not in paper[-2048:]:
        raise _bad("这不是完整的PDF文件。", "This is not a whole PDF file.")
    if _ACTIVE.search(paper):
        raise _bad(
            "PDF里含有脚本或附件，不能接收。", "This PDF carries a script or another file and is not taken."
        )


def keep(paper: bytes) -> str:
    """Keep a checked file; returns its name. The same content is the same file. Call it outside any transaction."""
    name = hashlib.sha256(paper).hexdigest()
    path = _path(name)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(paper)
        part.replace(path)
    return name


def read(name: str) -> bytes:
    """Raises NotFound where this machine does not have it."""
    try:
        return _path(name).read_bytes()
    except OSError:
        raise NotFound(
            "invoice.no_file", zh="没有找到发票文件。", en="The invoice's file was not found."
        ) from None


def _path(name: str) -> Path:
    return Path(settings.VAR_DIR) / "invoices" / name[:2] / f"{name}.pdf"


def _bad(zh: str, en: str) -> Invalid:
    return Invalid("invoice.file", zh=zh, en=en)
