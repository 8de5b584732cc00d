"""Reading the shipping table: rows typed, numbers pasted, what is missing. Nothing that was typed is ever lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import msgspec
from django.http import QueryDict
from django.utils.translation import gettext as _

from sanhao.faces.workbench.waiting import Desk, Waiting
from sanhao.kit.refusals import Refusal
from sanhao.kit.text import Text
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders


def carriers() -> dict[str, Text]:
    """Whom one may choose; in a demo world the sandbox couriers first."""
    names = delivery.carrier_names()
    return {
        key: names[key]
        for key in sorted(names, key=lambda key: (key not in delivery.SANDBOXES, names[key].en))
    }


class Line(msgspec.Struct):
    """One line of a row: how many are left, and what stands in its field."""

    view: orders.LineView
    left: int
    typed: str


class ShippingRow(msgspec.Struct):
    """One order as the table shows it."""

    waiting: Waiting
    lines: list[Line]
    late: bool = False
    follows_late: bool = False
    """The row above is late too: the heading stands already."""
    ticked: bool = False
    number: str = ""
    error: str = ""
    another: bool = False
    """Shipped with the sheet's carrier, though the buyer chose one and that costs the freight."""

    @property
    def carrier(self) -> str:
        """Whom the buyer chose; empty where the shop chooses."""
        return self.waiting.order.carrier

    @property
    def id(self) -> UUID:
        return self.waiting.order.id

    @property
    def chosen(self) -> bool:
        return self.ticked or bool(self.number)

    @property
    def can_split(self) -> bool:
        return sum(line.left for line in self.lines) > 1

    @property
    def partial(self) -> bool:
        return any(line.typed != str(line.left) for line in self.lines)


class Sheet(msgspec.Struct):
    """The whole table, with the carrier and the paste that went with it."""

    rows: list[ShippingRow]
    carrier: str
    paste: str = ""
    unmatched: list[str] = []
    error: str = ""

    @property
    def chosen(self) -> list[ShippingRow]:
        return [row for row in self.rows if row.chosen]

    @property
    def wrong(self) -> bool:
        return bool(self.error or self.unmatched or any(row.error for row in self.rows))


def blank(waiting: Desk, *, carrier: str, ticked: Sequence[str] = ()) -> Sheet:
    late = {one.order.id for one in waiting.late}
    rows: list[ShippingRow] = []
    for one in waiting.to_ship:
        lines = [Line(line, left, str(left)) for line, left in one.left]
        is_late, above = one.order.id in late, bool(rows) and rows[-1].late
        rows.append(ShippingRow(one, lines, is_late, above, ticked=str(one.order.id) in ticked))
    return Sheet(rows, carrier)


def read(posted: QueryDict, waiting: Desk) -> Sheet:
    """The table as it was sent. Pasted numbers are put into their rows; a line nobody knows is kept and named."""
    sheet = blank(waiting, carrier=posted.get("carrier", ""), ticked=posted.getlist("order"))
    if sheet.carrier not in delivery.carrier_names():
        sheet.error = _("Choose a carrier.")
    for row in sheet.rows:
        row.number = posted.get(f"number-{row.id}", "").strip()[:80]
        row.another = f"another-{row.id}" in posted
        for line in row.lines:
            line.typed = posted.get(f"quantity-{line.view.id}", line.typed).strip()[:6]
    sheet.paste = posted.get("paste", "")[:100_000]
    _match(sheet)
    return sheet


def _match(sheet: Sheet) -> None:
    """``order number, blank, tracking number`` line by line; what was matched leaves the paste."""
    by_number = {row.waiting.order.number.casefold(): row for row in sheet.rows}
    for text in sheet.paste.splitlines():
        first, *rest = text.replace(",", " ").replace("，", " ").split()[:8] or [""]
        row = by_number.get(first.casefold())
        if row is not None and rest:
            row.number, row.ticked = "".join(rest)[:80], True
        elif text.strip():
            sheet.unmatched.append(text.strip()[:120])
    sheet.paste = "\n".join(sheet.unmatched)


def check(sheet: Sheet) -> None:
    """Say next to each chosen row what is missing in it; whether it may be shipped is decided by orders."""
    if not sheet.chosen and not sheet.unmatched:
        sheet.error = sheet.error or _("Tick the orders to ship, or type their tracking numbers.")
    twice = Counter(_bare(row.number) for row in sheet.chosen if row.number)
    for row in sheet.chosen:
        if not row.number:
            row.error = _("The tracking number is missing.")
        elif twice[_bare(row.number)] > 1:
            row.error = _("This number stands in two rows.")
        elif any(
            not line.typed.isascii() or not line.typed.isdigit() or int(line.typed) > line.left
            for line in row.lines
        ):
            row.error = _("Write how many go into this parcel, at most what is left.")
        elif row.lines and not any(int(line.typed) for line in row.lines):
            row.error = _("This parcel would be empty.")


def _bare(number: str) -> str:
    return "".join(number.split()).upper()


def shipments(sheet: Sheet) -> list[orders.Shipment]:
    """One parcel for every chosen row; a whole order names no items. It goes with whom its buyer chose, else with the
    sheet's carrier."""
    return [
        orders.Shipment(
            row.id, sheet.carrier if row.another else row.carrier or sheet.carrier, row.number,
            tuple((line.view.id, int(line.typed)) for line in row.lines if int(line.typed)) if row.partial else (),
            row.another,
        )
        for row in sheet.chosen
    ]  # fmt: skip


def blame(sheet: Sheet, refusal: Refusal, sentence: str) -> None:
    """Put a refusal next to the row whose order or number it names, else above the table."""
    for row in sheet.chosen:
        if row.waiting.order.number in refusal.text.en or _bare(row.number) in refusal.text.en:
            row.error = sentence
            return
    sheet.error = sentence
