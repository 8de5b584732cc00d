"""``{% load workbench %}``: texts in the reader's language, states as words, lines of an order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from sanhao.faces.workbench import waiting
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.service.orders import api as orders

register = template.Library()


@register.filter
def said(text: Text | None) -> str:
    """A text of two languages in the reader's."""
    return text.in_(get_language() or "en") if text is not None else ""


@register.filter
def either(text: Text) -> str:
    """The same, or the other language where one is empty."""
    return said(text) or text.zh or text.en


@register.filter
def signed(amount: Money) -> SafeString:
    """An amount with its direction: what came in is marked, by sign and by colour."""
    shown = amount.format("zh" if (get_language() or "en").startswith("zh") else "en")
    if amount.minor > 0:
        return format_html('<span class="money money--in">+{}</span>', shown)
    return format_html('<span class="money">{}</span>', shown)


@register.filter
def negative(amount: Money) -> Money:
    return -amount


@register.filter
def of(table: dict[Any, Any], key: UUID | str) -> Any:
    """``{{ table|of:key }}``; nothing for an unknown key."""
    return table.get(key)


@register.filter
def contents(order: orders.OrderView) -> str:
    """What is in an order, in one line."""
    return waiting.contents(order)


@register.filter
def place(order: orders.OrderView) -> str:
    """Where it goes: region and city."""
    return waiting.place(order)


@register.filter
def scan_word(status: str) -> str:
    """What a courier saw, in words."""
    words = {
        "pending": _("Label known"), "picked_up": _("Collected"), "in_transit": _("On its way"),
        "out_for_delivery": _("Out for delivery"), "ready_for_pickup": _("Ready for pickup"), "delivered": _("Delivered"),
        "delivery_failed": _("Delivery failed"), "delivery_delayed": _("Delayed"), "return_to_sender": _("Going back"),
        "on_hold": _("On hold"), "cancelled": _("Cancelled"),
    }  # fmt: skip
    return words.get(status, _("Scanned"))


@register.simple_tag
def state_tag(kind: str, state: str) -> SafeString:
    """The state of an *order*, *listing*, *payout*, *invoice*, *decision*, *parcel*, *label*, *rule* or *shop* as a word."""
    word, tone = _states(kind)[state]
    return format_html('<span class="tag{}">{}</span>', f" tag--{tone}" if tone else "", word)


@register.filter
def state_word(state: str, kind: str) -> str:
    return _states(kind)[state][0]


def _states(kind: str) -> dict[str, tuple[str, str]]:
    return {
        "order": {
            "unpaid": (_("not paid yet"), ""), "paid": (_("to ship"), "amber"), "shipped": (_("on its way"), "indigo"),
            "delivered": (_("delivered"), "jade"), "cancelled": (_("cancelled"), ""), "expired": (_("expired"), ""),
        },
        "listing": {
            "draft": (pgettext("listing", "draft"), ""), "live": (_("on sale"), "jade"), "paused": (_("paused"), "amber"),
            "intercepted": (_("held back by the platform"), "seal"), "closed": (_("closed for good"), ""),
        },
        "decision": {
            "standing": (_("stands"), ""), "appealed": (_("under appeal"), "indigo"), "upheld": (_("upheld"), ""),
            "overturned": (_("taken back"), "jade"),
        },
        "parcel": {
            "labelled": (_("waits for the courier"), "amber"), "collected": (_("collected"), "jade"),
            "in_transit": (_("on its way"), "indigo"), "out_for_delivery": (_("out for delivery"), "indigo"),
            "delivered": (_("delivered"), "jade"), "failed": (_("delivery failed"), "seal"),
            "returned": (_("on its way back"), "seal"),
        },
        "label": {
            "asked": (_("being made"), "amber"), "made": (_("ready to print"), "indigo"), "refused": (pgettext("label", "refused"), "seal"),
            "unsure": (pgettext("label", "unclear"), "seal"), "with_buyer": (_("with the buyer"), "indigo"), "cancelled": (_("cancelled"), ""),
        },
        "void": {
            "due": (_("the courier is told to void it"), "amber"), "done": (_("void at the courier"), ""),
            "kept": (_("charged all the same"), "seal"),
        },
        "rule": {
            "announced": (_("announced"), "indigo"), "in_force": (_("in force"), "jade"),
            "superseded": (_("replaced"), ""), "draft": (_("not announced"), ""), "withdrawn": (_("withdrawn"), ""),
        },
        "shop": {"open": (_("open"), "jade"), "holiday": (_("on holiday"), "amber"), "closed": (_("closed for good"), "")},
        "role": {"owner": (_("owner"), ""), "manager": (_("manager"), ""), "clerk": (_("clerk"), "")},
        "payout": {
            "drafted": (_("prepared"), "amber"), "sent": (_("on its way"), "indigo"), "paid": (_("arrived at the bank"), "jade"),
            "failed": (_("came back"), "seal"), "returned": (_("sent back by the bank"), "seal"),
        },
        "invoice": {
            "asked": (_("to be issued"), "amber"), "issued": (_("issued"), "jade"), "declined": (_("not issued"), ""),
            "withdrawn": (_("no longer asked for"), ""), "red_asked": (_("to be corrected"), "seal"),
            "corrected": (_("corrected"), "jade"),
        },
        "proposal": {
            "proposed": (_("waits for the buyer"), "indigo"), "agreed": (_("agreed"), "jade"),
            "declined": (_("declined"), "seal"), "lapsed": (_("no answer in time"), ""),
        },
    }[kind]  # fmt: skip
