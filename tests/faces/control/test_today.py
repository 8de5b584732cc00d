"""The first screen says what happened, what was paid and by whom, and what waits for a person."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from sanhao.books.ledger import api as ledger
from sanhao.books.payments import api as payments
from sanhao.kit import keeper
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Forbidden
from sanhao.kit.rows import execute
from sanhao.people import api as people
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises
from tests.conftest import T0
from tests.faces.control.conftest import NOW, Desk, Enter, a_finding, a_withdrawal, unreadable
from tests.faces.reading import whole_numbers
from tests.service import stage as service
from tests.service.aftersales.stage import disputed


def html(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.content.decode()


def bare(page: str) -> str:
    """What a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", whole_numbers(page))).split())


def test_figures_and_rings_are_those_of_the_promises(enter: Enter) -> None:
    said = bare(html(enter("admin"), "/control/"))
    assert "2 broken today" in said and "¥6 paid to buyers today" in said
    assert "kept 2" in said and "broken 2" in said, "the key of the chart carries the sums of two weeks"
    assert "from balances ¥2" in said and "from deposits ¥4" in said, (
        "200 fen on the balance, the rest from the deposit"
    )


def test_the_wall_draws_a_ring_for_each_open_promise_that_time_ends(desk: Desk, enter: Enter) -> None:
    page = html(enter("admin"), "/control/rings/")
    assert page.count('<svg class="dot') == 5, "four arrivals promised, and one parcel still to be shipped"
    assert f"/control/orders/{desk.orders[-1]}/" in page
    assert 'data-live="' in page and 'hx-get="/control/rings/"' in page and 'id="rings"' in page


def test_what_waits_stands_there_and_what_is_not_theirs_does_not(desk: Desk, enter: Enter) -> None:
    unreadable()
    keeper_row = "INSERT INTO kit_set_aside (id, keeper, row_id, attempts, retry_at, error) VALUES (%s, 'promises.settle', %s, 3, %s, 'ValueError()')"
    execute(keeper_row, [new_id(), new_id(), NOW])
    page = bare(html(enter("admin"), "/control/"))
    assert "The courier came, the scan did not." in page and "NOWHERE-1" in page
    assert re.search(r"Rows set aside 1", page)
    finance = bare(html(enter("finance"), "/control/"))
    assert "The courier came" not in finance and "NOWHERE-1" not in finance and "Check the books" in finance


def test_a_refund_the_gateway_refused_is_sent_again_by_a_button(desk: Desk, enter: Enter) -> None:
    cancelled = desk.orders[-1]
    payment = payments.payment_of("checkout", orders.order(cancelled).checkout_id)
    assert payment is not None
    promises.cancel_order(cancelled, person_id=desk.at.buyer_id, now=NOW)
    execute(
        "UPDATE payments_refund SET state = 'failed', finished_at = %s, reason = 'card closed' WHERE payment_id = %s",
        [NOW, payment.id],
    )
    [waiting] = payments.failed_refunds()
    assert "Send again" not in bare(html(enter("support"), "/control/")), "support sees it, and sends nothing"
    client = enter("finance")
    assert f'action="/control/refunds/{waiting.id}/again/"' in html(client, "/control/")
    assert client.post(f"/control/refunds/{waiting.id}/again/").status_code == 302
    assert payments.failed_refunds() == []
    assert "On its way to the gateway again." in bare(html(client, "/control/"))
    assert [refund.state for refund in payments.refunds_of("checkout", payment.subject_id)] == ["requested"]
    client.post(f"/control/refunds/{waiting.id}/again/")
    assert "This refund is not waiting for anybody." in bare(html(client, "/control/"))
    with pytest.raises(Forbidden):
        payments.send_again(waiting.id, by=desk.people["support"], now=NOW)


