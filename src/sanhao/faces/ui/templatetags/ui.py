"""``{% load ui %}``: the components as tags. What each looks like stands in the gallery (`/ui/`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sanhao.faces.ui import charts, format, icons, pictures, places, terms
from sanhao.faces.ui.cards import Audience, Bar, ListingCard, PromiseCard, Series, Step, Tab, time_left
from sanhao.faces.ui.fields import SidesInput
from sanhao.faces.ui.promised import Weighed
from sanhao.kit import push
from sanhao.kit.money import Money
from sanhao.kit.sizes import Sides
from sanhao.kit.text import Lang
from sanhao.kit.wording import fours

register = template.Library()


def _lang() -> Lang:
    return format.lang_of(get_language())


# ---- small things -----------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """``{% icon "truck" %}``; with *label* it speaks, without it is decoration. *size* ``s``, *name* from icons.py."""
    said = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" {}><path d="{}"/></svg>',
        f" icon--{size}" if size else "", said, icons.ICONS[name],
    )  # fmt: skip


@register.filter
def money(amount: Money | None) -> SafeString:
    """``{{ amount|money }}``; an unknown amount is said to be unknown, never guessed."""
    if amount is None:
        return format_html('<span class="money quiet">{}</span>', _("unknown"))
    return format_html('<span class="money">{}</span>', amount.format(_lang()))


@register.filter
def in_kg(grams: int) -> str:
    """``{{ variant.weight_g|in_kg }}``: 18.5 kg."""
    return f"{grams / 1000:g} kg"


@register.filter
def in_cm(sides: Sides) -> str:
    """``{{ variant.packed|in_cm }}``: 120 × 80 × 60 cm."""
    return " × ".join(f"{side / 10:g}" for side in sides) + " cm"


@register.filter
def grouped(number: str) -> SafeString:
    """``{{ order.number|grouped }}``: a long number in fours, as people read it aloud. The gaps are drawn, not written: what
    is copied or searched for on the page is the number itself."""
    spans = format_html_join("", "<span>{}</span>", ((group,) for group in fours(number).split(" ")))
    return format_html('<bdi class="number" data-number="{}" translate="no">{}</bdi>', number, spans)


@register.filter
def legible(text: str) -> SafeString | str:
    """``{{ card.title|legible }}``: an order's number in fours, anything else as it is."""
    return grouped(text) if text.isdigit() and len(text) >= 12 else text


@register.simple_tag
def price(amount: Money, size: str = "") -> SafeString:
    """A price with a large whole part; *size* ``big`` or ``s``."""
    symbol, whole, rest = format.price_parts(amount, _lang())
    return format_html(
        '<span class="price{}"><small>{}</small>{}{}</span>',
        f" price--{size}" if size else "", symbol, whole, format_html("<small>{}</small>", rest) if rest else "",
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def moment(context: Mapping[str, Any], value: datetime | None, style: str = "both") -> str:
    """A moment in business time: *style* ``both`` (“Wed 14:00 · in 31 hours”), ``absolute`` or ``relative``."""
    if value is None:
        return ""
    now, zone = context["now"], timezone.get_current_timezone()
    absolute = format.absolute(value, now, _lang(), zone)
    relative = format.relative(value, now, _lang())
    shown = {"absolute": absolute, "relative": relative}.get(style, f"{absolute} · {relative}")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(), relative if style == "absolute" else absolute, shown,
    )  # fmt: skip


@register.filter
def span(length: timedelta) -> str:
    """``{{ median|span }}``: how long something takes."""
    return format.span(length, _lang())


@register.filter
def day(date: dt.date) -> str:
    """``{{ coming|day }}``: a day without a time."""
    return format.day(date, _lang())


@register.filter
def month(date: dt.date) -> str:
    return format.month(date, _lang())


@register.filter
def reaches(pattern: str) -> str:
    """``{{ "CN/新疆"|reaches }}``: where a pattern of freight or couriers reaches."""
    return terms.place(pattern)


@register.filter
def region(written: str) -> str:
    """``{{ "内蒙古"|region }}``: a region as the reader calls it."""
    return places.called(written, _lang())


@register.simple_tag
def badge(count: int | None, label: str = "") -> SafeString:
    """A count in a red dot; nothing for zero. *label* says it in words (“3 unread notices”)."""
    if not count:
        return SafeString("")
    return format_html(
        '<span class="badge" aria-hidden="true">{}</span><span class="visually-hidden">{}</span>',
        count if count < 100 else "99+", label or count,
    )  # fmt: skip


