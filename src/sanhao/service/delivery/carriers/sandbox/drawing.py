"""The sandbox courier's label: a page of 100 by 150 mm, in Chinese and English, its number as a barcode that scans."""

from __future__ import annotations

import io

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from sanhao.kit.text import Text
from sanhao.service.delivery.asking import LabelOrder, Place

_WIDTH, _HEIGHT, _EDGE = 100 * mm, 150 * mm, 5 * mm
_FONT = "STSong-Light"
"""One of the fonts a PDF reader brings for Chinese: the label needs none of its own."""


def draw(order: LabelOrder, number: str, service: str, by: Text) -> bytes:
    """A PDF of one page for each box."""
    if _FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(_WIDTH, _HEIGHT), pageCompression=1)
    canvas.setTitle(number)
    canvas.setAuthor(f"{by.en} {by.zh}")
    for at, box in enumerate(order.boxes, 1):
        _head(canvas, by, service)
        _page(canvas, order, number, f"{at}/{len(order.boxes)}", f"{box.weight_g / 1000:.2f} kg")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _head(canvas: Canvas, by: Text, service: str) -> None:
    top = _HEIGHT - _EDGE
    canvas.setFont(_FONT, 17)
    canvas.drawString(_EDGE, top - 6 * mm, by.zh)
    canvas.setFont("Helvetica-Bold", 11)
    canvas.drawString(_EDGE + 26 * mm, top - 6 * mm, by.en)
    canvas.setFont(_FONT, 11)
    canvas.drawRightString(_WIDTH - _EDGE, top - 6 * mm, service)
    _rule(canvas, top - 9 * mm)


def _page(canvas: Canvas, order: LabelOrder, number: str, piece: str, weight: str) -> None:
    top = _HEIGHT - _EDGE
    _barcode(canvas, number, top - 31 * mm)
    _rule(canvas, top - 36 * mm)
    _party(canvas, "收 To", order.to, top - 43 * mm, 15)
    _rule(canvas, top - 79 * mm)
    _party(canvas, "寄 From", order.origin, top - 86 * mm, 10)
    _rule(canvas, top - 112 * mm)
    canvas.setFont(_FONT, 11)
    canvas.drawString(_EDGE, top - 120 * mm, f"件 Piece {piece}")
    canvas.drawString(_EDGE + 36 * mm, top - 120 * mm, f"重量 Weight {weight}")
    canvas.drawString(_EDGE, top - 128 * mm, f"单号 Order {order.reference[:30]}")
    canvas.setFont(_FONT, 7.5)
    canvas.drawString(
        _EDGE,
        top - 138 * mm,
        "仅用于演示，不能寄件。 For demonstration only: nothing travels with this label.",
    )


def _barcode(canvas: Canvas, number: str, at: float) -> None:
    """As wide as the page lets it be, in the middle, its number below."""
    room = _WIDTH - 2 * _EDGE
    narrow = Code128(number, barWidth=1, barHeight=16 * mm, quiet=True)
    code = Code128(number, barWidth=min(0.6 * mm, room / narrow.width), barHeight=16 * mm, quiet=True)
    code.drawOn(canvas, (_WIDTH - code.width) / 2, at)
    canvas.setFont("Courier-Bold", 12)
    canvas.drawCentredString(_WIDTH / 2, at - 4 * mm, number)


def _party(canvas: Canvas, who: str, place: Place, at: float, size: int) -> None:
    canvas.setFont(_FONT, 9)
    canvas.drawString(_EDGE, at, who)
    canvas.setFont(_FONT, size)
    canvas.drawString(_EDGE + 16 * mm, at, f"{place.name}  {place.phone}")
    left, line = _EDGE + 16 * mm, at
    whole = " ".join(
        part for part in (place.country, place.region, place.city, place.street, place.postcode) if part
    )
    for text in _wrapped(whole, size, _WIDTH - left - _EDGE)[:4]:
        line -= size + 3.5
        canvas.drawString(left, line, text)


def _wrapped(text: str, size: int, width: float) -> list[str]:
    """Broken wherever the line is full: Chinese has no blanks to break at."""
    lines, line = [], ""
    for sign in text:
        if line and pdfmetrics.stringWidth(line + sign, _FONT, size) > width:
            lines.append(line)
            line = ""
        line += sign
    return [*lines, line]


def _rule(canvas: Canvas, at: float) -> None:
    canvas.setLineWidth(0.7)
    canvas.line(_EDGE, at, _WIDTH - _EDGE, at)
