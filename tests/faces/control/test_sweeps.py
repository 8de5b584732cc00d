"""Refunds without a request in control: raised by one, looked at, confirmed by another, followed, stopped, exported."""

from __future__ import annotations

from uuid import UUID

from sanhao.service.aftersales import api as aftersales
from sanhao.service.orders import api as orders
from tests.faces.control.conftest import NOW, Desk, Enter, a_finding
from tests.faces.storefront.stage import words
from tests.service import stage as service

FOUND = {
    "trigger": "recall", "reason_zh": "电池会起火", "reason_en": "The battery may catch fire",
    "evidence": "SAMR notice 2026-118", "numbers": "",
}  # fmt: skip
PAGE = "/control/sweeps/new/?shop=qingcao"


def only() -> UUID:
    [view] = aftersales.sweeps(over=False)
    return view.id


def test_from_a_finding_to_the_last_refund(desk: Desk, enter: Enter) -> None:
    one, two = enter("admin"), enter("arbiter")
    assert "Nothing was found" in words(one.get("/control/sweeps/"))
    assert "Qingcao" in words(one.get("/control/sweeps/new/")) or "qingcao" in words(
        one.get("/control/sweeps/new/")
    )
    said = words(one.post(PAGE, FOUND, follow=True))
    assert "The battery may catch fire" in said and "See what it would come to" in said
    sweep_id = only()
    here = f"/control/sweeps/{sweep_id}/"
    said = words(one.post(f"{here}preview/", follow=True))
    assert "Yours: somebody else confirms it." in said
    assert one.post(f"{here}confirm/", {"look": "1"}).status_code == 403
    said = words(two.get(here))
    assert "Confirm and start" in said and "a refund, out of the shop" in said
    assert two.post(f"{here}confirm/", {"look": "0"}).status_code == 409
    assert "You can stop it at any time." in words(two.post(f"{here}confirm/", {"look": "1"}, follow=True))
    service.drain(NOW)
    said = words(two.get(here))
    assert "What came of it" in said and "orders done" in said
    sheet = b"".join(two.get(f"{here}orders.csv").streaming_content).decode()
    assert sheet.startswith("\ufeffOrder,State,Outcome,Reason")
    assert orders.order(desk.orders[3]).number in sheet and "206.00" in sheet
    assert orders.order(desk.orders[3]).refunded.minor == 20_600
    mine = words(enter("buyer").get(f"/orders/{desk.orders[3]}/"))
    assert "The platform refunds ¥206 without being asked. Why: The battery may catch fire" in mine
    shops = words(enter("owner").get(f"/workbench/qingcao/orders/{desk.orders[3]}/"))
    assert "Read why, or appeal" in shops
    decision = next(one.decision_id for one in aftersales.swept(sweep_id) if one.decision_id)
    debit = words(enter("owner").get(f"/workbench/qingcao/debits/{decision}/"))
    assert "The battery may catch fire" in debit and "Appeal" in debit
    assert "Refund without a request" in words(two.get(f"/control/decisions/{decision}/"))


def test_goods_are_picked_by_variant_and_time(desk: Desk, enter: Enter) -> None:
    client = enter("arbiter")
    page = client.get(PAGE).content.decode()
    picked = page.split('value="variant:')[1].split('"')[0]
    form = FOUND | {
        "goods": f"variant:{picked}", "paid_from": "2026-03-01T00:00", "paid_until": "2026-03-05T00:00",
    }  # fmt: skip
    assert client.post(PAGE, form).status_code == 302
    scope = aftersales.sweep(only()).scope
    assert len(scope.offers) == 1 and scope.listings == () and scope.paid_until is not None


def test_what_cannot_be_is_said_beside_its_field(desk: Desk, enter: Enter) -> None:
    client = enter("arbiter")
    for wrong, said in (
        ({"numbers": "NO-SUCH"}, "There is no order NO-SUCH."),
        ({"reason_en": "x"}, "4 to 300 characters"),
        ({"paid_from": "2026-03-05T00:00", "paid_until": "2026-03-01T00:00"}, "later than the start"),
        ({"goods": "listing:00000000-0000-0000-0000-000000000000"}, "Select a valid choice"),
    ):
        page = client.post(PAGE, FOUND | wrong)
        assert page.status_code == 422 and said in words(page)
    assert client.get("/control/sweeps/new/?shop=nowhere").status_code == 404
    assert aftersales.sweeps(over=False) == []


def test_what_has_changed_since_the_look_is_shown(desk: Desk, enter: Enter) -> None:
    sweep_id = a_finding(desk)
    aftersales.preview_sweep(sweep_id, by=desk.people["admin"], now=NOW)
    fresh = service.paid(desk.at, now=NOW)
    said = words(enter("arbiter").get(f"/control/sweeps/{sweep_id}/"))
    assert "Something has changed since this look." in said and orders.order(fresh).number in said


def test_it_can_be_stopped(desk: Desk, enter: Enter) -> None:
    sweep_id = a_finding(desk)
    here = f"/control/sweeps/{sweep_id}/"
    client = enter("arbiter")
    client.post(f"{here}preview/")
    client.post(f"{here}confirm/", {"look": "1"})
    assert "Stopped. What was paid stays paid." in words(client.post(f"{here}stop/", follow=True))
    service.drain(NOW)
    assert orders.order(desk.orders[3]).refunded.minor == 0


def test_a_page_about_a_sweep_asks_a_fixed_number_of_questions(
    desk: Desk, enter: Enter, django_assert_max_num_queries: object
) -> None:
    sweep_id = a_finding(desk)
    aftersales.preview_sweep(sweep_id, by=desk.people["admin"], now=NOW)
    client = enter("arbiter")
    with django_assert_max_num_queries(32):
        client.get(f"/control/sweeps/{sweep_id}/")
