"""Coupons of the platform and of hosts: who pays, what they cost, and money put in with a reason."""

from __future__ import annotations

from typing import Any

import pytest

from sanhao.books.ledger import api as ledger
from sanhao.books.wallet import api as wallet
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.people import api as people
from tests.faces.control.conftest import NOW, Desk, Enter, an_issue
from tests.faces.storefront.stage import words
from tests.faces.workbench.stage import issue

FILLED = {
    "funder": "platform", "host": "", "amount": "8", "threshold": "88", "budget": "800", "per_person": "1",
    "valid_days": "30", "stacking": "with_others", "claims_until": "2026-03-20T10:00", "title_zh": "见面礼", "title_en": "Hello",
}  # fmt: skip


def a_host(desk: Desk) -> str:
    people.rename(desk.people["buyer"], "Lin")
    return people.card(desk.people["buyer"]).email


def prepay(client: Any, mail: str, **other: str) -> Any:
    form = {
        "host": mail,
        "amount": "800",
        "source": "bank",
        "reason": "Transfer of 5 March",
        "key": str(new_id()),
    }
    return client.post("/control/hosts/", form | other, follow=True)


def test_the_platforms_coupon_is_drafted_priced_and_started(desk: Desk, enter: Enter) -> None:
    client = enter("finance")
    page = client.post("/control/coupons/new/", FILLED, follow=True)
    said = words(page)
    assert "Hello not started the platform pays" in said and "At most ¥800" in said
    assert f"of {len(desk.orders)} orders reached the threshold" in said
    [view] = wallet.issues_of(["platform"])
    client.post(f"/control/coupons/{view.id}/start/")
    assert wallet.issue(view.id).state == "running"
    wallet.claim(view.id, person_id=desk.people["buyer"], now=view.claims_from)
    assert "Hello the platform pays running 1 / 100 0 ¥0 ¥0" in words(client.get("/control/coupons/"))
    client.post(f"/control/coupons/{view.id}/end/")
    assert wallet.issue(view.id).state == "ended"


def test_a_hosts_coupon_waits_for_prepaid_money_recorded_with_a_reason(desk: Desk, enter: Enter) -> None:
    client, mail = enter("admin"), a_host(desk)
    drafted = client.post("/control/coupons/new/", FILLED | {"funder": "host", "host": mail}, follow=True)
    assert "Lin pays" in words(drafted) and "Nothing has been prepaid yet." in words(drafted)
    [view] = wallet.issues_of(["host"])
    refused = client.post(f"/control/coupons/{view.id}/start/")
    assert (
        refused.status_code,
        "The host's prepaid money has ¥0 left" in words(refused).replace("&#x27;", "'"),
    ) == (409, True)
    said = words(prepay(client, mail)).replace("&#x27;", "'")
    assert "Recorded. Lin can pay for coupons with it." in said
    assert "Transfer of 5 March · recorded by" in said and "The host sent it to our bank" in said
    assert ledger.balance(ledger.Ref("host", view.funder_id, "CNY")) == Money(-80_000, "CNY")
    assert client.post(f"/control/coupons/{view.id}/start/").status_code == 302
    assert "Lin ¥800 ¥800 ¥0" in words(client.get("/control/hosts/"))
    assert ledger.audit().sound


def test_one_form_sent_twice_is_one_prepayment(desk: Desk, enter: Enter) -> None:
    client, mail, key = enter("finance"), a_host(desk), str(new_id())
    for _ in range(2):
        prepay(client, mail, key=key, source="promotions")
    assert ledger.balance(ledger.Ref("promotions", "platform", "CNY")) == Money(80_000, "CNY")
    assert len(wallet.prepayments()) == 1


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"host": "nobody@example.org"}, "Nobody has signed up with this address."),
        ({"amount": "0"}, "An amount is more than zero."),
        ({"amount": "-5"}, "An amount is more than zero."),
        ({"reason": "no"}, "at least 5 characters"),
        ({"source": "pocket"}, "Select a valid choice."),
    ],
)
def test_money_that_cannot_be_recorded_is_said_and_moves_nothing(
    desk: Desk, enter: Enter, other: dict[str, str], said: str
) -> None:
    answer = prepay(enter("finance"), a_host(desk), **other)
    assert (answer.status_code, said in words(answer)) == (422, True)
    assert (wallet.prepayments(), wallet.hosts("CNY", now=NOW)) == ([], [])


def test_a_host_nobody_knows_is_refused(desk: Desk, enter: Enter) -> None:
    for mail in ("", "nobody@example.org"):
        answer = enter("admin").post("/control/coupons/new/", FILLED | {"funder": "host", "host": mail})
        assert (answer.status_code, "Nobody has signed up" in words(answer)) == (422, True)
    assert wallet.issues_of(["host", "platform"]) == []


def test_a_shops_own_coupons_are_not_controls_to_end(desk: Desk, enter: Enter) -> None:
    theirs = issue(desk.at.shop_id, desk.at.owner_id)
    client = enter("admin")
    assert client.get(f"/control/coupons/{theirs}/").status_code == 404
    assert client.post(f"/control/coupons/{theirs}/end/").status_code == 404
    assert wallet.issue(theirs).state == "draft"


@pytest.mark.parametrize("count", [1, 5])
def test_the_list_asks_as_much_for_many_as_for_one(
    desk: Desk, enter: Enter, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        an_issue(desk.people["admin"])
        an_issue(desk.people["admin"], "host", str(desk.people["buyer"]))
    client = enter("admin")
    client.get("/control/coupons/")
    with django_assert_num_queries(6):  # session, person, roles, issues, figures, hosts
        assert client.get("/control/coupons/").status_code == 200
