"""How the terms of orders are called, on pages and in a sentence."""

from __future__ import annotations

from sanhao.kit.text import Text

TERM_NAMES: dict[str, Text] = {
    "hold_minutes": Text(zh="未付款保留几分钟", en="minutes an unpaid order is held"),
    "max_lines": Text(zh="最多几种商品", en="lines at most"),
    "max_quantity": Text(zh="每种最多几件", en="of one thing at most"),
    "transit_days": Text(zh="路上几天", en="days on the way"),
}
