"""The door of the wallet."""

from sanhao.books.wallet.actions import (
    coupons_account,
    found_rules,
    give_back,
    grant,
    release,
    reserve,
    spend,
    take_over,
)
from sanhao.books.wallet.core import COMPENSATION, CompensationTerms, CouponGrant, CouponView, ShareBack
from sanhao.books.wallet.queries import compensation_terms, coupons_from, coupons_of, uncovered, usable

__all__ = [
    "COMPENSATION",
    "CompensationTerms",
    "CouponGrant",
    "CouponView",
    "ShareBack",
    "compensation_terms",
    "coupons_account",
    "coupons_from",
    "coupons_of",
    "found_rules",
    "give_back",
    "grant",
    "release",
    "reserve",
    "spend",
    "take_over",
    "uncovered",
    "usable",
]
