"""Who pays which part of what a guarantee gives, by name."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from sanhao.kit.money import Money
from sanhao.service.promises import api as promises


def payers_of(split: Sequence[promises.Share], *, shop: str) -> list[tuple[str, Money]]:
    """Each payer and its sum; *shop* is what the reader calls the shop."""
    sums: dict[str, Money] = {}
    for share in split:
        sums[share.payer] = sums[share.payer] + share.amount if share.payer in sums else share.amount
    names = {
        promises.PLATFORM: _("the platform's fund"),
        promises.CARRIER: _("the carrier"),
        promises.INSURANCE: _("the insurance"),
    }
    return [(names.get(payer, shop), amount) for payer, amount in sums.items()]
