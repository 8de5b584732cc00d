"""Remote areas in control: the day's budget, the map, the hubs."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from sanhao.kit.money import Money
from sanhao.service.delivery import api as delivery
from sanhao.service.remote import api as remote
from tests.conftest import T0
from tests.faces.control.conftest import NOW, Desk, Enter
from tests.faces.storefront.stage import words
from tests.service.remote.stage import a_hub, reserve_for

HUB = {
    "name_zh": "西安集运仓", "name_en": "Gateway hub", "serves": ["xinjiang", "tibet"], "carrier": "sandbox",
    "first_g": "1000", "first": "6", "extra_g": "1000", "extra": "1.50", "recipient": "三好集运", "phone": "029 8888",
    "country": "CN", "region": "陕西", "city": "西安市", "street": "集运路1号", "postcode": "", "active": "on",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _rule() -> None:
    remote.found_rules(now=T0)


def test_an_admin_opens_a_hub_and_changes_it(desk: Desk, enter: Enter) -> None:
    client = enter("admin")
    assert "No hub yet" in words(client.get("/control/remote/hubs/"))
    said = words(client.post("/control/remote/hubs/new/", HUB, follow=True))
    assert "Gateway hub takes parcels" in said, said
    assert "Sample Courier · ¥6 up to 1000 g, then ¥1.50 for every 1000 g" in said
    assert "Xinjiang · Tibet" in said or "Tibet · Xinjiang" in said
    [hub] = remote.hubs()
    page = client.get(f"/control/remote/hubs/{hub.id}/").content.decode()
    assert 'value="1.50"' in page
    client.post(f"/control/remote/hubs/{hub.id}/", {**HUB, "first": "7", "active": ""})
    [hub] = remote.hubs()
    assert (hub.tariff.first, hub.active) == (Money(700, "CNY"), False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"first": "-1"}, {"first": "1e9"}, {"extra_g": "0"}, {"serves": ["atlantis"]}, {"serves": []}, {"carrier": "pigeon"},
        {"country": "China"}, {"street": " "}, {"name_zh": ""}, {"first": "99999999999999"},
    ],
)  # fmt: skip
def test_what_cannot_be_a_hub_is_said_beside_its_field(
    desk: Desk, enter: Enter, wrong: dict[str, object]
) -> None:
    answer = enter("admin").post("/control/remote/hubs/new/", HUB | wrong)
    assert answer.status_code == 422
    assert remote.hubs() == []


def test_the_budget_is_a_picture_and_a_table(
    desk: Desk, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = a_hub()
    terms = remote.terms_at(NOW)
    reserve_for(desk.orders[0], desk.at.shop_id, hub, terms=terms, now=NOW)
    client = enter("finance")
    said = words(client.get("/control/remote/"))
    assert "¥1,994 left today ¥6 set apart for orders on their way ¥0 spent ¥2,000 the whole day" in said
    assert "Xinjiang ¥6 · 1" in said
    answer = client.get("/control/remote/orders.csv")
    rows = list(csv.reader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[1][3:9] == ["Xinjiang", "西安集运仓0", "sandbox", "set apart", "6.00", "6.00"]


def test_the_map_knows_who_does_not_send_where(desk: Desk, enter: Enter) -> None:
    client = enter("admin")
    assert "Everything on sale can be sent everywhere." in words(client.get("/control/remote/coverage/"))
    delivery.save_freight_template(
        desk.at.shop_id,
        delivery.FreightDraft(
            "不发", ("CN/新疆", "CN/西藏"), Money(0, "CNY"), Money(0, "CNY"), deliverable=False
        ),
    )
    said = words(client.get("/control/remote/coverage/?place=xinjiang"))
    assert "Shops that do not send to Xinjiang 100.0% cannot be sent there" in said and "1 listing" in said
    a_hub("xinjiang")
    remote.join(desk.at.shop_id, by=desk.at.owner_id, now=NOW)
    said = words(client.get("/control/remote/coverage/?place=xinjiang&category=knitwear"))
    assert "Every shop sends there." in said and "1 only by a hub" in said
    assert "100.0% cannot be sent there" in words(client.get("/control/remote/coverage/?place=tibet"))
    assert client.get("/control/remote/coverage/?place=atlantis&category=%00").status_code == 200


def test_the_rates_of_all_places_together_and_the_map_as_a_table(desk: Desk, enter: Enter) -> None:
    """One listing on sale, thirty-four places: closed in two, both of six remote areas, and beyond where the template ends."""
    nothing = Money(0, "CNY")
    for template in delivery.freight_templates(desk.at.shop_id):
        delivery.remove_freight_template(desk.at.shop_id, template.id)
    for name, regions, sent in (("全国", ("CN",), True), ("不发", ("CN/新疆", "CN/西藏"), False)):
        draft = delivery.FreightDraft(name, regions, nothing, nothing, deliverable=sent)
        delivery.save_freight_template(desk.at.shop_id, draft)
    client = enter("finance")
    said = words(client.get("/control/remote/coverage/"))
    assert "14.7% cannot be sent, all places together" in said, (
        "5 of 34: Hong Kong, Macau and Taiwan post by themselves"
    )
    assert "33.3% cannot be sent to remote areas 5 places where something is missing" in said
    assert "Counted is 1 listing, once for every place." in said
    answer = client.get("/control/remote/coverage.csv")
    rows = list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 34 * 2, "all goods of every place, and its one category"
    [tibet] = [row for row in rows if row["place"] == "Tibet" and not row["category"]]
    assert list(tibet.values()) == ["Tibet", "XZ", "1", "", "1", "0", "0", "1", "1.0000"]
    [home] = [row for row in rows if row["code"] == "ZJ" and row["category"]]
    assert (home["sent straight"], home["share that cannot be sent"]) == ("1", "0.0000")
