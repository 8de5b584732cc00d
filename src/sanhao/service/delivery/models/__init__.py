"""Tables of delivery: parcels and what carriers say of them, what is asked of carriers, what sending costs."""

from sanhao.service.delivery.models.consignments import CONSIGNMENT, Consignment, ConsignmentItem, Scan
from sanhao.service.delivery.models.errands import (
    INTERCEPTION,
    LABEL,
    LABEL_BILL,
    PICKUP,
    Interception,
    Label,
    LabelBill,
    Pickup,
)
from sanhao.service.delivery.models.freight import FreightRegion, FreightTemplate, Service
from sanhao.service.delivery.models.messages import CarrierMessage, Inquiry
from sanhao.service.delivery.models.sandbox import (
    SandboxHub,
    SandboxInterception,
    SandboxLabel,
    SandboxPickup,
    SandboxWay,
)

__all__ = [
    "CONSIGNMENT",
    "INTERCEPTION",
    "LABEL",
    "LABEL_BILL",
    "PICKUP",
    "CarrierMessage",
    "Consignment",
    "ConsignmentItem",
    "FreightRegion",
    "FreightTemplate",
    "Inquiry",
    "Interception",
    "Label",
    "LabelBill",
    "Pickup",
    "SandboxHub",
    "SandboxInterception",
    "SandboxLabel",
    "SandboxPickup",
    "SandboxWay",
    "Scan",
    "Service",
]
