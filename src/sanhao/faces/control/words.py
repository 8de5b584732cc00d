"""What control calls things. Words of the modules below (kinds, states, account codes) in the reader's language;
an unknown one is shown as it is, never hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sanhao.kit.text import Lang, Text

Words = Mapping[str, str | Promise]

OUTCOMES: Words = {
    "kept": _("kept"), "broken": _("broken"), "void": _("void"), "waiting": _("waiting"),
    "paid": _("paid ahead"), "charged": _("charged"), "free": _("nothing charged"), "refund": _("a refund"),
    "return": _("a return for the buyer"), "refunded": _("refunded"), "to_send": _("to be sent back"),
    "closed": _("closed without a refund"),
}  # fmt: skip
STATES: Words = {
    "standing": _("standing"), "appealed": _("appealed"), "upheld": _("upheld"), "overturned": _("overturned"),
}  # fmt: skip
APPEALS: Words = {
    "open": _("waiting for a person"), "claimed": _("taken on"), "upheld": _("upheld"),
    "overturned": _("overturned"),
}  # fmt: skip
RULES: Words = {
    "draft": _("in draft"), "announced": _("announced"), "in_force": _("in force"), "superseded": _("superseded"),
    "withdrawn": _("withdrawn"),
}  # fmt: skip
SHOPS: Words = {"open": _("open"), "holiday": _("on holiday"), "closed": _("closed")}
STANDINGS: Words = {"neutral": _("neutral standing")}
MEMBERS: Words = {"owner": _("owner"), "manager": _("manager"), "clerk": _("clerk")}
ROLES: Words = {
    "admin": _("administrator"), "arbiter": _("arbiter"), "finance": _("finance"), "support": _("support"),
}  # fmt: skip
FAULT: Words = {"carrier": _("the carrier"), "platform": _("the platform")}
BEARERS: Words = {"shop": _("the shop"), "platform": _("the platform")}
REMEDIES: Words = {"coupon": _("a coupon"), "refund": _("a refund"), "": _("nothing")}
SECOND_LEGS: Words = {
    "reserved": _("set apart"), "spent": _("spent"), "freed": _("given back"),
    "borne": _("paid outside the budget"),
}  # fmt: skip
PAYOUTS: Words = {
    "drafted": _("prepared"), "sent": _("at the bank"), "paid": _("arrived at the bank"), "failed": _("refused"), "returned": _("sent back"),
}  # fmt: skip
MANUAL: Words = {
    "proposed": _("waits for a second person"), "approved": _("approved and booked"), "declined": _("not approved"),
    "withdrawn": _("withdrawn by who proposed it"),
}  # fmt: skip
CLAIMS: Words = {
    "paid": _("still travelling"), "owed": _("owed by the buyer"), "cleared": _("paid back by the buyer"),
    "forgiven": _("forgiven"), "repaid": _("settled with the shop"), "borne": _("borne by the platform"),
}  # fmt: skip
PATHS: Words = {"instant": _("refund at the first scan"), "intercept": _("parcel called back")}
CODES: Words = {
    "gateway": _("at payment gateways"), "bank": _("in the bank"), "receivable": _("owed by shops"),
    "carrier_claim": _("claims on carriers"), "escrow": _("held until earned"), "balance": _("shops' balances"),
    "deposit": _("shops' deposits"), "coupons": _("coupons outstanding"), "refunds": _("refunds on their way"),
    "reserve": _("kept back for a while"), "payouts": _("on the way to banks"), "commission": _("commission"),
    "goodwill": _("paid by the platform"), "breakage": _("coupons that lapsed"),
    "paid_ahead": _("refunds paid ahead"), "buyer_owes": _("owed by buyers"), "carrier_fees": _("fees owed to carriers"),
    "subsidy": _("second legs to remote areas"),
}  # fmt: skip
ACCOUNTS: Words = {
    "gateway": _("payment gateway"), "bank": _("bank"), "receivable": _("owed by the shop"),
    "carrier_claim": _("claim on the carrier"), "escrow": _("held for the shop"), "balance": _("the shop's balance"),
    "deposit": _("the shop's deposit"), "coupons": _("coupons"), "refunds": _("refunds"),
    "reserve": _("the shop's reserve"), "payouts": _("on the way to the shop's bank"), "commission": _("commission"),
    "goodwill": _("the platform's own pocket"), "breakage": _("lapsed coupons"),
    "paid_ahead": _("refunds paid ahead"), "buyer_owes": _("owed by the buyer"), "carrier_fees": _("the carrier's fee"),
    "subsidy": _("the platform's subsidy"),
}  # fmt: skip
ENTRIES: Words = {
    "settlement.clawback": _("refund after release"), "settlement.commission_back": _("commission given back"), "settlement.released": _("released to the shop"), "settlement.commission": _("commission"), "settlement.reserve": _("kept in reserve"), "settlement.reserve_used": _("reserve used for a refund"), "settlement.reserve_freed": _("reserve freed"), "payout.drafted": _("payout prepared"), "payout.paid": _("payout paid"), "payout.failed": _("payout refused"), "payout.returned": _("payout sent back"), "manual.reversed": _("given back after an appeal"),
    "promise.compensation": _("compensation"), "promise.carrier_claim": _("claim on a carrier"),
    "promise.reversed": _("compensation taken back"), "order.second_leg": _("second leg to a remote area"), "case.second_leg_back": _("second leg of a return from a remote area"), "checkout.paid": _("checkout paid"),
    "chargeback.taken": _("taken back by a bank"), "chargeback.beyond": _("taken back by a bank beyond what was left"), "chargeback.won": _("given back by a bank"), "coupon_lapsed": _("compensation of goods that came back, to who paid it"), "refund.parked": _("compensation that waits for the rest of its order"), "aftersales.borne": _("borne by somebody else"),
    "case.pickup_fee": _("fee for a return collected at the door"), "case.pickup_fee_back": _("such a fee given back after an appeal"),
    "case.pickup_borne": _("such a fee borne by the platform"),
    "label.price": _("a courier's label"), "label.back": _("a label the courier voided"),
    "label.borne": _("a label nobody used, borne by the platform"), "label.overturned": _("a label given back after an appeal"),
    "case.return_freight": _("for sending goods back"), "case.return_freight_claimed": _("for sending goods back, claimed of the carrier"),
    "case.stop_fee": _("fee for a parcel brought back"), "case.stop_fee_back": _("such a fee given back"),
    "sweep.freight": _("for sending goods back"),
    "case.ahead": _("refund paid ahead"), "case.owed": _("paid ahead, owed by the buyer"), "debt.paid": _("debt paid by the buyer"), "debt.forgiven": _("debt forgiven"), "settlement.repaid": _("refund paid ahead, given back"),
    "payment.late": _("late payment"), "coupon_given_back": _("coupon given back"),
    "coupon_expired": _("coupon expired"), "refund": _("refund"), "refund_paid_out": _("refund paid out"),
    "shop.balance_paid_in": _("balance topped up"), "shop.deposit_paid_in": _("deposit paid in"),
}  # fmt: skip
REASONS: Words = {
    "collected_in_time": _("collected in time"), "not_collected": _("never collected in time"),
    "collected_late": _("collected too late"), "out_of_stock": _("out of stock"),
    "cancelled_by_shop": _("cancelled by the shop"), "cancelled_by_buyer": _("cancelled by the buyer"),
    "cancelled_by_platform": _("cancelled by the platform"), "cancelled": _("cancelled"),
    "custom": _("made to order"), "virtual": _("nothing to send"),
    "special_goods": _("made to order or virtual"), "promotion": _("ordered during a promotion"),
    "force_majeure": _("beyond anyone's control"), "risk_hold": _("held for a safety check"),
    "buyer_fault": _("delivery details were wrong"), "delivered_in_time": _("delivered in time"),
    "running": _("still running"), "in_grace": _("waiting for late scans"),
    "chosen_courier": _("brought by the courier that was chosen"), "other_courier": _("another courier than was chosen"),
    "delivered_late": _("delivered too late"), "not_delivered": _("never delivered"),
}  # fmt: skip
PROFILES: Words = {
    "douyin": _("Douyin"), "tmall": _("Tmall"), "taobao_old": _("Taobao, five per cent"),
    "taobao_old_small": _("Taobao, five per cent, from ¥1"), "taobao_mid": _("Taobao, ten per cent"),
    "pdd": _("Pinduoduo"), "shopee": "Shopee", "ten_percent_200": _("ten per cent, at most ¥200"),
}  # fmt: skip
"""Whose promises the named profiles of a guarantee are."""
ORDERS: Words = {
    "unpaid": _("not paid yet"), "paid": _("paid, to be shipped"), "shipped": _("on its way"),
    "delivered": _("delivered"), "cancelled": _("cancelled"), "expired": _("never paid"),
}  # fmt: skip
PARCELS: Words = {
    "labelled": _("label made"), "collected": _("collected"), "in_transit": _("on its way"),
    "out_for_delivery": _("out for delivery"), "delivered": _("delivered"), "failed": _("delivery failed"),
    "returned": _("returned"),
}  # fmt: skip
PAYMENTS: Words = {
    "created": _("begun"), "pending": _("at the gateway"), "paid": _("paid"), "failed": _("failed"),
    "expired": _("expired"), "requested": _("asked for"), "sent": _("sent to the gateway"), "done": _("back with the buyer"),
}  # fmt: skip
SCANS: Words = {
    "pending": _("announced"), "picked_up": _("collected"), "in_transit": _("on its way"),
    "out_for_delivery": _("out for delivery"), "ready_for_pickup": _("ready for pick-up"), "delivered": _("delivered"),
    "delivery_failed": _("delivery failed"), "delivery_delayed": _("delayed"), "return_to_sender": _("going back"),
    "on_hold": _("on hold"), "cancelled": _("cancelled"), "unknown": _("unclear"),
}  # fmt: skip
COUPONS: Words = {
    "active": _("usable"), "reserved": _("held for an order"), "spent": _("spent"), "expired": _("expired"),
}  # fmt: skip
SWEEPS: Words = {
    "drafted": _("to be looked at"), "previewed": _("waits for a second person"), "confirmed": _("starting"),
    "running": _("running"), "done": _("done"), "stopped": _("stopped"), "withdrawn": _("withdrawn"),
}  # fmt: skip
SWEPT: Words = {
    "refund": _("a refund"), "return": _("a return for the buyer"), "wait": _("waits for the delivery"),
    "left": _("left alone"),
}  # fmt: skip
CAUSES: Words = {key: REASONS[key] for key in ("force_majeure", "risk_hold", "buyer_fault")}
PARTIES: Words = {"shop": _("the shop"), "person": _("the buyer"), "platform": _("the platform")}
CARRIER_STATES: Words = {"refused": _("refused"), "new": _("not read yet"), "read": _("read")}

MISFITS: Words = {
    "a step gives, it never takes": _("A step gives, it never takes."),
    "a step is either fixed or a share": _("A step is either a fixed sum or a share, not both."),
    "the least of a step lies above its cap": _("The least of a step lies above its most."),
    "the last step of a ladder has no upper end": _("The last step has no upper end: leave “paid up to” empty there."),
    "the steps of a ladder climb": _("The steps climb: each reaches further than the one before."),
    "a share of the freight is 0 to 100 per cent": _("A share of the freight is 0 to 100 per cent."),
    "days are counted from zero": _("Days are counted from zero."),
    "valid_days: from 1 to 3650": _("A coupon is valid for 1 to 3650 days."),
    "days: a whole number from 1 to 365, and nothing else": _("A whole number from 1 to 365."),
    "areas: every one has a key of its own and a name": _("Every area has a key of its own, and a name."),
    "areas: the empty name would be every place": _("A name may not be empty: it would be every place."),
    "extra_days.remote: 0 to 90": _("A whole number from 0 to 90."),
    "extra_days.extreme: 0 to 90": _("A whole number from 0 to 90."),
    "shards: 1 to 256": _("A whole number from 1 to 256."),
    "silent_days: 1 to 90": _("A whole number from 1 to 90."),
    "returned_days: 1 to 90": _("A whole number from 1 to 90."),
}  # fmt: skip
"""Sentences of schemas below the faces (they are made in English only) as the reader's."""