@register.simple_tag
def live(topic: str) -> SafeString:
    """Attributes of an element that refreshes itself when *topic* is pushed; it also needs ``hx-get`` and an id."""
    return format_html(
        'data-live="{}" hx-trigger="live" hx-target="this" hx-swap="outerHTML"', push.ticket(topic)
    )


# ---- pictures ---------------------------------------------------------------------------------------------------


@register.simple_tag
def picture(name: str, alt: str = "", css: str = "", lazy: bool = True) -> SafeString:
    """A drawing by its name (`pictures/`); an unknown name is drawn as a wrapped parcel."""
    width, height = pictures.size(name)
    return format_html(
        '<img src="{}" width="{}" height="{}" alt="{}"{}{} decoding="async" data-picture>',
        reverse("ui:picture", args=[pictures.version(), name]), width, height, alt,
        format_html(' class="{}"', css) if css else "", SafeString(' loading="lazy"') if lazy else "",
    )  # fmt: skip


@register.simple_tag
def shop_mark(mark: str, name: str, href: str = "", size: str = "") -> SafeString:
    """The round mark of a shop with its name; *size* ``s`` or ``l``."""
    return format_html(
        '<{0} class="mark{1}"{2}>{3}<span class="clip">{4}</span></{0}>',
        "a" if href else "span", f" mark--{size}" if size else "",
        format_html(' href="{}"', href) if href else "", picture(mark), name,
    )  # fmt: skip


# ---- the promise ------------------------------------------------------------------------------------------------


@register.inclusion_tag("ui/promise.html", takes_context=True)
def promise(
    context: Mapping[str, Any],
    card: PromiseCard,
    size: str = "full",
    topic: str = "",
    get: str = "",
    audience: Audience = "buyer",
) -> dict[str, Any]:
    """The promise card in ``full``, ``compact`` (a row) or ``dot`` size.

    With *topic* and *get* it refreshes itself: *get* must answer with this same card. *audience* decides whose the
    money on it is.
    """
    now = context["now"]
    number, unit = time_left(card.due_at, now)
    units = {"d": _("days"), "h": _("hours"), "min": _("min")}
    return {
        "card": card,
        "size": size,
        "look": card.look(now),
        "left": f"{card.left(now) * 100:.1f}",
        "number": number,
        "unit": units[unit],
        "units": "|".join(units.values()),
        "now": now,
        "topic": topic,
        "get": get,
        "money_label": _money_label(card, audience),
        "state_word": state_word(card.look(now)) if card.word is None else card.word,
    }


@register.inclusion_tag("ui/promises.html", takes_context=True)
def all_promises(
    context: Mapping[str, Any], weighed: Weighed, standing: Sequence[str] = (), audience: Audience = "buyer"
) -> dict[str, Any]:
    """An order's promises by how much they matter now, and what holds without a clock (*standing*, sentences)."""
    return {"weighed": weighed, "standing": standing, "audience": audience, "now": context["now"]}


def _money_label(card: PromiseCard, audience: Audience) -> str:
    if audience == "shop":
        return _("paid by you")
    if audience == "platform":
        return _("coupon paid") if card.remedy == "coupon" else _("refunded")
    return _("coupon, yours") if card.remedy == "coupon" else _("back to you")


def state_word(look: str) -> str:
    return {
        "open": _("running"), "soon": _("little time left"), "past": _("being settled"), "kept": _("kept"),
        "broken": _("broken"), "void": _("void"), "review": _("under review"),
    }[look]  # fmt: skip


@register.simple_tag(takes_context=True)
def promise_wall(context: Mapping[str, Any], cards: Iterable[PromiseCard]) -> SafeString:
    """Many promises as small rings, each a link; drawn in one pass, for hundreds."""
    now = context["now"]
    return format_html(
        '<div class="wall">{}</div>',
        format_html_join("", '<a href="{}" title="{}">{}</a>', (
            (card.href or "#", f"{card.shop}: {card.title}", dot(card, now)) for card in cards
        )),
    )  # fmt: skip


_DOTS = {
    "kept": '<circle class="dot__full" cx="10" cy="10" r="8"/><path class="dot__tick" d="m6.5 10.3 2.5 2.5 4.7-5.2"/>',
    "broken": '<path class="dot__arc" d="M9.5 3A7 7 0 0 0 5 14.5"/><path class="dot__arc" d="M12.5 17.2A7 7 0 0 0 15.5 5.6"/>',
    "void": '<circle class="dot__track" cx="10" cy="10" r="7"/><path class="dot__arc" d="M7 10h6" stroke-width="2.5"/>',
    "review": '<circle class="dot__arc" cx="10" cy="10" r="7" pathLength="40" stroke-dasharray="3 5"/>',
}


