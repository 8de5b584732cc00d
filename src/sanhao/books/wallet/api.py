"""The door of the wallet."""

from sanhao.books.wallet.actions import (
    coupons_account,
    found_rules,
    funder_account,
    give_back,
    grant,
    release,
    reserve,
    spend,
    take_over,
)
from sanhao.books.wallet.core import (
    COMPENSATION,
    CompensationTerms,
    CouponGrant,
    CouponView,
    Reserved,
    ShareBack,
)
from sanhao.books.wallet.queries import compensation_terms, coupons_from, coupons_of, uncovered, usable

__all__ = [
    "COMPENSATION",
    "CompensationTerms",
    "CouponGrant",
    "CouponView",
    "Reserved",
    "ShareBack",
    "compensation_terms",
    "coupons_account",
    "coupons_from",
    "coupons_of",
    "found_rules",
    "funder_account",
    "give_back",
    "grant",
    "release",
    "reserve",
    "spend",
    "take_over",
    "uncovered",
    "usable",
]
