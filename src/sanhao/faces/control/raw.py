"""Bytes from outside, made safe to look at: text where it is text, else a hexdump."""

from __future__ import annotations

import json
import unicodedata

MOST = 64_000
"""Bytes of a body that a page shows; the rest is counted."""


def shown(body: bytes) -> tuple[str, bool]:
    """The text of *body* (JSON indented) and False, or its hexdump and True. The template escapes either."""
    cut = body[:MOST]
    try:
        text = cut.decode()
    except UnicodeDecodeError:
        return hexdump(cut), True
    if any(unicodedata.category(char) == "Cc" and char not in "\r\n\t" for char in text):
        return hexdump(cut), True
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2), False
    except (ValueError, RecursionError):
        return text, False


def hexdump(body: bytes) -> str:
    """``00000000  7b 22 69 64 …  {"id``, sixteen bytes a line."""
    lines = []
    for start in range(0, len(body), 16):
        part = body[start : start + 16]
        plain = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"{start:08x}  {part.hex(' '):<47}  {plain}")
    return "\n".join(lines)
