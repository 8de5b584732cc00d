"""The guarantees, one file each. A new one is a file here and a line in this table (docs/add-a-guarantee.md)."""

from __future__ import annotations

from sanhao.service.promises.core import AnyKind
from sanhao.service.promises.kinds import late_delivery, late_shipment, non_delivery

KINDS: dict[str, AnyKind] = {
    "late_shipment": late_shipment,
    "late_delivery": late_delivery,
    "non_delivery": non_delivery,
}
