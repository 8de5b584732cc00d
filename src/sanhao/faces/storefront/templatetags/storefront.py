"""``{% load storefront %}``: texts of both languages, and pages that only know whether there is another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import template

from sanhao.faces.storefront import basket
from sanhao.faces.storefront.cards import said as _said
from sanhao.kit.text import Text

register = template.Library()


@register.filter
def said(text: Text | None) -> str:
    """``{{ shop.name|said }}``: in the reader's language."""
    return _said(text) if text is not None else ""


@register.inclusion_tag("storefront/parts/turn.html", takes_context=True)
def turn(context: Mapping[str, Any], number: int, has_next: bool) -> dict[str, Any]:
    """Back and on, other parameters kept; nothing where there is one page."""

    def address(page: int) -> str:
        query = context["request"].GET.copy()
        query["page"] = str(page)
        return f"?{query.urlencode()}"

    return {"back": address(number - 1) if number > 1 else "", "on": address(number + 1) if has_next else ""}


@register.simple_tag(takes_context=True)
def pieces(context: Mapping[str, Any]) -> int:
    """How many pieces lie in the reader's cart."""
    return basket.count(context["request"])


@register.simple_tag
def order_watch(order_id: UUID) -> str:
    """The topic on which an order's page hears that something changed."""
    return f"order:{order_id}"


@register.simple_tag
def case_watch(case_id: UUID) -> str:
    """The topic on which a case's page hears that something changed."""
    return f"case:{case_id}"


@register.filter
def upto(most: int) -> range:
    """``{% for n in free|upto %}``: from none to all of them."""
    return range(most + 1)
