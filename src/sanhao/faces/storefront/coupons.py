"""Coupons as buyers meet them: to be claimed beside the goods, from whom, and what is nearly reached."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from sanhao.books.wallet import api as wallet
from sanhao.faces.storefront.cards import language, said
from sanhao.goods.shops import api as shops
from sanhao.kit.money import Money
from sanhao.people import api as people


class ClaimCard(msgspec.Struct, frozen=True):
    """Coupons one may claim. *giver* says from whom, where the page does not say so already."""

    id: UUID
    title: str
    amount: Money
    threshold: Money
    giver: str
    shop_id: UUID | None
    until: datetime
    valid_days: int
    alone: bool
    mine: int
    ready: int
    claimable: bool
    left: int
    """How many are left, where that is worth knowing."""

    @property
    def spoken(self) -> str:
        """The sum without markup, for a label."""
        return self.amount.format(language())


class Hint(msgspec.Struct, frozen=True):
    """*missing* more in goods (of *shop*, or of any) and *gain* more is saved."""

    missing: Money
    gain: Money
    shop: shops.ShopCard | None


_FEW = 20


def offered(
    shop_ids: Collection[UUID], person_id: UUID | None, now: datetime, *, currency: str = settings.CURRENCY
) -> list[wallet.IssueOffer]:
    """What may be claimed for goods of these shops. One query."""
    return wallet.issues_for(shop_ids, person_id=person_id, now=now, currency=currency)


def claim_cards(
    offers: Sequence[wallet.IssueOffer], known: Mapping[UUID, shops.ShopCard], *, with_giver: bool = True
) -> list[ClaimCard]:
    """Those that may be claimed or wait in the wallet; what is claimed and used up is no news."""
    shown = [offer for offer in offers if offer.claimable or offer.ready]
    givers = names([offer.issue for offer in shown], known)
    return [
        ClaimCard(
            id=issue.id, title=said(issue.title), amount=issue.amount, threshold=issue.threshold,
            giver=givers[issue.id] if with_giver or issue.funder_kind != "shop" else "", shop_id=issue.shop_id,
            until=issue.claims_until, valid_days=issue.valid_days, alone=issue.stacking == "alone", mine=offer.mine,
            ready=offer.ready, claimable=offer.claimable, left=issue.left if issue.left <= _FEW else 0,
        )
        for offer in shown
        for issue in [offer.issue]
    ]  # fmt: skip


def names(
    given: Iterable[wallet.IssueView | wallet.CouponView], known: Mapping[UUID, shops.ShopCard]
) -> dict[UUID, str]:
    """From whom each of these issues or coupons is. A query for hosts, where there are any."""
    given = list(given)
    hosts = {UUID(one.funder_id) for one in given if one.funder_kind == "host"}
    people_of = people.cards(list(hosts)) if hosts else {}
    return {one.id: _name(one, known, people_of) for one in given}


def _name(
    one: wallet.IssueView | wallet.CouponView, known: Mapping[UUID, shops.ShopCard], hosts: Mapping[UUID, people.PersonCard]
) -> str:  # fmt: skip
    if one.funder_kind == "host":
        host = hosts.get(UUID(one.funder_id))
        return host.name if host else _("a host")
    if one.funder_kind == "platform":
        return _("Sanhao")
    shop = known.get(one.shop_id) if one.shop_id else None
    return said(shop.name) if shop else ""


def tickets(
    held: Iterable[wallet.CouponView], offers: Iterable[wallet.IssueOffer], now: datetime
) -> list[wallet.Ticket]:
    """What one holds and what one might claim, as stacking sees it."""
    return [wallet.ticket(view) for view in held] + [
        wallet.ticket_of(offer.issue, now) for offer in offers if offer.claimable and not offer.ready
    ]


def hints(
    able: Sequence[wallet.Ticket], goods: Mapping[UUID, Money], known: Mapping[UUID, shops.ShopCard]
) -> list[Hint]:
    """What could still be reached, the nearest two."""
    currency = next(iter(goods.values())).currency
    near = wallet.nearly(able, {shop: money.minor for shop, money in goods.items()})
    return [
        Hint(
            Money(one.missing, currency),
            Money(one.gain, currency),
            known.get(one.ticket.shop_id) if one.ticket.shop_id else None,
        )
        for one in near[:2]
    ]
