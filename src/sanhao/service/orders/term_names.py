"""How the terms of orders are called, on pages and in a sentence."""

from __future__ import annotations

from sanhao.kit.text import Text

TERM_NAMES: dict[str, Text] = {
    "boxes": Text(zh="最多几个包裹", en="parcels at most"),
    "heaviest_g": Text(zh="最重（克）", en="heaviest, in grams"),
    "hold_minutes": Text(zh="未付款保留几分钟", en="minutes an unpaid order is held"),
    "longest_mm": Text(zh="最长边最多（毫米）", en="longest side at most, in mm"),
    "max_lines": Text(zh="最多几种商品", en="lines at most"),
    "max_quantity": Text(zh="每种最多几件", en="of one thing at most"),
    "packaging_g": Text(zh="包装重量（克）", en="packaging, in grams"),
    "transit_days": Text(zh="路上几天", en="days on the way"),
}