FACTS: Words = {
    "start_at": _("Clock started"), "paid_at": _("Paid"), "first_due_at": _("First due"), "due_at": _("Due"),
    "settle_at": _("Settles"), "timezone": _("Time zone"), "currency": _("Currency"), "paid": _("Paid for the goods"),
    "country": _("Country"), "region": _("Region"), "special": _("Special goods"), "ship_hours": _("The shop's own hours"),
    "presale_ships_by": _("Presale ships by"), "excluded": _("Left out because"), "lines": _("Line"), "id": _("Number"),
    "shop": _("Shop"), "by": _("By"), "ship_by": _("Ship by"), "scans": _("Collection scan"), "handed": _("Collection scan"),
    "arrived": _("Delivery scan"), "at": _("Happened"), "received_at": _("Heard"), "promised_at": _("Arrival promised"),
    "hand_over_by": _("Hand-over due"), "freight": _("Freight"), "cancelled": _("Cancelled"), "excused": _("Excused"),
    "cause": _("Because of"), "delays": _("Delay agreed"), "delays_in_force": _("Delays in force"),
    "proposed_at": _("Proposed"), "agreed_at": _("Agreed"), "until": _("Until"), "extensions": _("Holiday extension"),
    "announced_at": _("Announced"), "starts_at": _("From"), "already_paid": _("Paid to this shop that day"),
    "already_owed": _("Compensated that day already"), "type": _("What"), "reason": _("Reason"),
    "chosen": _("Chosen by the buyer"), "parcels": _("Parcel"), "parcel": _("Number"), "courier": _("With"), "key": _("Known as"),
    "name": _("Name"), "heard_at": _("Heard"), "surcharge": _("Paid on top for the courier"), "freight_back": _("Freight that was back already"),
    "share": _("Share of what several shops promised"), "orders": _("Order"), "weight": _("Weighs"), "minor": _("Left of it, minor units"),
}  # fmt: skip


def lang() -> Lang:
    return "zh" if (get_language() or "en").startswith("zh") else "en"


def said(text: Text | None) -> str:
    """A two-language sentence in the reader's language."""
    return text.in_(lang()) if text is not None else ""


def listed(several: Sequence[str]) -> str:
    """``fruit, eggs``, 「鲜果、蛋」."""
    return ("、" if lang() == "zh" else ", ").join(several)


def local(moment: datetime) -> datetime:
    """*moment* on the site's clock."""
    return moment.astimezone(timezone.get_current_timezone())


def word(words: Words, key: str) -> str:
    return str(words.get(key, key))


def label(words: Words, key: str) -> str:
    """A name nobody has put into words yet is at least readable."""
    return str(words[key]) if key in words else key.replace("_", " ")
