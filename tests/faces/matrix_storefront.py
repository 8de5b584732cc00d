"""Who gets what from every address of the buyer's face: name of the URL -> method, path, expected status by role.

``buyer`` owns what the path names, ``other`` is another buyer, ``member`` works in the shop concerned, ``staff`` works
for the platform. 404 for what belongs to somebody else: it cannot be told from what does not exist.
302 to a guest leads to the sign-in page. In braces: what the stage of the test fills in.
"""

from __future__ import annotations

ROLES = ("guest", "buyer", "other", "member", "staff")

Statuses = tuple[int, int, int, int, int]
Row = tuple[str, str, Statuses]


def _all(status: int) -> Statuses:
    return (status, status, status, status, status)


_PERSONAL: Statuses = (302, 200, 200, 200, 200)
_OWNERS: Statuses = (302, 200, 404, 404, 404)
_OWNERS_POST: Statuses = (302, 302, 404, 404, 404)

MATRIX: dict[str, Row] = {
    "home": ("GET", "/", _all(200)),
    "category": ("GET", "/category/knitwear/", _all(200)),
    "search": ("GET", "/search/?q=sweater", _all(200)),
    "suggest": ("GET", "/search/suggest/?q=sweater", _all(200)),
    "listing": ("GET", "/goods/{listing}/", _all(200)),
    "save": ("POST", "/goods/{listing}/save/", _all(302)),
    "shop": ("GET", "/shop/qingcao/", _all(200)),
    "saved": ("GET", "/saved/", _PERSONAL),
    "cart": ("GET", "/cart/", _all(200)),
    "add": ("POST", "/cart/add/", _all(422)),
    "change": ("POST", "/cart/{offer}/", _all(422)),
    "claim": ("POST", "/coupons/{issue}/claim/", _all(302)),
    "checkout": ("GET", "/checkout/", _all(302)),
    "checkout_guest": ("GET", "/checkout/guest/", _all(302)),
    "pay": ("GET", "/pay/{unpaid}/", _OWNERS),
    "paid": ("GET", "/paid/{checkout}/", _OWNERS),
    "orders": ("GET", "/orders/", _PERSONAL),
    "claim_orders": (
        "POST",
        "/orders/claim/",
        (302, 409, 302, 302, 302),
    ),  # the buyer of the stage never confirmed
    "find": ("GET", "/orders/find/", _all(200)),
    "find_sent": ("GET", "/orders/find/sent/", _all(200)),
    "put_away": ("POST", "/orders/put-away/", _all(302)),
    "withdraw": ("GET", "/withdraw/", _all(200)),
    "withdraw_sent": ("GET", "/withdraw/sent/", _all(200)),
    "withdraw_order": ("GET", "/orders/{order}/withdraw/", _OWNERS),
    "opened": ("GET", "/o/token/", _all(410)),
    "order": ("GET", "/orders/{order}/", _OWNERS),
    "order_live": ("GET", "/orders/{order}/live/", _OWNERS),
    "ask": ("GET", "/orders/{arrived}/help/", _OWNERS),
    "guaranteed": ("GET", "/orders/{arrived}/guaranteed/{promise}/", _OWNERS),
    "cases": ("GET", "/cases/", _PERSONAL),
    "case": ("GET", "/cases/{case}/", _OWNERS),
    "evidence": ("GET", "/evidence/{evidence}/", (302, 200, 404, 200, 200)),
    "debt": ("GET", "/cases/{owed}/debt/", _OWNERS),
    "case_live": ("GET", "/cases/{case}/live/", _OWNERS),
    "case_label": ("GET", "/cases/{case}/label.pdf", (302, 404, 404, 404, 404)),
    "pickup": ("GET", "/cases/{case}/pickup/", (302, 302, 404, 404, 404)),
    "case_act": ("POST", "/cases/{case}/do/withdraw/", _OWNERS_POST),
    "invoice": ("GET", "/orders/{order}/invoice/", _OWNERS),
    "invoice_withdraw": ("POST", "/orders/{order}/invoice/withdraw/", (302, 404, 404, 404, 404)),
    "invoice_paper": ("GET", "/orders/{order}/invoice/invoice.pdf", (302, 404, 404, 404, 404)),
    "answer": ("POST", "/orders/{order}/delay/{nothing}/", (302, 404, 404, 404, 404)),
    "talks": ("GET", "/talks/", _PERSONAL),
    "talk_about": ("GET", "/talks/about/order/{order}/", _OWNERS),
    "talk": ("GET", "/talks/{talk}/", _OWNERS),
    "talk_live": ("GET", "/talks/{talk}/live/", _OWNERS),
    "talk_photo": ("GET", "/talks/photo/{shot}/", (302, 200, 404, 200, 200)),
    "talk_say": ("POST", "/talks/{talk}/say/", (302, 422, 404, 404, 404)),
    "talk_act": ("POST", "/talks/{quiet}/do/platform/", _OWNERS_POST),
    "decision": ("GET", "/decisions/{decision}/", _OWNERS),
    "wallet": ("GET", "/wallet/", _PERSONAL),
    "notices": ("GET", "/notices/", _PERSONAL),
    "read_notices": ("POST", "/notices/read/", _all(302)),
    "me": ("GET", "/me/", _PERSONAL),
    "rename": ("POST", "/me/name/", (302, 422, 422, 422, 422)),
    "my_language": ("POST", "/me/language/", _all(302)),
    "password": ("GET", "/me/password/", _PERSONAL),
    "new_address": ("GET", "/me/addresses/new/", _PERSONAL),
    "address": ("GET", "/me/addresses/{address}/", _OWNERS),
    "default_address": ("POST", "/me/addresses/{address}/default/", _OWNERS_POST),
    "remove_address": ("POST", "/me/addresses/{address}/remove/", _OWNERS_POST),
    "stop": ("POST", "/orders/{order}/stop/{nothing}/", (302, 404, 404, 404, 404)),
    "cancel": ("POST", "/orders/{order}/cancel/", _OWNERS_POST),
    "contest": ("POST", "/orders/{order}/contest/", (302, 404, 404, 404, 404)),
    "sign_in": ("GET", "/sign-in/", (200, 302, 302, 302, 302)),
    "sign_up": ("GET", "/sign-up/", _all(200)),
    "sign_up_sent": ("GET", "/sign-up/sent/", _all(200)),
    "confirm": ("GET", "/confirm/token/", _all(200)),
    "reset": ("GET", "/reset/", _all(200)),
    "reset_sent": ("GET", "/reset/sent/", _all(200)),
    "reset_with": ("GET", "/reset/token/", _all(200)),
    "first_admin": ("GET", "/first-admin/token/", _all(404)),
    "persons": ("GET", "/demo/persons/", _all(404)),
    "become": ("POST", "/demo/persons/{buyer}/", _all(404)),
    "sign_out": ("POST", "/sign-out/", _all(302)),
}
"""In the order in which they are asked: what ends something comes last."""
