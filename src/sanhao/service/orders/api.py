"""The door of orders."""

from sanhao.service.orders.actions.cancel import cancel, cancel_by_buyer, cancel_by_shop
from sanhao.service.orders.actions.cart import add_to_cart, adopt_cart, open_cart, set_quantity
from sanhao.service.orders.actions.past import PastCheckout, PastLine, PastOrder, take_over
from sanhao.service.orders.actions.place import Placed, place
from sanhao.service.orders.actions.refund import Held, Part, hold, refund
from sanhao.service.orders.actions.ship import Shipment, ship
from sanhao.service.orders.core import ORDER_STATES, Item, OrderTerms, Priced, price
from sanhao.service.orders.queries import (
    CartLineView,
    CartView,
    CheckoutView,
    LineView,
    OrderView,
    by_numbers,
    cart,
    cart_count,
    checkout,
    checkout_ids,
    line_quantities,
    order,
    orders,
    orders_of,
    orders_of_shop,
    to_ship,
)
from sanhao.service.orders.rules import found_rules

__all__ = [
    "ORDER_STATES",
    "CartLineView",
    "CartView",
    "CheckoutView",
    "Held",
    "Item",
    "LineView",
    "OrderTerms",
    "OrderView",
    "Part",
    "PastCheckout",
    "PastLine",
    "PastOrder",
    "Placed",
    "Priced",
    "Shipment",
    "add_to_cart",
    "adopt_cart",
    "by_numbers",
    "cancel",
    "cancel_by_buyer",
    "cancel_by_shop",
    "cart",
    "cart_count",
    "checkout",
    "checkout_ids",
    "found_rules",
    "hold",
    "line_quantities",
    "open_cart",
    "order",
    "orders",
    "orders_of",
    "orders_of_shop",
    "place",
    "price",
    "refund",
    "set_quantity",
    "ship",
    "take_over",
    "to_ship",
]
