"""Who gets what from every address of the workbench: name of the URL -> method, path, expected status by role.

``other`` owns another shop, ``staff`` works for the platform: to both this shop's inside does not exist (404). A guest
is sent to sign in (302). Clerks ship and answer; only owners and managers see money and change goods (403 else); only
owners say who works here. Posts are empty: 422 means "let in, and told what is missing", 302 "done, go on".
"""

from __future__ import annotations

ROLES = ("guest", "buyer", "owner", "manager", "clerk", "other", "staff")

Statuses = tuple[int, int, int, int, int, int, int]
Row = tuple[str, str, Statuses]


def _everybody(status: int) -> Statuses:
    return (302, 404, status, status, status, 404, 404)


def _managing(status: int) -> Statuses:
    return (302, 404, status, status, 403, 404, 404)


def _owners(status: int) -> Statuses:
    return (302, 404, status, 403, 403, 404, 404)


MATRIX: dict[str, Row] = {
    "shops": ("GET", "/workbench/", (302, 200, 302, 302, 302, 302, 200)),
    "home": ("GET", "/workbench/qingcao/", _everybody(200)),
    "shipping": ("GET", "/workbench/qingcao/shipping/", _everybody(200)),
    "packing": ("GET", "/workbench/qingcao/shipping/packing/", _everybody(200)),
    "collect": ("POST", "/workbench/qingcao/shipping/collect/", _everybody(302)),
    "labels": ("GET", "/workbench/qingcao/labels/", _everybody(200)),
    "new_labels": ("GET", "/workbench/qingcao/labels/new/?order={waits}", _everybody(200)),
    "label_papers": ("GET", "/workbench/qingcao/labels/print.pdf?label={label}", _everybody(200)),
    "label_way": ("POST", "/workbench/qingcao/labels/way/", _everybody(404)),
    "label_act": ("POST", "/workbench/qingcao/labels/{label}/again/", _everybody(302)),
    "orders_export": ("GET", "/workbench/qingcao/orders/orders.csv", _everybody(200)),
    "orders": ("GET", "/workbench/qingcao/orders/", _everybody(200)),
    "order": ("GET", "/workbench/qingcao/orders/{order}/", _everybody(200)),
    "delay": ("POST", "/workbench/qingcao/orders/{order}/more-time/", _everybody(422)),
    "cancel": ("POST", "/workbench/qingcao/orders/{order}/cancel/", _everybody(422)),
    "mischief": ("POST", "/workbench/qingcao/orders/{order}/parcels/{parcel}/mischief/", _everybody(404)),
    "scan": ("POST", "/workbench/qingcao/orders/{order}/parcels/{parcel}/scan/", _everybody(302)),
    "case_for": ("GET", "/workbench/case/{case}/", (302, 404, 302, 302, 302, 404, 404)),
    "cases": ("GET", "/workbench/qingcao/after-sales/", _everybody(200)),
    "cases_approve": ("POST", "/workbench/qingcao/after-sales/approve/", _everybody(302)),
    "cases_export": ("GET", "/workbench/qingcao/after-sales/cases.csv", _everybody(200)),
    "case": ("GET", "/workbench/qingcao/after-sales/{case}/", _everybody(200)),
    "case_act": ("POST", "/workbench/qingcao/after-sales/{case}/do/reject/", _everybody(422)),
    "talk_for": ("GET", "/workbench/talk/{talk}/", (302, 404, 302, 302, 302, 404, 404)),
    "talks": ("GET", "/workbench/qingcao/talks/", _everybody(200)),
    "answers": ("POST", "/workbench/qingcao/talks/answers/", _everybody(422)),
    "service_hours": ("GET", "/workbench/qingcao/talks/hours/", _managing(200)),
    "talk_about": ("GET", "/workbench/qingcao/talks/about/order/{order}/", _everybody(200)),
    "talk": ("GET", "/workbench/qingcao/talks/{talk}/", _everybody(200)),
    "talk_say": ("POST", "/workbench/qingcao/talks/{talk}/say/", _everybody(422)),
    "talk_act": ("POST", "/workbench/qingcao/talks/{talk}/do/assign/", _everybody(302)),
    "forget_answer": ("POST", "/workbench/qingcao/talks/answers/{saved}/forget/", _everybody(302)),
    "tickets": ("GET", "/workbench/qingcao/tickets/", _managing(200)),
    "return_addresses": ("POST", "/workbench/qingcao/return-addresses/", _managing(422)),
    "way_back": ("POST", "/workbench/qingcao/return-addresses/way-back/", _managing(302)),
    "return_address": ("POST", "/workbench/qingcao/return-addresses/{house}/remove/", _managing(302)),
    "debits_csv": ("GET", "/workbench/qingcao/debits.csv", _managing(200)),
    "debits": ("GET", "/workbench/qingcao/debits/", _managing(200)),
    "debit": ("GET", "/workbench/qingcao/debits/{decision}/", _managing(200)),
    "appeal": ("POST", "/workbench/qingcao/debits/{decision}/appeal/", _managing(422)),
    "money": ("GET", "/workbench/qingcao/money/", _managing(200)),
    "statement": ("GET", "/workbench/qingcao/money/statement.csv", _managing(200)),
    "paid_in": ("POST", "/workbench/qingcao/money/paid-in/", _managing(422)),
    "by_order": ("GET", "/workbench/qingcao/money/orders/", _managing(200)),
    "by_order_file": ("GET", "/workbench/qingcao/money/orders/orders.csv", _managing(200)),
    "refunds_file": ("GET", "/workbench/qingcao/money/orders/refunds.csv", _managing(200)),
    "month": ("GET", "/workbench/qingcao/money/months/", _managing(200)),
    "month_file": ("GET", "/workbench/qingcao/money/months/statement.csv", _managing(200)),
    "bills": ("GET", "/workbench/qingcao/money/bills/", _managing(200)),
    "payouts": ("GET", "/workbench/qingcao/money/payouts/", _managing(200)),
    "bank": ("POST", "/workbench/qingcao/money/bank/", _owners(422)),
    "deposit": ("POST", "/workbench/qingcao/money/deposit/", _owners(422)),
    "invoices": ("GET", "/workbench/qingcao/invoices/", _managing(200)),
    "invoice": ("GET", "/workbench/qingcao/invoices/{invoice}/", _managing(200)),
    "invoice_paper": ("GET", "/workbench/qingcao/invoices/{invoice}/invoice.pdf", _managing(404)),
    "invoice_decline": ("POST", "/workbench/qingcao/invoices/{invoice}/decline/", _managing(422)),
    "goods": ("GET", "/workbench/qingcao/goods/", _managing(200)),
    "new_listing": ("POST", "/workbench/qingcao/goods/new/", _managing(422)),
    "listing": ("GET", "/workbench/qingcao/goods/{listing}/", _managing(200)),
    "listing_state": ("POST", "/workbench/qingcao/goods/{listing}/state/", _managing(302)),
    "new_variant": ("POST", "/workbench/qingcao/goods/{listing}/variants/", _managing(422)),
    "offer": ("POST", "/workbench/qingcao/goods/{listing}/offers/{offer}/", _managing(422)),
    "end_offer": ("POST", "/workbench/qingcao/goods/{listing}/offers/{offer}/end/", _managing(302)),
    "parcel": ("POST", "/workbench/qingcao/goods/{listing}/variants/{variant}/parcel/", _managing(422)),
    "presale": ("POST", "/workbench/qingcao/goods/{listing}/variants/{variant}/presale/", _managing(422)),
    "coupons": ("GET", "/workbench/qingcao/coupons/", _managing(200)),
    "new_coupon": ("POST", "/workbench/qingcao/coupons/new/", _managing(422)),
    "coupon": ("GET", "/workbench/qingcao/coupons/{issue}/", _managing(200)),
    "start_coupon": ("POST", "/workbench/qingcao/coupons/{issue}/start/", _managing(302)),
    "end_coupon": ("POST", "/workbench/qingcao/coupons/{issue}/end/", _managing(302)),
    "remote": ("GET", "/workbench/qingcao/remote/", _everybody(200)),
    "remote_join": ("POST", "/workbench/qingcao/remote/join/", _managing(302)),
    "guarantees": ("GET", "/workbench/qingcao/guarantees/", _everybody(200)),
    "take_on": ("POST", "/workbench/qingcao/guarantees/take-on/", _managing(404)),
    "give_up": ("POST", "/workbench/qingcao/guarantees/give-up/", _managing(404)),
    "settings": ("GET", "/workbench/qingcao/settings/", _everybody(200)),
    "hours": ("POST", "/workbench/qingcao/settings/hours/", _managing(302)),
    "shop_state": ("POST", "/workbench/qingcao/settings/state/", _managing(422)),
    "add_member": ("POST", "/workbench/qingcao/settings/members/", _owners(422)),
    "remove_member": ("POST", "/workbench/qingcao/settings/members/{clerk}/remove/", _owners(302)),
    "freight": ("GET", "/workbench/qingcao/freight/", _managing(200)),
    "remove_freight": ("POST", "/workbench/qingcao/freight/{freight}/remove/", _managing(302)),
    "service": ("POST", "/workbench/qingcao/couriers/", _managing(422)),
    "remove_service": ("POST", "/workbench/qingcao/couriers/{service}/remove/", _managing(302)),
    "rules": ("GET", "/workbench/qingcao/rules/", _everybody(200)),
    "rule": ("GET", "/workbench/qingcao/rules/promise.late_shipment/", _everybody(200)),
    "notices": ("GET", "/workbench/qingcao/notices/", _everybody(200)),
}
