"""How the terms of coupons are called, on pages and in a sentence."""

from __future__ import annotations

from sanhao.kit.text import Text

TERM_NAMES: dict[str, Text] = {
    "unused_returns_to": Text(zh="没用的券退给", en="unused coupons go back to"),
    "valid_days": Text(zh="券有效几天", en="days a coupon is valid"),
}
