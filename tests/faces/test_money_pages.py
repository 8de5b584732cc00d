"""The money pages with something on them: a shop with money in every state, an invoice in every state, two of the staff.

What is shown is said once in English, and every page is walked through by a browser.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sanhao.books.settlement import api as settlement
from sanhao.goods.shops import api as shops
from sanhao.kit import time as kit_time
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.people import api as people
from tests.books.settlement.test_invoices import PDF
from tests.conftest import T0
from tests.faces.walk import walk
from tests.faces.workbench.stage import Bench, a_bench, client_of, url, words
from tests.goods import world
from tests.service import stage

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
NOW = T0 + 12 * DAY
SOMEBODY = settlement.InvoiceWish("person", "林小满", "", "lin@example.org")
COMPANY = settlement.InvoiceWish("company", "南山果园有限公司", "91110000600037341L", "books@example.org")


@dataclass
class Till:
    bench: Bench
    orders: list[UUID]
    ada: UUID
    bo: UUID

    @property
    def shop(self) -> UUID:
        return self.bench.at.shop_id


def _table(answer: Any) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
    return list(csv.reader(StringIO(text)))


def _delivered(bench: Bench, number: str, *, days: int) -> UUID:
    """An order that was signed for *days* after the beginning."""
    order = stage.paid(bench.at, now=T0)
    parcel = stage.ship(bench.at, order, number, now=T0)
    stage.scan(parcel, "picked_up", at=T0 + timedelta(hours=1))
    stage.scan(parcel, "delivered", at=T0 + days * DAY)
    return order


@pytest.fixture
def till(monkeypatch: pytest.MonkeyPatch) -> Till:
    bench = a_bench()
    settlement.found_rules(now=T0 - DAY)
    payee = settlement.Payee("青草牧场有限公司", "中国工商银行", "6222020200112233445")
    shops.enter_bank_details(bench.at.shop_id, payee, by=bench.owner, now=T0)
    done, dated, held = (_delivered(bench, f"SBX900{n}", days=days) for n, days in enumerate((2, 10, 9)))
    settlement.hold([held], "case:1", reason=Text(zh="买家申请了售后，等处理结果", en="The buyer asked for a refund; waiting for the outcome"), now=T0 + 10 * DAY)  # fmt: skip
    stage.drain(T0 + 9 * DAY + timedelta(hours=1))
    stage.drain(T0 + 11 * DAY)
    ids = [
        settlement.ask_invoice(
            order, wish, person_id=bench.at.buyer_id, amount_minor=20_600, now=T0 + 11 * DAY
        )
        for order, wish in ((done, COMPANY), (dated, SOMEBODY), (bench.order, SOMEBODY))
    ]
    settlement.issue_invoice(
        ids[0], PDF, shop_id=bench.at.shop_id, by=bench.owner, number="24312000", now=NOW
    )
    settlement.decline_invoice(ids[2], "抬头与付款人不符", shop_id=bench.at.shop_id, by=bench.owner, now=NOW)
    stage.drain(NOW)
    ada, bo = world.people(2)
    for person, name in ((ada, "Ada"), (bo, "Bo")):
        people.rename(person, name)
        people.grant_role(person, "admin", by=None, now=T0)
    one = Money(1_234, "CNY")
    for kind, by in (("goodwill", ada), ("charge", bo)):
        settlement.propose_money(
            kind, one, shop_id=bench.at.shop_id, reason="agreed with the shop by phone", by=by, now=NOW
        )
    first = settlement.propose_money("deposit_in", one, shop_id=bench.at.shop_id, reason="bank statement of 3 March", by=ada, now=NOW)  # fmt: skip
    settlement.approve_money(first, by=bo, now=NOW)
    monkeypatch.setattr(kit_time, "now", lambda: NOW)
    return Till(bench, [done, dated, held], ada, bo)


def test_a_merchant_reads_where_the_money_is(till: Till) -> None:
    said = words(client_of(till.bench.manager).get(url("money/")))
    assert (
        "Orders' money on its way" in said
        and "Stopped ¥206" in said
        and "Waits for the after-sales time to end ¥412" in said
    )
    assert "The buyer asked for a refund; waiting for the outcome" in said
    assert "中国工商银行 …3445" in said
    listed = words(client_of(till.bench.owner).get(url("money/payouts/")))
    assert "arrived at the bank" in listed and "…3445" in listed


def test_a_month_adds_up_on_the_page_and_in_the_file(till: Till) -> None:
    client = client_of(till.bench.manager)
    said = words(client.get(url("money/months/?m=2026-03")))
    assert "An order's money is yours" in said and "Paid out to your bank" in said and "−¥10" in said
    text = b"".join(client.get(url("money/months/statement.csv?m=2026-03")).streaming_content).decode()
    rows = [line.split(",") for line in text.splitlines()]
    net = rows[0].index("Net")
    assert sum(round(float(row[net]) * 100) for row in rows[1:-1]) == round(float(rows[-1][net]) * 100)
    assert client.get(url("money/months/?m=2026-13")).status_code == 422
    assert "Nothing moved in this month" in words(client.get(url("money/months/?m=2025-01")))


def test_only_an_owner_says_where_money_goes(till: Till) -> None:
    form = {"holder": "青草", "bank": "招商银行", "account": "6225880112345678"}
    assert client_of(till.bench.manager).post(url("money/bank/"), form).status_code == 403
    wrong = client_of(till.bench.owner).post(url("money/bank/"), form | {"account": "12"})
    assert wrong.status_code == 422 and 'aria-invalid="true"' in wrong.content.decode()
    assert client_of(till.bench.owner).post(url("money/bank/"), form).status_code == 302
    assert settlement.payees([till.shop])[till.shop].ending == "5678"
    stage.drain(NOW)
    assert "招商银行" in words(client_of(till.bench.manager).get(url("notices/")))


def test_money_moves_to_the_deposit_once(till: Till) -> None:
    shops.top_up(till.shop, Money(5_000, "CNY"), now=NOW, key="more")
    before = stage.purse(till.shop)
    form = {"amount": "20.00", "key": str(new_id())}
    for _ in range(2):
        assert client_of(till.bench.owner).post(url("money/deposit/"), form).status_code == 302
    assert stage.purse(till.shop) == (before[0] - 2_000, before[1] + 2_000, before[2])


def test_a_buyer_asks_and_a_shop_uploads(till: Till) -> None:
    buyer, owner, order = client_of(till.bench.at.buyer_id), client_of(till.bench.owner), till.orders[2]
    page = f"/orders/{order}/invoice/"
    wrong = buyer.post(page, {"kind": "company", "title": "南山果园", "tax_id": "123", "email": "a@b.cn"})
    assert wrong.status_code == 422 and "social credit code" in words(wrong)
    assert buyer.post(page, {"kind": "person", "title": "林小满", "email": "a@b.cn"}).status_code == 302
    known = settlement.invoice_of(order, person_id=till.bench.at.buyer_id)
    assert known is not None
    upload = url(f"invoices/{known.id}/")
    bad = owner.post(upload, {"paper": SimpleUploadedFile("x.pdf", b"GIF89a"), "number": ""})
    assert (bad.status_code, settlement.invoice(known.id, shop_id=till.shop).state) == (422, "asked")
    assert owner.post(upload, {"paper": SimpleUploadedFile("x.pdf", PDF), "number": "7"}).status_code == 302
    got = buyer.get(f"{page}invoice.pdf")
    assert (got.content, got.headers["Content-Type"], got.headers["Content-Security-Policy"]) == (
        PDF, "application/pdf", "default-src 'none'; sandbox",
    )  # fmt: skip
    assert owner.get(url(f"invoices/{known.id}/invoice.pdf")).content == PDF
    stranger = client_of(world.person())
    assert stranger.get(f"{page}invoice.pdf").status_code == stranger.get(page).status_code == 404
    assert client_of(till.bench.clerk).get(url(f"invoices/{known.id}/invoice.pdf")).status_code == 403


def test_two_of_the_staff_move_money(till: Till) -> None:
    ada, bo = client_of(till.ada), client_of(till.bo)
    form = {
        "kind": "goodwill",
        "shop": str(till.shop),
        "amount": "5.00",
        "currency": "CNY",
        "reason": "a gift of spring",
    }
    assert ada.post("/control/money/", form | {"amount": "many"}).status_code == 422
    assert ada.post("/control/money/", form).status_code == 302
    [mine] = [one for one in settlement.manual_money(waiting=True) if one.reason == "a gift of spring"]
    before = stage.purse(till.shop)
    ada.post(f"/control/money/{mine.id}/approve/")
    assert (settlement.one_manual(mine.id).state, stage.purse(till.shop)) == ("proposed", before)
    bo.post(f"/control/money/{mine.id}/approve/")
    assert stage.purse(till.shop)[0] == before[0] + 500
    assert "a gift of spring" in words(ada.get("/control/money/"))


def test_staff_stop_an_orders_money_and_let_it_go(till: Till) -> None:
    ada, order = client_of(till.ada), till.orders[1]
    number = settlement.settlements([order])[order].number
    assert ada.post("/control/holds/", {"number": "nothing", "reason": "looks odd to us"}).status_code == 422
    assert ada.post("/control/holds/", {"number": number, "reason": "looks odd to us"}).status_code == 302
    assert "looks odd to us" in words(client_of(till.bench.manager).get(url("money/")))
    assert ada.post("/control/holds/", {"number": number, "reason": "looks odd to us"}).status_code == 422
    ada.post(f"/control/holds/{order}/lift/")
    assert settlement.holds([order]) == []


def test_staff_pause_payouts(till: Till) -> None:
    ada = client_of(till.ada)
    ada.post("/control/payouts/qingcao/pause/", {"reason": "the owner's account was taken over"})
    assert "taken over" in words(client_of(till.bench.manager).get(url("money/payouts/")))
    ada.post("/control/payouts/qingcao/pause/", {"reason": ""})
    assert settlement.payees([till.shop])[till.shop].paused == ""


def test_no_money_page_has_a_barrier(browser: Any, live_server: Any, till: Till) -> None:
    invoices = [url(f"invoices/{one.id}/") for one in settlement.invoices(till.shop)]
    pages = [
        url(path)
        for path in ("money/", "money/months/?m=2026-03", "money/payouts/", "money/bills/", "invoices/")
    ]
    walk(browser, live_server.url, till.bench.owner, [*pages, *invoices], lang="zh-hans")
    control = ["/control/money/", "/control/payouts/", "/control/holds/"]
    walk(browser, live_server.url, till.ada, control, lang="en")
    orders = [f"/orders/{order}/invoice/" for order in (*till.orders, till.bench.order)]
    walk(browser, live_server.url, till.bench.at.buyer_id, orders, lang="zh-hans")


def test_every_order_is_found_with_what_came_in_left_and_stays(till: Till) -> None:
    client, held = client_of(till.bench.manager), till.orders[2]
    number = settlement.settlements([held])[held].number
    page = client.get(url("money/orders/"))
    assert (
        "Yours since" in words(page) and "Yours from" in words(page) and "Held: a case is open" in words(page)
    )
    sums = {
        (one.received.minor, one.lost.minor, one.commission.minor, one.net.minor)
        for one in page.context["found"]
    }
    assert (20_600, 0, 0, 20_600) in sums and (30_600, 30_000, 0, 600) in sums
    assert "To the newest" in words(client.get(url(f"money/orders/?before={held}")))
    found = client.get(url(f"money/orders/?q={number.lower()}")).context["found"]
    assert [one.settled.order_id for one in found] == [held]
    assert "No order begins with that number" in words(client.get(url("money/orders/?q=NOSUCH")))


def test_the_files_hold_every_order_and_every_refund(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sanhao.faces.workbench.views.by_order._AT_ONCE", 2)
    client = client_of(till.bench.manager)
    paid, refunds = (_table(client.get(url(f"money/orders/{name}.csv"))) for name in ("orders", "refunds"))
    assert len(paid) == 1 + len(till.orders) + 1  # the bench's own order too
    assert paid[0][2:6] == ["Came in", "Left again", "Commission", "Stays"]
    assert all(
        float(row[2]) - float(row[3]) - float(row[4]) == pytest.approx(float(row[5])) for row in paid[1:]
    )
    [gone] = [one.settled.number for one in settlement.money_by_order(till.shop, limit=9) if one.lost]
    borne = [row for row in refunds[1:] if row[6] != "0.00"]
    assert [row[:1] + row[3:] for row in borne] == [[gone, "300.00", "0.00", "0.00", "300.00", "CNY"]]
