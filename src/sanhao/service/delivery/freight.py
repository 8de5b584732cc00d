"""What freight costs: pure. The most specific region wins, weight is charged in started steps, dear goods go free."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, Refusal


class Parcel(msgspec.Struct, frozen=True):
    """What a shop would send: where, how heavy, and what its goods cost (for `free_over`)."""

    shop_id: UUID
    country: str
    region: str
    weight_g: int
    goods: Money


class FreightDraft(msgspec.Struct, frozen=True):
    """A template as a shop writes it. *regions*: ``*`` (anywhere), ``CN``, ``CN/新疆`` (also names that begin so).

    Up to *first_g* grams cost *first*, every started *extra_g* beyond costs *extra*; goods of at least *free_over*
    go free. Not *deliverable*: the shop does not send there.
    """

    name: str
    regions: tuple[str, ...]
    first: Money
    extra: Money
    first_g: int = 1000
    extra_g: int = 1000
    free_over: Money | None = None
    deliverable: bool = True
    id: UUID | None = None


class FreightCard(FreightDraft, frozen=True, kw_only=True):
    """A stored template."""

    shop_id: UUID


def normal_pattern(pattern: str) -> str:
    """``cn/ 新疆 `` → ``CN/新疆``. Raises Invalid for what is neither ``*``, a country nor a country's region."""
    country, slash, region = pattern.strip().partition("/")
    country, region = country.strip().upper(), region.strip().casefold()
    if country == "*" and not slash:
        return "*"
    if len(country) != 2 or not country.isascii() or not country.isalpha() or (slash and not region):
        raise Invalid(
            "delivery.region",
            zh=f"地区“{pattern}”看不懂：请写 *、国家代码（CN），或国家/省份（CN/新疆）。",
            en=f"The region {pattern!r} is not understood: write *, a country (CN) or a country's region (CN/Xinjiang).",
        )
    return f"{country}/{region}" if slash else country


def specificity(pattern: str, country: str, region: str) -> int:
    """How closely *pattern* (normal) fits a place; 0 for not at all."""
    if pattern == "*":
        return 1
    of_country, _, of_region = pattern.partition("/")
    if of_country != country.strip().upper():
        return 0
    if not of_region:
        return 2
    return 2 + len(of_region) if region.strip().casefold().startswith(of_region) else 0


def check(draft: FreightDraft) -> None:
    """Raises Invalid for a template that cannot price anything."""
    amounts = [draft.first, draft.extra, *([draft.free_over] if draft.free_over is not None else [])]
    if not draft.name.strip() or not draft.regions:
        raise Invalid(
            "delivery.freight_blank",
            zh="运费模板要有名称和至少一个地区。",
            en="A freight template needs a name and at least one region.",
        )
    if draft.first_g <= 0 or draft.extra_g <= 0 or any(a.minor < 0 for a in amounts):
        raise Invalid(
            "delivery.freight_negative",
            zh="首重、续重须大于零，价格不能为负。",
            en="Weight steps must be above zero, and prices not below.",
        )
    if len({a.currency for a in amounts}) != 1:
        raise Invalid(
            "delivery.currency", zh="一个模板只能用一种货币。", en="A template speaks one currency only."
        )


def choose(templates: Sequence[FreightCard], country: str, region: str) -> FreightCard | None:
    """The template whose region fits the place most closely."""
    fits = [
        (specificity(pattern, country, region), template)
        for template in templates
        for pattern in template.regions
    ]
    best = max(fits, key=lambda fit: fit[0], default=(0, None))
    return best[1] if best[0] else None


def price(template: FreightCard, weight_g: int, goods: Money) -> Money:
    """What *weight_g* grams cost under *template*. Raises Invalid for weights below zero or another currency."""
    if weight_g < 0:
        raise Invalid("delivery.weight", zh="重量不能为负。", en="A weight cannot be below zero.")
    if template.first.currency != goods.currency:
        raise Invalid(
            "delivery.currency",
            zh=f"运费模板用 {template.first.currency}，商品用 {goods.currency}。",
            en=f"The freight is priced in {template.first.currency}, the goods in {goods.currency}.",
        )
    if template.free_over is not None and goods >= template.free_over:
        return Money.zero(goods.currency)
    steps = -(-max(weight_g - template.first_g, 0) // template.extra_g)
    return template.first + template.extra * steps


def delivers(templates: Sequence[FreightCard], country: str, region: str) -> bool:
    """Whether a shop with these *templates* sends to a place; one without any sends everywhere."""
    template = choose(templates, country, region)
    return not templates or (template is not None and template.deliverable)


def freight(templates: Sequence[FreightCard], parcel: Parcel) -> Money:
    """What *parcel* costs to send; a shop without templates sends for free.

    Raises Refusal ``delivery.undeliverable`` where the shop does not send to the place.
    """
    if not templates:
        return Money.zero(parcel.goods.currency)
    template = choose(templates, parcel.country, parcel.region)
    if template is None or not template.deliverable:
        place = parcel.region or parcel.country
        raise Refusal(
            "delivery.undeliverable",
            zh=f"这家店铺暂不发往{place}。",
            en=f"This shop does not deliver to {place}.",
        )
    return price(template, parcel.weight_g, parcel.goods)
