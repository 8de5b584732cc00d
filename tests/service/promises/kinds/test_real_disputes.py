"""Real disputes: what two independent teams agreed on is what the judges say, to the cent.

The data stay outside of the project; where they are missing these tests are skipped and say so.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sanhao.kit.money import Money
from sanhao.service.promises.core import (
    Cancelled,
    Collected,
    Delivered,
    Line,
    PaidOrder,
    PromiseNews,
    Verdict,
)
from sanhao.service.promises.kinds import late_delivery, non_delivery

pytestmark = pytest.mark.shared_data
DATA = next(
    (p / "shared/data/order_histories" for p in Path(__file__).parents if (p / "shared/data").is_dir()), None
)
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
LATE, NOT = (
    late_delivery.Terms(timezone="America/Sao_Paulo"),
    non_delivery.Terms(timezone="America/Sao_Paulo"),
)
Row = dict[str, str]


def rows(name: str) -> list[Row]:
    if DATA is None:
        pytest.skip("the real order histories (../shared/data) are not beside this project")
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=SAO_PAULO).astimezone(UTC) if text else None


def reais(text: str) -> Money:
    return Money.parse(text, "BRL")


def order_of(case: list[Row]) -> tuple[PaidOrder, list[PromiseNews]]:
    first, news = case[0], []
    order = PaidOrder(
        id=first["order_id"],
        currency="BRL",
        bought_at=None,
        paid_at=None,
        lines=tuple(Line(str(i), row["seller_id"]) for i, row in enumerate(case)),
        goods=reais(first["item_total"]),
        freight=reais(first["freight_total"]),
        paid=reais(first["payment_total"]),
        promised_at=moment(first["estimated_delivery_at"]),
        ship_by={row["seller_id"]: at for row in case if (at := moment(row["shipping_limit_at"]))},
    )
    for row in case:
        if handed := moment(row["carrier_handoff_at"]):
            news.append(Collected(handed, handed, row["seller_id"]))
    if arrived := moment(first["delivered_at"]):
        news.append(Delivered(arrived, arrived))
    if first["order_status"] != "delivered":
        news.append(Cancelled(None, "unavailable" if first["order_status"] == "unavailable" else "shop"))
    return order, news


def verdicts(case: list[Row]) -> list[Verdict]:
    order, news = order_of(case)
    now = datetime(2030, 1, 1, tzinfo=UTC)
    [(_, late)] = late_delivery.promise(LATE, order)
    [(_, none)] = non_delivery.promise(NOT, order)
    for fact in news:
        late, none = late_delivery.hear(LATE, late, fact), non_delivery.hear(NOT, none, fact)
    return [late_delivery.judge(LATE, late, now), non_delivery.judge(NOT, none, now)]


def test_every_dispute_is_judged_as_both_teams_did() -> None:
    cases: dict[str, list[Row]] = defaultdict(list)
    for row in rows("olist_disputes_a.csv"):
        cases[row["case_id"]].append(row)
    assert len(cases) == 25
    refunded = Money.zero("BRL")
    for case_id, case in cases.items():
        issue, both = case[0]["primary_issue"], verdicts(case)
        broken = [verdict for verdict in both if verdict.outcome == "broken"]
        owed = sum((v.owed.minor for v in broken if v.owed is not None), 0)
        assert Money(owed, "BRL") == reais(case[0]["refund"]), case_id
        refunded = refunded + Money(owed, "BRL")
        late_sellers = tuple(row["seller_id"] for row in case if row["late_handoff"] == "True")
        expected = {
            "late_delivery_logistics": ("carrier",),
            "late_delivery_seller": late_sellers,
            "canceled_order_paid": ("platform",),
            "unavailable_order_paid": ("platform",),
        }.get(issue)
        assert [verdict.fault for verdict in broken] == ([] if expected is None else [expected]), case_id
    assert refunded == reais("1092.16")


def test_a_real_marketplaces_late_orders_and_their_freight() -> None:
    counts: dict[str, int] = defaultdict(int)
    freight = {"moment": Money.zero("BRL"), "day": Money.zero("BRL")}
    by_day = late_delivery.Terms(by="day", timezone="America/Sao_Paulo")
    now = datetime(2017, 12, 1, tzinfo=UTC) + timedelta(days=365)
    for row in rows("olist_to_2017_11.csv"):
        order = PaidOrder(
            id=row["id"], currency="BRL",
            bought_at=moment(row["order_purchase_timestamp"]), paid_at=moment(row["order_aproved_at"]),
            lines=(Line("1", ""),), goods=reais(row["order_products_value"]),
            freight=reais(row["order_freight_value"]), paid=None,
            promised_at=moment(row["order_estimated_delivery_date"]),
        )  # fmt: skip
        news: list[PromiseNews] = []
        if arrived := moment(row["order_delivered_customer_date"]):
            news.append(Delivered(arrived, arrived))
        if row["order_status"] == "canceled":
            news.append(Cancelled(None))
        for terms in (LATE, by_day):
            [(_, facts)] = late_delivery.promise(terms, order)
            for fact in news:
                facts = late_delivery.hear(terms, facts, fact)
            verdict = late_delivery.judge(terms, facts, now)
            counts[f"{terms.by} {verdict.outcome} {verdict.reason}"] += 1
            if verdict.reason == "late" and verdict.owed is not None:
                freight[terms.by] = freight[terms.by] + verdict.owed
    assert counts == {
        "moment kept delivered_in_time": 1947, "day kept delivered_in_time": 1973,
        "moment broken late": 187, "day broken late": 161,
        "moment broken never_arrived": 58, "day broken never_arrived": 58,
        "moment void cancelled": 16, "day void cancelled": 16,
    }  # fmt: skip
    assert freight == {"moment": reais("5054.06"), "day": reais("4553.64")}
