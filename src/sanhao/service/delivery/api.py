"""The door of delivery."""

from sanhao.service.delivery.actions.answers import ask_label_again
from sanhao.service.delivery.actions.freight import remove_freight_template, save_freight_template
from sanhao.service.delivery.actions.receive import MESSAGE_LIMIT, TooLarge, receive
from sanhao.service.delivery.actions.register import begin_registering, register
from sanhao.service.delivery.actions.services import remove_service, save_service
from sanhao.service.delivery.asking import (
    Box,
    CarrierAway,
    CarrierRefused,
    PickupWord,
    Place,
    Rate,
    RateOrder,
    Slot,
    SlotOrder,
)
from sanhao.service.delivery.billing import BillView, bill, bills_of
from sanhao.service.delivery.billing import take as take_bill
from sanhao.service.delivery.billing import take_over as take_over_bills
from sanhao.service.delivery.carriers import SANDBOXES
from sanhao.service.delivery.carriers.sandbox.counter import WAYS, set_way, ways_of
from sanhao.service.delivery.core import (
    CarrierMessageView,
    ConsignmentDraft,
    ConsignmentView,
    Leg,
    ScanRecord,
    ScanView,
    Status,
)
from sanhao.service.delivery.doors import slots
from sanhao.service.delivery.freight import FreightCard, FreightDraft, Parcel
from sanhao.service.delivery.intercepting import hold, intercept
from sanhao.service.delivery.interception import (
    INTERCEPTIONS,
    InterceptionDraft,
    InterceptionView,
    InterceptionWord,
)
from sanhao.service.delivery.labelling import ask_labels, cancel_labels, give_up, pending, withdraw_label
from sanhao.service.delivery.labels import LABELS, BillDraft, LabelDraft, LabelView, Payer, Sending, boxed
from sanhao.service.delivery.labels import RULE as LABEL_RULE
from sanhao.service.delivery.labels import Terms as LabelTerms
from sanhao.service.delivery.pickup import FAILED, PICKUPS, STANDING, PickupDraft
from sanhao.service.delivery.pickups import (
    PickupView,
    hold_pickups,
    pickup_counts,
    pickup_paper,
    pickups_of,
    recent_pickups,
)
from sanhao.service.delivery.pickups import book as book_pickup
from sanhao.service.delivery.pickups import cancel as cancel_pickups
from sanhao.service.delivery.printing import together
from sanhao.service.delivery.queries import (
    carrier_message,
    carrier_name,
    carrier_names,
    collectors,
    consignments_of,
    delivered_items,
    first_legs,
    freight_templates,
    interceptions_of,
    interceptions_on,
    is_registered,
    label_carriers,
    label_papers,
    labels_of,
    labels_of_shop,
    may_be_stopped,
    options,
    quote,
    quotes,
    rates,
    refused_messages,
    senders,
    services,
    tracking_number,
    unread_since,
)
from sanhao.service.delivery.sandbox import (
    PastForward,
    PastScan,
    post_past_scans,
    post_scan,
    sandbox_body,
    sandbox_scan_body,
)
from sanhao.service.delivery.sandbox_hub import HUB_MISCHIEF, hub_mischief_of, sandbox_hub_mischief
from sanhao.service.delivery.sandbox_pickups import PICKUP_MISCHIEF, sandbox_pickup_mischief
from sanhao.service.delivery.sandbox_world import MISCHIEF, mischief_of, sandbox_mischief
from sanhao.service.delivery.services import Chosen, Option, ServiceCard, ServiceDraft, as_chosen, options_for
from sanhao.service.delivery.signing import Forged

__all__ = [
    "FAILED",
    "HUB_MISCHIEF",
    "INTERCEPTIONS",
    "LABELS",
    "LABEL_RULE",
    "MESSAGE_LIMIT",
    "MISCHIEF",
    "PICKUPS",
    "PICKUP_MISCHIEF",
    "SANDBOXES",
    "STANDING",
    "WAYS",
    "BillDraft",
    "BillView",
    "Box",
    "CarrierAway",
    "CarrierMessageView",
    "CarrierRefused",
    "Chosen",
    "ConsignmentDraft",
    "ConsignmentView",
    "Forged",
    "FreightCard",
    "FreightDraft",
    "InterceptionDraft",
    "InterceptionView",
    "InterceptionWord",
    "LabelDraft",
    "LabelTerms",
    "LabelView",
    "Leg",
    "Option",
    "Parcel",
    "PastForward",
    "PastScan",
    "Payer",
    "PickupDraft",
    "PickupView",
    "PickupWord",
    "Place",
    "Rate",
    "RateOrder",
    "ScanRecord",
    "ScanView",
    "Sending",
    "ServiceCard",
    "ServiceDraft",
    "Slot",
    "SlotOrder",
    "Status",
    "TooLarge",
    "as_chosen",
    "ask_label_again",
    "ask_labels",
    "begin_registering",
    "bill",
    "bills_of",
    "book_pickup",
    "boxed",
    "cancel_labels",
    "cancel_pickups",
    "carrier_message",
    "carrier_name",
    "carrier_names",
    "collectors",
    "consignments_of",
    "delivered_items",
    "first_legs",
    "freight_templates",
    "give_up",
    "hold",
    "hold_pickups",
    "hub_mischief_of",
    "intercept",
    "interceptions_of",
    "interceptions_on",
    "is_registered",
    "label_carriers",
    "label_papers",
    "labels_of",
    "labels_of_shop",
    "may_be_stopped",
    "mischief_of",
    "options",
    "options_for",
    "pending",
    "pickup_counts",
    "pickup_paper",
    "pickups_of",
    "post_past_scans",
    "post_scan",
    "quote",
    "quotes",
    "rates",
    "receive",
    "recent_pickups",
    "refused_messages",
    "register",
    "remove_freight_template",
    "remove_service",
    "sandbox_body",
    "sandbox_hub_mischief",
    "sandbox_mischief",
    "sandbox_pickup_mischief",
    "sandbox_scan_body",
    "save_freight_template",
    "save_service",
    "senders",
    "services",
    "set_way",
    "slots",
    "take_bill",
    "take_over_bills",
    "together",
    "tracking_number",
    "unread_since",
    "ways_of",
    "withdraw_label",
]
