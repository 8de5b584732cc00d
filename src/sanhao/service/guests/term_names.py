"""How the terms of guests are called, on pages and in a sentence."""

from __future__ import annotations

from sanhao.kit.text import Text

TERM_NAMES: dict[str, Text] = {
    "delivered_days": Text(zh="签收后链接几天有效", en="days a link opens after delivery"),
    "placed_days": Text(zh="下单后链接几天有效", en="days a link opens after placing"),
    "unpaid_days": Text(zh="未付款的访客几天后忘记", en="days until an unpaid guest is forgotten"),
}