def test_an_overdue_appeal_says_so(desk: Desk, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    from sanhao.kit import time as kit_time

    monkeypatch.setattr(kit_time, "machine_now", lambda: NOW + service.hours(24 * 7 + 1))
    assert "1 overdue" in bare(html(enter("arbiter"), "/control/"))
    assert "has waited longer than a week" in bare(html(enter("arbiter"), "/control/appeals/"))


def test_a_row_set_aside_can_be_read_with_its_reason(enter: Enter) -> None:
    execute(
        "INSERT INTO kit_set_aside (id, keeper, row_id, attempts, retry_at, error) "
        "VALUES (%s, 'promises.settle', %s, 3, %s, 'ValueError(<b>)')",
        [new_id(), new_id(), NOW],
    )
    assert [row.attempts for row in keeper.set_asides()] == [3]
    page = html(enter("support"), "/control/aside/")
    assert "ValueError(&lt;b&gt;)" in page and "promises.settle" in page


def test_a_message_of_a_carrier_is_shown_as_it_came_and_harms_nobody(desk: Desk, enter: Enter) -> None:
    page = html(enter("support"), f"/control/messages/{unreadable()}/")
    assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page


def test_an_empty_site_says_what_will_stand_here(enter: Enter) -> None:
    execute("DELETE FROM promises_delayproposal")
    client = enter("finance")
    assert "No entry is like this" in html(client, "/control/books/entries/?code=breakage")


def test_find_leads_to_an_order_by_its_number_and_to_a_person_by_e_mail(desk: Desk, enter: Enter) -> None:
    from sanhao.service.orders import api as orders

    number = orders.order(desk.orders[0]).number
    admin = enter("admin")
    assert (
        admin.get("/control/find/", {"q": number.lower()}).headers["Location"]
        == f"/control/orders/{desk.orders[0]}/"
    )
    assert orders.by_numbers([number, "nothing"]) == {number: desk.orders[0]}
    email = people.card(desk.people["buyer"]).email
    assert (
        admin.get("/control/find/", {"q": email}).headers["Location"]
        == f"/control/people/{desk.people['buyer']}/"
    )
    assert enter("finance").get("/control/find/", {"q": email}).status_code == 200, "finance finds no persons"
    assert "Nothing is called" in html(admin, "/control/find/?q=nobody")


def test_the_books_are_checked_on_demand_and_go_out_whole(desk: Desk, enter: Enter) -> None:
    client = enter("finance")
    assert "The books hold" in html(client, "/control/books/audit/")
    part = client.get("/control/books/audit/", headers={"HX-Request": "true"}).content.decode()
    assert "The books hold" in part and "<html" not in part
    answer = client.get("/control/books/sanhao.beancount")
    whole = b"".join(answer.streaming_content).decode()
    assert whole == "".join(ledger.beancount())
    assert answer.headers["Content-Disposition"] == 'attachment; filename="sanhao.beancount"'


def test_totals_add_up_to_zero_and_flows_are_of_their_day(desk: Desk) -> None:
    assert sum(total.amount.minor for total in ledger.totals()) == 0
    kinds = ["promise.compensation"]
    flows = ledger.flows(kinds, since=T0, until=NOW + service.hours(1), timezone="Asia/Shanghai")
    assert {(str(flow.day), flow.code, flow.amount.minor) for flow in flows} == {
        ("2026-03-05", "balance", 200), ("2026-03-05", "deposit", 400), ("2026-03-05", "coupons", -600),
    }  # fmt: skip
    assert ledger.flows(kinds, since=T0, until=T0 + service.hours(50), timezone="Asia/Shanghai") == []


def test_entries_are_narrowed_by_account_shop_and_kind_and_turn_pages(desk: Desk) -> None:
    every = ledger.entries(limit=100)
    assert [entry.id for entry in every] == sorted((entry.id for entry in every), reverse=True)
    compensations = ledger.entries(kind="promise.compensation")
    assert len(compensations) == 2 and {line.ref.code for entry in compensations for line in entry.lines} <= {
        "balance",
        "deposit",
        "coupons",
    }
    assert ledger.entries(code="coupons", holder="platform") == compensations
    assert ledger.entries(limit=3) + ledger.entries(limit=97, before=ledger.entries(limit=3)[-1].id) == every


@pytest.mark.parametrize("path", [
    "/control/decisions/?shop=x", "/control/decisions/?before=1", "/control/appeals/?before=yesterday",
    "/control/messages/?before=2026-13-45T00:00", "/control/books/entries/?shop=%00",
])  # fmt: skip
def test_nonsense_in_an_address_is_an_answer_and_no_accident(enter: Enter, path: str) -> None:
    assert enter("admin").get(path).status_code == 422


@pytest.mark.parametrize("path", ["/control/decisions/?kind=%00", "/control/rules/%00/", "/control/find/?q=%00", "/control/people/?email=%00@x"])  # fmt: skip
def test_a_null_byte_is_no_accident(enter: Enter, path: str) -> None:
    assert enter("admin").get(path).status_code in (200, 404)


def test_who_bought_without_an_account_is_found_by_the_email_they_gave(desk: Desk, enter: Enter) -> None:
    guest = people.open_guest(email="anna@example.org", name="Anna", language="en", now=NOW)
    found = enter("support").get("/control/find/?q=anna@example.org")
    assert found.headers["Location"] == f"/control/people/{guest}/"
    assert "anna@example.org" in enter("support").get(f"/control/people/{guest}/").content.decode()
    assert enter("finance").get("/control/find/?q=anna@example.org").status_code == 200


def test_disputes_withdrawals_and_sweeps_that_wait_are_counted(desk: Desk, enter: Enter) -> None:
    said = bare(html(enter("arbiter"), "/control/"))
    for name in ("Disputes to be decided", "Withdrawals from a contract", "Refunds without a request"):
        assert f"{name} 0" in said
    disputed(desk.at, NOW)
    a_withdrawal()
    a_finding(desk)
    said = bare(html(enter("arbiter"), "/control/"))
    for name in ("Disputes to be decided", "Withdrawals from a contract", "Refunds without a request"):
        assert f"{name} 1" in said
    assert "Disputes to be decided" not in bare(html(enter("finance"), "/control/"))
