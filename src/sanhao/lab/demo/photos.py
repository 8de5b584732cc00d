"""What people of the demo world photograph: drawn, as everything in it."""

from __future__ import annotations

import io
from math import cos, pi, sin

from PIL import Image, ImageDraw

_TABLE, _CARD, _PEEL, _FLESH, _CORE, _SPOILED = (
    "#d8c3a0",
    "#fbfaf7",
    "#8a6b45",
    "#b9c66a",
    "#f3efd8",
    "#6b4a2b",
)
_HALVES = 12


def fruit(*, close: bool) -> bytes:
    """Kiwis cut in half on a table beside the card of their box, a third of them brown; *close*: four of them. A JPEG."""
    picture = Image.new("RGB", (960, 720), _TABLE)
    draw = ImageDraw.Draw(picture)
    columns, size = (2, 260) if close else (4, 170)
    for n in range(4 if close else _HALVES):
        x, y = 60 + n % columns * (size + 30), 50 + n // columns * (size + 45)
        _half(draw, x, y, size, spoiled=n % 3 == 1)
    draw.rounded_rectangle((840, 520, 930, 690), 8, fill=_CARD)
    for line in range(4):
        draw.line((855, 550 + 32 * line, 915, 550 + 32 * line), fill=_PEEL, width=4)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()


def _half(draw: ImageDraw.ImageDraw, x: int, y: int, size: int, *, spoiled: bool) -> None:
    rim, core, middle = size // 18, size // 7, size // 2
    draw.ellipse((x, y, x + size, y + size), fill=_PEEL)
    draw.ellipse((x + rim, y + rim, x + size - rim, y + size - rim), fill=_SPOILED if spoiled else _FLESH)
    for seed in range(16):
        angle = 2 * pi * seed / 16
        across, down = x + middle + 1.7 * core * cos(angle), y + middle + 1.7 * core * sin(angle)
        draw.ellipse((across - 3, down - 6, across + 3, down + 6), fill="#2b241b")
    draw.ellipse(
        (x + middle - core, y + middle - core, x + middle + core, y + middle + core),
        fill=_PEEL if spoiled else _CORE,
    )
