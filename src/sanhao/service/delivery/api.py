"""The door of delivery."""

from sanhao.service.delivery.actions import (
    MESSAGE_LIMIT,
    TooLarge,
    begin_registering,
    receive,
    register,
    remove_freight_template,
    save_freight_template,
)
from sanhao.service.delivery.core import (
    CarrierMessageView,
    ConsignmentDraft,
    ConsignmentView,
    ScanRecord,
    ScanView,
    Status,
)
from sanhao.service.delivery.freight import FreightCard, FreightDraft, Parcel
from sanhao.service.delivery.intercepting import hold, intercept
from sanhao.service.delivery.interception import (
    INTERCEPTIONS,
    InterceptionDraft,
    InterceptionView,
    InterceptionWord,
)
from sanhao.service.delivery.queries import (
    carrier_message,
    carrier_messages,
    carrier_names,
    consignments_of,
    delivered_items,
    freight_templates,
    interceptions_of,
    interceptions_on,
    may_be_stopped,
    quote,
    unread_since,
)
from sanhao.service.delivery.sandbox import (
    PastScan,
    post_past_scans,
    post_scan,
    sandbox_body,
    sandbox_scan_body,
)
from sanhao.service.delivery.sandbox_world import MISCHIEF, mischief_of, sandbox_mischief
from sanhao.service.delivery.signing import Forged

__all__ = [
    "INTERCEPTIONS",
    "MESSAGE_LIMIT",
    "MISCHIEF",
    "CarrierMessageView",
    "ConsignmentDraft",
    "ConsignmentView",
    "Forged",
    "FreightCard",
    "FreightDraft",
    "InterceptionDraft",
    "InterceptionView",
    "InterceptionWord",
    "Parcel",
    "PastScan",
    "ScanRecord",
    "ScanView",
    "Status",
    "TooLarge",
    "begin_registering",
    "carrier_message",
    "carrier_messages",
    "carrier_names",
    "consignments_of",
    "delivered_items",
    "freight_templates",
    "hold",
    "intercept",
    "interceptions_of",
    "interceptions_on",
    "may_be_stopped",
    "mischief_of",
    "post_past_scans",
    "post_scan",
    "quote",
    "receive",
    "register",
    "remove_freight_template",
    "sandbox_body",
    "sandbox_mischief",
    "sandbox_scan_body",
    "save_freight_template",
    "unread_since",
]
