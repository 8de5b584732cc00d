"""The after-sales desk: what waits with its ring and its sum, yes to many, no with a reason, export, return addresses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from sanhao.service.aftersales import api as aftersales
from tests.faces.workbench.stage import EN, ZH, Bench, Clock, client_of, url, words
from tests.service.aftersales.stage import HOUSE, ask, case, delivered


@pytest.fixture
def asked(bench: Bench, clock: Clock) -> UUID:
    aftersales.add_return_address(bench.at.shop_id, HOUSE, by=bench.owner, now=clock.now)
    order = delivered(bench.at)
    return ask(bench.at, order, now=clock.forward(30))


@pytest.mark.parametrize(("language", "said"), [
    (ZH, ("不答复就会自动退这么多", "不答复就算同意退货，收到货再退200元。")),
    (EN, ("goes back by itself if you say nothing", "Silence is a yes to the return; ¥200 follows when the goods are back.")),
])  # fmt: skip
def test_the_desk_says_what_waits_what_silence_does_and_what_it_costs(
    bench: Bench, asked: UUID, language: str, said: tuple[str, str]
) -> None:
    page = words(client_of(bench.clerk, language).get(url("after-sales/")))
    assert "¥200" in page
    for part in said:
        assert part in page


def test_yes_to_many_at_once(bench: Bench, clock: Clock, asked: UUID) -> None:
    other = ask(bench.at, delivered(bench.at, number="SF200002", now=clock.now), now=clock.forward(30))
    client = client_of(bench.clerk)
    assert (
        client.post(url("after-sales/approve/"), {"case": [str(asked), str(other), "x"]}).status_code == 302
    )
    assert [case(id).state for id in (asked, other)] == ["to_send", "to_send"]
    again = client.post(url("after-sales/approve/"), {"case": [str(asked)]}, follow=True)
    assert "One could not be approved any more." in words(again)


def test_a_no_has_a_reason_that_may_be_kept_and_an_offer(bench: Bench, asked: UUID) -> None:
    client = client_of(bench.clerk)
    path = url(f"after-sales/{asked}/do/reject/")
    empty = client.post(path, {"words": ""})
    assert (empty.status_code, case(asked).state) == (422, "asked")
    much = client.post(path, {"words": "It was worn", "offer": "200"})
    assert (much.status_code, "less than what was asked" in words(much)) == (422, True)
    assert client.post(path, {"words": "It was worn", "offer": "50", "save": "on"}).status_code == 302
    view = case(asked)
    assert (view.state, view.answer, view.offer and view.offer.minor) == ("rejected", "It was worn", 5_000)
    assert [said for _, said in aftersales.saved_reasons(bench.at.shop_id)] == ["It was worn"]


def test_what_came_back_is_received_from_the_page(bench: Bench, clock: Clock, asked: UUID) -> None:
    client = client_of(bench.clerk)
    assert client.post(url(f"after-sales/{asked}/do/approve/")).status_code == 302
    aftersales.send_back(
        asked, person_id=bench.at.buyer_id, carrier="sandbox", tracking_no="RT10001", now=clock.now
    )
    assert "It is back: refund ¥200" in words(client.get(url(f"after-sales/{asked}/")))
    assert client.post(url(f"after-sales/{asked}/do/receive/"), {"restock": "on"}).status_code == 302
    assert case(asked).refunded.minor == 20_000
    late = client.post(url(f"after-sales/{asked}/do/approve/"))
    assert (late.status_code, "This has just changed" in words(late)) == (409, True)
    assert "¥200" in words(client.get(url("after-sales/?show=over")))


def test_the_table_holds_no_formula(bench: Bench, asked: UUID) -> None:
    answer = client_of(bench.clerk).get(url("after-sales/cases.csv"))
    text = b"".join(answer.streaming_content).decode()
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert bench.order_number()[:6] in text
    assert "Return" in text
    assert "200" in text


def test_search_finds_by_order_number(bench: Bench, asked: UUID) -> None:
    client = client_of(bench.clerk)
    assert "Nothing waits for you" in words(client.get(url("after-sales/?q=999")))


def test_an_address_is_added_and_made_the_default(bench: Bench) -> None:
    client = client_of(bench.manager)
    sent: dict[str, Any] = {
        "recipient": "仓库", "phone": "0471", "country": "CN", "region": "内蒙古", "city": "呼和浩特", "street": "草原路1号",
    }  # fmt: skip
    assert client.post(url("return-addresses/"), sent).status_code == 302
    assert client.post(url("return-addresses/"), sent | {"recipient": "二仓"}).status_code == 302
    second = aftersales.return_addresses(bench.at.shop_id)[1][0]
    assert client.post(url(f"return-addresses/{second}/default/")).status_code == 302
    assert aftersales.return_addresses(bench.at.shop_id)[0][1].recipient == "二仓"
    assert client.post(url(f"return-addresses/{second}/burn/")).status_code == 404


def test_the_desk_asks_little_of_the_database(
    bench: Bench, asked: UUID, django_assert_max_num_queries: Any
) -> None:
    client = client_of(bench.owner)
    for path in (url("after-sales/"), url(f"after-sales/{asked}/")):
        client.get(path)
        with django_assert_max_num_queries(19):
            assert client.get(path).status_code == 200
