"""The guarantees, one file each. A new one is a file here and a line in this table (docs/add-a-guarantee.md)."""

from __future__ import annotations

from sanhao.service.promises.core import AnyClaimKind, AnyKind
from sanhao.service.promises.kinds import (
    allergy,
    authentic,
    chosen_courier,
    false_shipment,
    late_delivery,
    late_shipment,
    no_reason_return,
    non_delivery,
    out_of_stock,
    price_protection,
    short_weight,
    spoiled_goods,
)

KINDS: dict[str, AnyKind] = {
    "late_shipment": late_shipment,
    "late_delivery": late_delivery,
    "non_delivery": non_delivery,
    "false_shipment": false_shipment,
    "out_of_stock": out_of_stock,
    "chosen_courier": chosen_courier,
    "no_reason_return": no_reason_return,
    "spoiled_goods": spoiled_goods,
    "short_weight": short_weight,
    "allergy": allergy,
    "authentic": authentic,
    "price_protection": price_protection,
}

CLAIMS: dict[str, AnyClaimKind] = {
    "no_reason_return": no_reason_return,
    "spoiled_goods": spoiled_goods,
    "short_weight": short_weight,
    "allergy": allergy,
    "authentic": authentic,
    "price_protection": price_protection,
}
"""Those of them that need the buyer's word."""
