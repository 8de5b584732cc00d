"""Where the wallet's money waits in the ledger, by the ledger's names."""

from __future__ import annotations

from sanhao.books.ledger.api import PLATFORM, Ref


def coupons_account(currency: str) -> Ref:
    """Where the money of granted coupons waits: credit it when a shop pays for one, debit it when one is spent."""
    return Ref("coupons", PLATFORM, currency)


def funder_account(kind: str, funder: str, currency: str) -> Ref:
    """Who bears a discount that another than the shop pays for: the platform (`promotions`) or a host's prepaid
    promotion money. Debit it when a coupon is spent, credit it when its share comes back."""
    codes = {"platform": "promotions", "host": "host"}
    return Ref(codes[kind], PLATFORM if kind == "platform" else funder, currency)
