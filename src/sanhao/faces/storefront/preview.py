"""A checkout before it is placed: what it would cost, with the doors' own arithmetic. Placing prices everything anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sanhao.books.wallet import api as wallet
from sanhao.kit.money import Money
from sanhao.service.orders import api as orders


class CouponChoice(msgspec.Struct, frozen=True):
    """*fits*: there are goods it is for, worth as much as it asks. *saves* is what it takes off as chosen."""

    coupon: wallet.CouponView
    checked: bool
    fits: bool
    saves: Money | None = None


class Preview(msgspec.Struct, frozen=True):
    """*priced* is None, with a *refusal*, where coupons do not go together, and where the freight is not known. *better* is how much more the best choice of coupons would save than the one made."""

    coupons: tuple[CouponChoice, ...]
    priced: orders.Priced | None
    refusal: str = ""
    saved: Money | None = None
    better: Money | None = None

    def freight_of(self, shop_id: UUID) -> Money | None:
        found = (
            [order.freight for order in self.priced.orders if order.shop_id == shop_id] if self.priced else []
        )
        return found[0] if found else None


def goods_of(cart: orders.CartView) -> dict[UUID, Money]:
    """What the cart's goods are worth, by shop."""
    goods: dict[UUID, Money] = {}
    for line in cart.lines:
        shop = line.offer.shop_id
        goods[shop] = goods[shop] + line.goods if shop in goods else line.goods
    return goods


def preview(
    cart: orders.CartView, freight: Mapping[UUID, Money], usable: Sequence[wallet.CouponView],
    chosen: Collection[UUID] | None,
) -> Preview:  # fmt: skip
    """*freight* is each shop's, empty where it is not known yet. *chosen* None: nobody chose yet, so the coupons are
    chosen that save most and lose nothing."""
    goods = {shop: money.minor for shop, money in goods_of(cart).items()}
    currency = cart.lines[0].offer.price.currency
    tickets = {view.id: wallet.ticket(view) for view in usable}
    best = wallet.best(list(tickets.values()), goods)
    picked = {ticket.id for ticket in best} if chosen is None else set(chosen)
    taken = [ticket for ticket in tickets.values() if ticket.id in picked and wallet.fits(ticket, goods)]
    saves = wallet.savings(taken, goods)
    saved = sum(saves.values())
    better = sum(wallet.savings(best, goods).values()) - saved
    seen = Preview(
        tuple(
            CouponChoice(
                view,
                view.id in saves,
                wallet.fits(tickets[view.id], goods),
                Money(saves[view.id], currency) if view.id in saves else None,
            )
            for view in usable
        ),
        None,
        saved=Money(saved, currency) if saved else None,
        better=Money(better, currency) if better > 0 else None,
    )
    if refusal := _against(taken, saves):
        return msgspec.structs.replace(seen, refusal=refusal, saved=None)
    return _priced(seen, cart, freight) if freight else seen


def _against(taken: Sequence[wallet.Ticket], saves: Mapping[UUID, int]) -> str:
    """Why these coupons would be refused together; empty where they would not."""
    if wallet.first_clash(taken):
        return _("These coupons cannot be used together. Leave one of them out.")
    if not all(saves.values()):
        return _("The other coupons pay for everything already. Leave one out, and keep it for next time.")
    return ""


def _priced(seen: Preview, cart: orders.CartView, freight: Mapping[UUID, Money]) -> Preview:
    items = [
        orders.Item(line.offer.id, line.offer.shop_id, line.quantity, line.offer.price, line.offer.weight_g)
        for line in cart.lines
    ]
    used = [
        orders.Used(view.id, view.amount, view.funder_kind, view.funder_id, view.scope)
        for view in (choice.coupon for choice in seen.coupons if choice.checked)
    ]
    return msgspec.structs.replace(seen, priced=orders.price(items, freight, used))
