"""An order as its buyer sees it: the promise that runs, is kept or pays; what follows; and what one may do."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest

from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.notices import api as notices
from sanhao.kit import push
from sanhao.kit import time as kit_time
from sanhao.kit.ids import new_id
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises
from tests.faces.storefront.stage import EN, ZH, client_of, words
from tests.service import stage as service

pytestmark = pytest.mark.usefixtures("demo")


@pytest.fixture
def at(demo: None) -> service.Stage:
    service.rules()
    return service.stage(balance=100_000)


@pytest.fixture
def order(at: service.Stage) -> UUID:
    return service.paid(at, now=kit_time.now())


def later(**by: float) -> None:
    """The clock moves, and keepers come to rest."""
    kit_time.move_forward(timedelta(**by))
    service.drain(kit_time.now())


def decision_of(order: UUID) -> UUID:
    found: UUID = service.promise(order)["decision_id"]
    return found


@pytest.mark.parametrize(
    ("language", "said"),
    [(ZH, ("店家正在打包", "晚发即赔", "¥3券自己到账，不用开口")), (EN, ("The shop is packing", "Late shipment pays", "a ¥3 coupon comes to you by itself"))],
)  # fmt: skip
def test_a_paid_order_shows_its_promise(
    at: service.Stage, order: UUID, language: str, said: tuple[str, ...]
) -> None:
    page = words(client_of(at.buyer_id, language).get(f"/orders/{order}/"))
    for part in (*said, "¥206"):
        assert part in page


def test_the_live_part_watches_its_order_and_fetches_itself(at: service.Stage, order: UUID) -> None:
    html = client_of(at.buyer_id).get(f"/orders/{order}/").content.decode()
    ticket, path = re.findall(r'id="order-live" data-live="([^"]+)"[^>]*hx-get="([^"]+)"', html)[0]
    assert push.topic_of(ticket) == f"order:{order}"
    part = client_of(at.buyer_id).get(path)
    assert (part.status_code, b"<html" in part.content) == (200, False)
    assert 'id="order-live"' in part.content.decode()


def test_a_broken_promise_lies_on_the_card_with_sum_reason_and_decision(
    at: service.Stage, order: UUID
) -> None:
    later(hours=51)
    client = client_of(at.buyer_id)
    html = client.get(f"/orders/{order}/").content.decode()
    assert "Your ¥3 coupon is here, because the parcel was not collected by" in html
    assert f'href="/decisions/{decision_of(order)}/"' in html
    assert "coupon, yours" in html
    assert "broken" in words(client.get("/orders/"))
    wallet = words(client.get("/wallet/"))
    assert "Ready to use" in wallet
    assert "¥3" in wallet
    assert "Your ¥3 coupon is here" in words(client.get("/notices/"))


def test_a_parcel_in_time_gets_its_seal_and_its_way_is_told(at: service.Stage, order: UUID) -> None:
    consignment = service.ship(at, order, "SF100001", now=kit_time.now())
    client = client_of(at.buyer_id)
    assert "Packed, waiting for the courier" in words(client.get(f"/orders/{order}/"))
    service.scan(consignment, "picked_up", at=kit_time.now())
    page = client.get(f"/orders/{order}/")
    assert "On its way to you" in words(page)
    assert "SF100001" in words(page)
    assert "Collected" in words(page)
    service.scan(consignment, "delivered", at=kit_time.now())
    page = words(client.get(f"/orders/{order}/"))
    assert "It is with you" in page
    assert "Your parcel was collected" in page or "kept" in page
    assert "kept" in words(client.get("/orders/?state=delivered"))


# ---- cancelling ---------------------------------------------------------------------------------------------------


def test_one_click_cancels_and_gives_everything_back(at: service.Stage, order: UUID) -> None:
    client = client_of(at.buyer_id)
    assert "Cancel this order?" in words(client.get(f"/orders/{order}/"))
    assert client.post(f"/orders/{order}/cancel/").headers["Location"] == f"/orders/{order}/"
    service.drain(kit_time.now())
    page = words(client.get(f"/orders/{order}/"))
    assert "by you; everything went back the way it came" in page
    assert "Given back ¥206" in page
    again = client.post(f"/orders/{order}/cancel/")
    assert (again.status_code, "cannot be cancelled any more" in words(again)) == (409, True)


def test_a_packed_parcel_holds_until_its_promise_has_passed(at: service.Stage, order: UUID) -> None:
    service.ship(at, order, "SF100001", now=kit_time.now())
    client = client_of(at.buyer_id)
    assert "From the promised time on you may cancel freely" in words(client.get(f"/orders/{order}/"))
    refused = client.post(f"/orders/{order}/cancel/")
    assert (refused.status_code, 'role="alert"' in refused.content.decode()) == (409, True)
    assert orders.order(order).state == "shipped"
    later(hours=49)
    assert "so the packed parcel holds nobody back" in words(client.get(f"/orders/{order}/"))
    assert client.post(f"/orders/{order}/cancel/").status_code == 302
    assert orders.order(order).state == "cancelled"


@pytest.mark.parametrize("path", ["/orders/{}/", "/orders/{}/live/", "/orders/{}/cancel/"])
def test_another_buyers_order_is_nobodys(at: service.Stage, order: UUID, path: str) -> None:
    stranger = client_of(service.a_buyer()[0])
    ask = stranger.post if path.endswith("cancel/") else stranger.get
    assert [ask(path.format(id)).status_code for id in (order, new_id(), "x")] == [404, 404, 404]
    assert orders.order(order).state == "paid"


# ---- a shop asks for time -----------------------------------------------------------------------------------------


def ask(at: service.Stage, order: UUID) -> UUID:
    now = kit_time.now()
    return promises.propose_delay(
        order, shop_id=at.shop_id, until=now + timedelta(hours=90), reason="<b>梳绒</b>晚了", by=at.owner_id, now=now
    )  # fmt: skip


@pytest.mark.parametrize(("agree", "hours"), [("yes", 90), ("no", 48), ("", 48)])
def test_a_delay_is_the_buyers_to_grant(at: service.Stage, order: UUID, agree: str, hours: int) -> None:
    start = kit_time.now()
    proposal = ask(at, order)
    client = client_of(at.buyer_id)
    page = client.get(f"/orders/{order}/").content.decode()
    assert "The shop asks for more time" in page
    assert "&lt;b&gt;梳绒&lt;/b&gt;" in page
    path = f"/orders/{order}/delay/{proposal}/"
    assert client_of(service.a_buyer()[0]).post(path, {"agree": "yes"}).status_code == 404
    assert client.post(path, {"agree": agree}).status_code == 302
    due = service.promise(order)["due_at"]
    assert abs(due - start - timedelta(hours=hours)) < timedelta(minutes=1)
    assert "The shop asks for more time" not in words(client.get(f"/orders/{order}/"))


# ---- the decision -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "said"), [(ZH, "依据"), (EN, "What it rests on")])
def test_a_decision_says_what_from_what_and_by_which_rule(
    at: service.Stage, order: UUID, language: str, said: str
) -> None:
    later(hours=51)
    page = words(client_of(at.buyer_id, language).get(f"/decisions/{decision_of(order)}/"))
    assert said in page
    assert "¥200" in page
    assert ("第1版" if language == ZH else "version 1") in page


def test_a_buyer_may_disagree_once_in_words(at: service.Stage, order: UUID) -> None:
    later(hours=51)
    client, path = client_of(at.buyer_id), f"/decisions/{decision_of(order)}/"
    short = client.post(path, {"text": "no"})
    assert (short.status_code, "Please write between 5" in words(short)) == (422, True)
    assert client.post(path, {"text": "<i>三元</i>不够一杯豆浆"}).headers["Location"] == path
    page = client.get(path).content.decode()
    assert "&lt;i&gt;三元&lt;/i&gt;不够一杯豆浆" in page
    assert "A person answers by" in page
    assert client.post(path, {"text": "still not enough"}).status_code == 409
    assert decisions.decision(decision_of(order)).state == "appealed"


def test_nobody_else_may_read_or_appeal_it(at: service.Stage, order: UUID) -> None:
    later(hours=51)
    path = f"/decisions/{decision_of(order)}/"
    stranger = client_of(service.a_buyer()[0])
    assert stranger.get(path).status_code == stranger.post(path, {"text": "give me that"}).status_code == 404
    assert client_of(at.owner_id).get(path).status_code == 404  # the shop reads it on its own side
    assert decisions.decision(decision_of(order)).state == "standing"


# ---- lists --------------------------------------------------------------------------------------------------------


def test_tabs_show_their_orders_and_empty_ones_lead_on(at: service.Stage, order: UUID) -> None:
    number = orders.order(order).number
    client = client_of(at.buyer_id)
    html = client.get("/orders/?state=paid").content.decode()
    assert f"order-{order}" in html
    assert number not in client.get("/orders/?state=delivered").content.decode()
    assert "No orders yet" in words(client_of(service.a_buyer()[0]).get("/orders/"))


def test_a_long_list_goes_on(at: service.Stage) -> None:
    now = kit_time.now()
    made = [service.paid(at, now=now + timedelta(seconds=n)) for n in range(22)]
    client = client_of(at.buyer_id)
    html = client.get("/orders/").content.decode()
    assert [f"order-{id}" in html for id in made] == [False] * 2 + [True] * 20
    [on] = re.findall(r'href="(\?before=[^"]+)"', html)
    html = client.get(f"/orders/{on}").content.decode()
    assert [f"order-{id}" in html for id in made] == [True] * 2 + [False] * 20


@pytest.mark.parametrize("query", ["state=x", "state=%00", "before=x", "before=2026-13-45", "before=2026-01-01", "before=%00"])  # fmt: skip
def test_odd_lists_are_refused(at: service.Stage, query: str) -> None:
    assert client_of(at.buyer_id).get(f"/orders/?{query}").status_code == 422


def test_notices_are_read_when_one_says_so(at: service.Stage, order: UUID) -> None:
    later(hours=51)
    client = client_of(at.buyer_id)
    assert notices.unread_count(at.buyer_id) >= 1
    html = client.get("/notices/").content.decode()
    assert f'href="/decisions/{decision_of(order)}/"' in html
    assert notices.unread_count(at.buyer_id) >= 1
    assert client.post("/notices/read/").headers["Location"] == "/notices/"
    assert notices.unread_count(at.buyer_id) == 0
    assert "All read" not in words(client.get("/notices/"))
