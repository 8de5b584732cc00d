"""Labels at the workbench: from the ticked orders to the paper, and what is shown when the courier will not."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from sanhao.service.aftersales import api as aftersales
from sanhao.service.delivery import api as delivery
from tests.faces.workbench.stage import Bench, Clock, client_of, url, words
from tests.goods import world
from tests.service import stage
from tests.service.aftersales.stage import HOUSE
from tests.service.remote.stage import a_hub, reserve_for


@pytest.fixture
def three(bench: Bench, clock: Clock) -> list[UUID]:
    aftersales.add_return_address(bench.at.shop_id, HOUSE, by=bench.owner, now=clock.now)
    return [bench.order, stage.paid(bench.at), stage.paid(bench.at)]


def _form(orders: list[UUID], **more: str) -> dict[str, object]:
    return {"order": [str(id) for id in orders], "do": "ask", "choice": "sandbox:standard", **more}


def _run(clock: Clock) -> None:
    for _ in range(2):
        with stage.errands():
            stage.drain(clock.now)


def test_ticked_orders_get_their_labels_and_print_as_one_document(
    bench: Bench, clock: Clock, three: list[UUID]
) -> None:
    clerk = client_of(bench.clerk)
    page = clerk.get(url("shipping/"))
    assert "Print labels" in words(page)
    page = clerk.post(url("labels/new/"), {"order": [str(id) for id in three[:2]], "do": "choose"})
    assert page.status_code == 200 and "Sample Courier · Standard" in words(page)
    answer = clerk.post(url("labels/new/"), _form(three[:2]), follow=True)
    assert "2 labels are being made." in words(answer) and "being made" in words(answer)
    _run(clock)
    assert [stage.order_state(id) for id in three] == ["shipped", "shipped", "paid"]
    made = delivery.labels_of_shop(bench.at.shop_id)
    paper = clerk.get(url("labels/print.pdf"), {"label": [str(one.id) for one in made]})
    assert paper["Content-Type"] == "application/pdf" and paper["Content-Disposition"].startswith("inline")
    assert "script" not in paper["Content-Security-Policy"] and paper["Cache-Control"] == "private, no-store"
    assert len(PdfReader(io.BytesIO(paper.content)).pages) == 2
    for stranger in (world.stall("peanest").owner_id, bench.at.buyer_id):
        assert client_of(stranger).get(url("labels/print.pdf"), {"label": str(made[0].id)}).status_code == 404


def test_a_refusal_is_shown_in_the_couriers_words_and_a_label_is_cancelled(
    bench: Bench, clock: Clock, three: list[UUID]
) -> None:
    owner = client_of(bench.owner)
    owner.post(url("labels/way/"), {"order": str(three[0]), "how": "refuse"})
    owner.post(url("labels/new/"), _form(three[:2]))
    _run(clock)
    shown = owner.get(url("labels/"))
    assert "示例快递不到这条街。 The sample courier does not go to this street." in words(shown)
    [made] = [one for one in delivery.labels_of_shop(bench.at.shop_id) if one.state == "made"]
    answer = owner.post(url(f"labels/{made.id}/cancel/"), follow=True)
    assert "The label is cancelled" in words(answer)
    assert stage.order_state(made.owner_id) == "paid"
    again = owner.post(url(f"labels/{made.id}/cancel/"), follow=True)
    assert "This label is over already." in words(again)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"choice": "gls:"}, "Choose a courier that carries all of them."),
        ({"choice": ""}, "Choose a courier that carries all of them."),
        ({"weight": "12.5"}, "Write what each parcel weighs, in whole grams."),
        ({"weight": "-1"}, "Write what each parcel weighs, in whole grams."),
        ({"weight": "60000"}, "50 kg at most"),
        ({"boxes": "some"}, "in how many boxes"),
        ({"boxes": "0"}, "in how many boxes"),
        ({"boxes": "11"}, "A parcel has at most 10 boxes."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_asked(
    bench: Bench, three: list[UUID], more: dict[str, str], said: str
) -> None:
    form = _form(three[:1], **more)
    for field in ("weight", "boxes"):
        if field in more:
            form[f"{field}-{three[0]}"] = more[field]
    answer = client_of(bench.clerk).post(url("labels/new/"), form)
    assert answer.status_code == 422 and said in words(answer)
    assert delivery.labels_of_shop(bench.at.shop_id) == []


def test_without_an_address_to_send_from_it_says_where_to_write_one(bench: Bench) -> None:
    for who, said in (
        (bench.owner, "Where are parcels sent from?"),
        (bench.clerk, "has to write its warehouse"),
    ):
        answer = client_of(who).get(url("labels/new/"), {"order": str(bench.order)})
        assert said in words(answer)
    assert "No order chosen" in words(client_of(bench.clerk).get(url("labels/new/"), {"order": "junk"}))


def test_what_goes_by_a_hub_is_quoted_and_labelled_to_the_hub(
    bench: Bench, clock: Clock, three: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    quoted: list[delivery.RateOrder] = []
    rates = delivery.rates

    def listened(carrier: str, order: delivery.RateOrder, **more: Any) -> list[delivery.Rate]:
        quoted.append(order)
        return rates(carrier, order, **more)

    monkeypatch.setattr(delivery, "rates", listened)
    hub = a_hub()
    reserve_for(three[0], bench.at.shop_id, hub)
    owner = client_of(bench.owner)
    page = owner.get(url("labels/new/"), {"order": [str(id) for id in three[:2]]})
    assert "Xi'an hub" in words(page)
    assert {order.to.city for order in quoted} == {hub.address.city, stage.HOME.city}
    [to_hub] = {order.to for order in quoted if order.to.city == hub.address.city}
    assert (to_hub.name, to_hub.street) == (hub.address.recipient, hub.address.street)
    owner.post(url("labels/new/"), _form(three[:1]))
    _run(clock)
    [made] = delivery.labels_of([three[0]])[three[0]]
    assert (made.state, made.sending.to) == ("made", to_hub)
