"""Who gets what from every address of control: name of the URL -> method, path, expected status by role.

``buyer`` and ``owner`` (of a shop) stand for everybody outside the platform: to them, as to a guest, nothing is here.
In braces: what the stage of the test fills in. A post of what is not complete is 422 or a redirect, never a 404, so
that the row tells who may post.
"""

from __future__ import annotations

ROLES = ("guest", "buyer", "owner", "admin", "arbiter", "finance", "support")

Statuses = tuple[int, int, int, int, int, int, int]
Row = tuple[str, str, Statuses]


def _staff(admin: int, arbiter: int, finance: int, support: int) -> Statuses:
    return (404, 404, 404, admin, arbiter, finance, support)


_ALL = _staff(200, 200, 200, 200)
_JUDGES = _staff(200, 200, 404, 404)
_ADMIN = _staff(200, 404, 404, 404)
_BOOKS = _staff(200, 404, 200, 404)
_PEOPLE = _staff(200, 404, 404, 200)

MATRIX: dict[str, Row] = {
    "today": ("GET", "/control/", _ALL),
    "rings": ("GET", "/control/rings/", _ALL),
    "find": ("GET", "/control/find/", _ALL),
    "order": ("GET", "/control/orders/{order}/", _ALL),
    "refund_again": ("POST", "/control/refunds/{order}/again/", _staff(302, 404, 302, 404)),
    "extension": ("GET", "/control/extensions/", _ADMIN),
    "excuse": ("GET", "/control/excuses/", _JUDGES),
    "decisions": ("GET", "/control/decisions/", _ALL),
    "decisions_export": ("GET", "/control/decisions/export.csv", _staff(200, 200, 200, 404)),
    "decision": ("GET", "/control/decisions/{decision}/", _ALL),
    "again": ("GET", "/control/decisions/{decision}/again/", _JUDGES),
    "disputes": ("GET", "/control/disputes/", _JUDGES),
    "dispute": ("GET", "/control/disputes/{dispute}/", _JUDGES),
    "dispute_decide": ("POST", "/control/disputes/{dispute}/decide/", _staff(422, 422, 404, 404)),
    "dispute_claim": ("POST", "/control/disputes/{dispute}/claim/", _staff(302, 302, 404, 404)),
    "dispute_stop": ("POST", "/control/disputes/{dispute}/stop/", _staff(409, 409, 404, 404)),
    "dispute_release": ("POST", "/control/disputes/{dispute}/release/", _staff(302, 302, 404, 404)),
    "talks": ("GET", "/control/talks/", _staff(200, 200, 404, 200)),
    "talk": ("GET", "/control/talks/{ticket}/", _staff(200, 200, 404, 200)),
    "talk_say": ("POST", "/control/talks/{ticket}/say/", _staff(422, 422, 404, 422)),
    "talk_act": ("POST", "/control/talks/{ticket}/do/join/", _staff(302, 302, 404, 302)),
    "appeals": ("GET", "/control/appeals/", _JUDGES),
    "appeal": ("GET", "/control/appeals/{appeal}/", _JUDGES),
    "appeal_claim": ("POST", "/control/appeals/{appeal}/claim/", _staff(302, 302, 404, 404)),
    "appeal_release": ("POST", "/control/appeals/{claimed}/release/", _staff(302, 302, 404, 404)),
    "appeal_answer": ("POST", "/control/appeals/{appeal}/answer/", _staff(422, 422, 404, 404)),
    "withdrawals": ("GET", "/control/withdrawals/", _JUDGES),
    "withdrawal_match": ("POST", "/control/withdrawals/{withdrawal}/match/", _staff(422, 422, 404, 404)),
    "withdrawal_answer": ("POST", "/control/withdrawals/{withdrawal}/answer/", _staff(422, 422, 404, 404)),
    "remote": ("GET", "/control/remote/", _BOOKS),
    "remote_export": ("GET", "/control/remote/orders.csv", _BOOKS),
    "coverage": ("GET", "/control/remote/coverage/?place=xinjiang", _BOOKS),
    "coverage_export": ("GET", "/control/remote/coverage.csv", _BOOKS),
    "hubs": ("GET", "/control/remote/hubs/", _BOOKS),
    "new_hub": ("POST", "/control/remote/hubs/new/", _staff(422, 404, 404, 404)),
    "hub": ("GET", "/control/remote/hubs/{hub}/", _ADMIN),
    "sweeps": ("GET", "/control/sweeps/", _JUDGES),
    "new_sweep": ("GET", "/control/sweeps/new/?shop=qingcao", _JUDGES),
    "sweep": ("GET", "/control/sweeps/{sweep}/", _JUDGES),
    "sweep_export": ("GET", "/control/sweeps/{sweep}/orders.csv", _JUDGES),
    "sweep_preview": ("POST", "/control/sweeps/{sweep}/preview/", _staff(302, 302, 404, 404)),
    "sweep_confirm": ("POST", "/control/sweeps/{sweep}/confirm/", _staff(403, 409, 404, 404)),
    "sweep_withdraw": ("POST", "/control/sweeps/{sweep}/withdraw/", _staff(302, 302, 404, 404)),
    "sweep_stop": ("POST", "/control/sweeps/{sweep}/stop/", _staff(409, 409, 404, 404)),
    "rules": ("GET", "/control/rules/", _ALL),
    "rule": ("GET", "/control/rules/promise.late_shipment/", _ALL),
    "rule_draft": ("GET", "/control/rules/promise.late_shipment/draft/", _ADMIN),
    "rule_version": ("GET", "/control/rules/version/{draft}/", _ALL),
    "rule_edit": ("GET", "/control/rules/version/{draft}/edit/", _ADMIN),
    "rule_announce": ("POST", "/control/rules/version/{draft}/announce/", _staff(422, 404, 404, 404)),
    "rule_withdraw": ("POST", "/control/rules/version/{draft}/withdraw/", _staff(302, 404, 404, 404)),
    "coupons": ("GET", "/control/coupons/", _BOOKS),
    "new_coupon": ("GET", "/control/coupons/new/", _BOOKS),
    "coupon": ("GET", "/control/coupons/{issue}/", _BOOKS),
    "coupon_start": ("POST", "/control/coupons/{issue}/start/", _staff(302, 404, 302, 404)),
    "coupon_end": ("POST", "/control/coupons/{issue}/end/", _staff(302, 404, 302, 404)),
    "hosts": ("GET", "/control/hosts/", _BOOKS),
    "shops": ("GET", "/control/shops/", _ALL),
    "shop": ("GET", "/control/shops/qingcao/", _ALL),
    "persons": ("GET", "/control/people/", _PEOPLE),
    "person": ("GET", "/control/people/{buyer}/", _PEOPLE),
    "person_roles": ("POST", "/control/people/{buyer}/roles/", _staff(422, 404, 404, 404)),
    "pickups": ("GET", "/control/pickups/", _JUDGES),
    "pickup_habit": ("POST", "/control/pickups/habit/", _staff(302, 404, 404, 404)),
    "messages": ("GET", "/control/messages/", _staff(200, 200, 404, 200)),
    "message": ("GET", "/control/messages/{message}/", _staff(200, 200, 404, 200)),
    "aside": ("GET", "/control/aside/", _PEOPLE),
    "money": ("GET", "/control/money/", _BOOKS),
    "money_approve": ("POST", "/control/money/{order}/approve/", _staff(302, 404, 302, 404)),
    "money_decline": ("POST", "/control/money/{order}/decline/", _staff(302, 404, 302, 404)),
    "claims": ("GET", "/control/claims/", _BOOKS),
    "claims_export": ("GET", "/control/claims/claims.csv", _BOOKS),
    "claims_propose": ("POST", "/control/claims/{order}/forgive/", _staff(302, 404, 302, 404)),
    "claims_approve": ("POST", "/control/claims/{order}/approve/", _staff(302, 404, 302, 404)),
    "claims_decline": ("POST", "/control/claims/{order}/decline/", _staff(302, 404, 302, 404)),
    "payouts": ("GET", "/control/payouts/", _BOOKS),
    "payouts_pause": ("POST", "/control/payouts/qingcao/pause/", _staff(302, 404, 302, 404)),
    "holds": ("GET", "/control/holds/", _staff(200, 200, 200, 404)),
    "hold_lift": ("POST", "/control/holds/{order}/lift/", _staff(302, 302, 302, 404)),
    "books": ("GET", "/control/books/", _BOOKS),
    "audit": ("GET", "/control/books/audit/", _BOOKS),
    "entries": ("GET", "/control/books/entries/", _BOOKS),
    "books_export": ("GET", "/control/books/sanhao.beancount", _BOOKS),
}
