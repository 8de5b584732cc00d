"""``{% load control %}``: how control says a fact, a state, an account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django import template
from django.forms import BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from sanhao.faces.control import words
from sanhao.faces.ui.cards import Step
from sanhao.faces.ui.format import relative
from sanhao.faces.ui.templatetags.ui import money
from sanhao.fairness.decisions import api as decisions
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.service.delivery import api as delivery

register = template.Library()
_TONES = {
    "drafted": "amber", "sent": "indigo", "paid": "jade", "failed": "seal", "returned": "seal",
    "previewed": "amber", "confirmed": "indigo", "running": "indigo", "done": "jade", "stopped": "seal",
    "proposed": "amber", "approved": "jade",
    "kept": "jade", "broken": "seal", "review": "indigo", "appealed": "amber", "overturned": "seal",
    "upheld": "jade", "draft": "amber", "announced": "indigo", "in_force": "jade", "open": "amber", "claimed": "indigo",
    "waiting": "amber", "refused": "seal", "owed": "seal", "cleared": "jade", "forgiven": "indigo", "repaid": "jade",
    "borne": "indigo",
}  # fmt: skip
_WORDS = {
    "sweep": words.SWEEPS, "swept": words.SWEPT, "payout": words.PAYOUTS, "manual": words.MANUAL, "claim": words.CLAIMS,
    "outcome": words.OUTCOMES, "state": words.STATES, "appeal": words.APPEALS, "rule": words.RULES,
    "shop": words.SHOPS, "standing": words.STANDINGS, "member": words.MEMBERS, "role": words.ROLES,
    "remedy": words.REMEDIES, "code": words.CODES, "account": words.ACCOUNTS, "entry": words.ENTRIES,
    "reason": words.REASONS, "party": words.PARTIES, "message": words.CARRIER_STATES, "order": words.ORDERS, "profile": words.PROFILES, "parcel": words.PARCELS,
    "payment": words.PAYMENTS, "scan": words.SCANS, "coupon": words.COUPONS,
}  # fmt: skip


@register.filter
def said(text: Text | None) -> str:
    """A two-language sentence in the reader's language."""
    return words.said(text)


@register.filter
def of(found: Mapping[Any, Any], key: object) -> Any:
    """``{{ people|of:appeal.by }}``: what a table of the view says of *key*."""
    return found.get(key)


@register.filter
def kind_name(kind: str) -> str:
    """``{{ decision.kind|kind_name }}``: what people call decisions of this kind."""
    return words.said(decisions.title_of(kind))


@register.filter
def word(key: str, of: str) -> str:
    """``{{ decision.state|word:"state" }}``."""
    return words.word(_WORDS[of], key)


@register.filter
def known_word(key: str, of: str) -> str:
    """The same, and nothing for what only its sentence puts into words."""
    return words.word(_WORDS[of], key) if key in _WORDS[of] else ""


@register.simple_tag
def state_tag(key: str, of: str) -> SafeString:
    """A state as a tag in its tone."""
    tone = _TONES.get(key, "")
    return format_html(
        '<span class="tag{}">{}</span>', f" tag--{tone}" if tone else "", words.word(_WORDS[of], key)
    )


@register.simple_tag
def fact(value: object) -> str | SafeString:
    """One fact: a moment to the second in the site's zone, money, yes or no, words."""
    if isinstance(value, datetime):
        local = words.local(value)
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), f"{local:%Y-%m-%d %H:%M:%S}")
    if isinstance(value, Money):
        return money(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)


@register.simple_tag
def holder(name: str, shops: dict[str, str] | None = None, code: str = "") -> SafeString:
    """Whose account it is, where it is not plainly the platform's: a shop's, a courier's, a gateway's."""
    shown = (shops or {}).get(name, name)
    if code.startswith("carrier"):
        shown = words.said(delivery.carrier_name(name))
    elif name == "sandbox":
        shown = gateway(name)
    return SafeString("") if shown == "platform" else format_html(" · {}", shown)


@register.filter
def gateway(name: str) -> str:
    """Who takes the money of buyers."""
    return _("the sandbox") if name == "sandbox" else name.capitalize()


@register.simple_tag
def owned(amount: Money) -> SafeString:
    """A line of a shop's account as the shop reads it: what comes to it is positive."""
    theirs = -amount
    tone = " money--in" if theirs.minor > 0 else ""
    sign = "+" if theirs.minor > 0 else ""
    return format_html('<b class="money{}">{}{}</b>', tone, sign, theirs.format(words.lang()))


@register.simple_tag
def cell_of(bound: BoundField) -> SafeString:
    """A field without its label shown, for a cell of a table: the column's name is said to a screen reader."""
    attrs: dict[str, str | bool] = {"aria-label": str(bound.label)}
    if bound.errors:
        attrs |= {"aria-invalid": "true", "aria-describedby": f"{bound.id_for_label}_error"}
    return bound.as_widget(attrs=attrs)


@register.simple_tag
def since(moment: datetime, now: datetime) -> str:
    """A machine's moment, told from the machine's now."""
    return relative(moment, now, words.lang())


@register.inclusion_tag("ui/steps.html", takes_context=True)
def appeal_steps(context: Mapping[str, Any]) -> dict[str, Any]:
    """How an appeal goes, for whoever answers the first one."""
    steps = [
        Step(_("Read both sides"), "next", text=_("What was seen stands beside what the party says.")),
        Step(_("Judge again"), "next", text=_("Under the same or other terms; nothing is written.")),
        Step(_("Answer in your own words"), "next", text=_("The party reads them as they are.")),
        Step(_("Uphold or overturn"), "next", text=_("Overturned, the money goes back at once.")),
    ]
    return {"items": steps, "now": context["now"]}


@register.filter
def brief(id: UUID | str) -> str:
    """The end of an id, enough to tell two apart on a page."""
    return str(id)[-8:]


@register.filter
def moved(entry: Any) -> SafeString:
    """How much an entry moved: its debits together, which are its credits."""
    debits = [line.amount for line in entry.lines if line.amount.minor > 0]
    return money(sum(debits[1:], debits[0])) if debits else SafeString("")


@register.filter
def signed(amount: Money) -> SafeString:
    """A sum with its sign, for debit and credit."""
    return format_html(
        '<span class="money">{}{}</span>', "+" if amount.minor > 0 else "", amount.format(words.lang())
    )