def dot(card: PromiseCard, now: datetime) -> SafeString:
    look = card.look(now)
    inner = SafeString(_DOTS[look]) if look in _DOTS else _dot_ring(card.left(now) * 100, look)
    return format_html(
        '<svg class="dot dot--{}" viewBox="0 0 20 20" role="img" aria-label="{}">{}</svg>',
        look, f"{card.title}: {state_word(look)}", inner,
    )  # fmt: skip


def _dot_ring(left: float, look: str) -> SafeString:
    rest = '<circle class="dot__arc" cx="10" cy="10" r="7" pathLength="100" stroke-dasharray="{} 200" transform="rotate(-90 10 10)"/>'
    if look == "past":
        return SafeString(
            '<circle class="dot__arc" cx="10" cy="10" r="7" pathLength="40" stroke-dasharray="1 4"/>'
        )
    return SafeString('<circle class="dot__track" cx="10" cy="10" r="7"/>') + format_html(rest, f"{left:.1f}")


@register.simple_tag(takes_context=True)
def promise_dot(context: Mapping[str, Any], card: PromiseCard) -> SafeString:
    return dot(card, context["now"])


# ---- lists, tabs, forms -----------------------------------------------------------------------------------------


@register.inclusion_tag("ui/listing.html")
def listing_card(listing: ListingCard, lazy: bool = True) -> dict[str, Any]:
    return {"listing": listing, "lazy": lazy}


@register.inclusion_tag("ui/tabs.html")
def tabs(items: Sequence[Tab], label: str) -> dict[str, Any]:
    return {"items": items, "label": label}


@register.inclusion_tag("ui/steps.html", takes_context=True)
def steps(context: Mapping[str, Any], items: Sequence[Step]) -> dict[str, Any]:
    return {"items": items, "now": context["now"]}


@register.inclusion_tag("ui/empty.html")
def empty(picture: str, title: str, text: str = "", href: str = "", action: str = "") -> dict[str, Any]:
    """What to do where there is nothing yet."""
    return {"picture": picture, "title": title, "text": text, "href": href, "action": action}


@register.inclusion_tag("ui/pages.html", takes_context=True)
def pages(context: Mapping[str, Any], number: int, count: int, param: str = "page") -> dict[str, Any]:
    """Back and on, with the other query parameters kept."""
    request = context["request"]

    def address(page: int) -> str:
        query = request.GET.copy()
        query[param] = str(page)
        return f"?{query.urlencode()}"

    return {
        "number": number, "count": count,
        "back": address(number - 1) if number > 1 else "", "on": address(number + 1) if number < count else "",
    }  # fmt: skip


@register.inclusion_tag("ui/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """A form field with label, help and errors, tied together for a screen reader."""
    named = [f"{bound.id_for_label}_help"] * bool(bound.help_text) + [f"{bound.id_for_label}_error"] * bool(
        bound.errors
    )
    attrs: dict[str, str | bool] = {"aria-describedby": " ".join(named)} if named else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return {
        "bound": bound,
        "widget": bound.as_widget(attrs=attrs),
        "is_check": isinstance(bound.field.widget, CheckboxInput),
        "is_many": isinstance(bound.field.widget, CheckboxSelectMultiple),
        "is_sides": isinstance(bound.field.widget, SidesInput),
    }


@register.inclusion_tag("ui/quantity.html")
def quantity(
    name: str, value: int = 1, low: int = 1, high: int = 99, label: str = "", id: str = ""
) -> dict[str, Any]:
    """A number with − and +; without script a plain number field."""
    return {"name": name, "value": value, "low": low, "high": high, "label": label, "id": id or f"id_{name}"}


@register.simple_tag(takes_context=True)
def nav_link(
    context: Mapping[str, Any],
    href: str,
    label: str,
    icon_name: str = "",
    count: int | None = None,
    exact: bool = False,
) -> SafeString:
    """A link of the top or bottom bar; it knows whether its page is the one being read."""
    path = context["request"].path
    here = path == href if exact else path.startswith(href)
    return format_html(
        '<a href="{}"{}>{}<span>{}</span>{}</a>',
        href, SafeString(' aria-current="page"') if here else "", icon(icon_name) if icon_name else "", label, badge(count),
    )  # fmt: skip


# ---- charts -----------------------------------------------------------------------------------------------------

register.simple_tag(charts.bars, name="chart_bars")
register.simple_tag(charts.stacked, name="chart_stacked")
register.simple_tag(charts.columns, name="chart_columns")
register.simple_tag(charts.line, name="chart_line")
register.simple_tag(charts.ring, name="chart_ring")
register.simple_tag(charts.spark, name="chart_spark")

__all__ = ["Bar", "Series", "register"]
