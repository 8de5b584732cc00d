"""Replay equals life: an imported history, settled by the keepers under the movable clock, ends as replay says it would,
promise by promise: the same verdict, the same fault, the same cent."""

from __future__ import annotations

import csv
import io
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from sanhao.books.ledger import api as ledger
from sanhao.books.payments import api as payments
from sanhao.fairness.decisions import api as decisions
from sanhao.kit import keeper, outbox, time
from sanhao.kit.rows import fetch
from sanhao.lab.imports.command import Imported, import_history
from sanhao.lab.replay.command import replay, terms_file
from sanhao.lab.replay.judge import guarantees
from sanhao.service.promises.api import KINDS
from sanhao.service.promises.kinds import late_shipment

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
SHARED = ROOT.parent / "shared" / "data" / "order_histories"
AS_OF = datetime(2020, 1, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


def shared(name: str) -> Path:
    path = SHARED / name
    if not path.is_file():
        pytest.skip(
            f"the real order histories are not on this machine (../shared/data/order_histories/{name})"
        )
    return path


def lived(history: Path, mapping: Path, kinds: str, terms: Path | None = None) -> tuple[Imported, str]:
    """Import and settle, then look whether the house still stands. Returns also what was printed."""
    time.found_world(is_demo=True)
    console = Console(file=io.StringIO(), width=120)
    imported = import_history(history, mapping, kinds.split(","), terms, "", True, console)
    assert isinstance(console.file, io.StringIO)
    assert not imported.different, imported.different[:5]
    assert keeper.set_asides() == []
    assert outbox.retries() == []
    assert outbox.backlog().waiting == 0
    assert payments.failed_refunds() == []
    assert list(decisions.rejudge_all()) == []
    assert ledger.audit().sound
    return imported, console.file.getvalue()


def on_their_way_back(currency: str) -> int:
    return ledger.balance(payments.refunds_account(currency)).minor


@pytest.mark.shared_data
def test_the_disputes_end_in_life_as_in_replay() -> None:
    imported, said = lived(
        shared("olist_disputes_a.csv"), EXAMPLES / "olist_disputes.toml", "late_delivery,non_delivery"
    )
    assert (imported.new_orders, imported.promises) == (25, 50)
    assert "All 50 promises ended as in replay" in said
    assert on_their_way_back("BRL") == 0


@pytest.mark.shared_data
def test_a_marketplace_s_orders_end_in_life_as_in_replay() -> None:
    imported, said = lived(shared("olist_to_2017_11.csv"), EXAMPLES / "olist.toml", "late_delivery")
    assert imported.promises == imported.new_orders == 2208
    assert "delivered late │      187 │ R$5,054.06" in said
    assert "never arrived  │       58 │" in said
    assert on_their_way_back("BRL") == 0


@pytest.mark.shared_data
def test_promises_by_the_day_end_the_same_though_summer_time_was_abolished(tmp_path: Path) -> None:
    """The history's midnights had São Paulo's summer time, which there is no more: local times are kept then."""
    terms = tmp_path / "terms.toml"
    terms.write_text('[late_delivery]\nby = "day"\n')
    imported, said = lived(shared("olist_to_2017_11.csv"), EXAMPLES / "olist.toml", "late_delivery", terms)
    assert imported.history.shift.zone == "America/Sao_Paulo"
    assert "delivered late │      161 │ R$4,553.64" in said


MAPPING = """
[file]
currency = "CNY"
timezone = "Asia/Shanghai"
[columns]
order_id = "order"
shop = "shop"
buyer = "buyer"
quantity = "quantity"
bought_at = "bought"
paid_at = "paid_at"
promised_at = "promised"
ship_by = "ship_by"
collected_at = "collected"
delivered_at = "delivered"
cancelled_at = "cancelled"
goods = "goods"
freight = "freight"
paid = { column = "paid", level = "order" }
status = "status"
registered_at = "given"
next_scan_at = "scanned"
chosen_carrier = "chosen"
surcharge = "surcharge"
carrier = "carrier"
hub_signed_at = "at_hub"
forwarded_at = "onward"
"""
COLUMNS = ("order", "shop", "buyer", "quantity", "bought", "paid_at", "promised", "ship_by", "collected", "delivered",
           "cancelled", "goods", "freight", "paid", "status", "given", "scanned", "chosen", "surcharge", "carrier",
           "at_hub", "onward")  # fmt: skip
ENDS = ("cancelled", "cancelled_by_buyer", "cancelled_by_platform", "unavailable")


def a_history(
    path: Path,
    seed: int,
    orders: int = 150,
    *,
    buyers: int = 40,
    days: int = 40,
    dearest: int = 50_000,
    hubs: bool = False,
) -> Path:
    """Orders of one to three sellers in which everything happens that may: parcels late, lost or in two pieces, a
    hand-over nobody scanned, a delivery within the hour of grace, cancellations with and without a date, before and
    after the carrier had it, amounts that cannot be read."""
    rng = random.Random(seed)
    start = datetime(2019, 3, 1, tzinfo=UTC)
    with path.open("w", newline="") as file:
        write = csv.writer(file)
        write.writerow(COLUMNS)
        for number in range(orders):
            for row in an_order(
                rng, start + timedelta(minutes=rng.randrange(60 * 24 * days)), number, buyers, dearest
            ):
                row |= told_by_carriers(number, row) | chosen(number, row)
                row |= by_hub(number, row) if hubs else {}
                write.writerow(row.get(column, "") for column in COLUMNS)
    return path


def by_hub(number: int, row: dict[str, object]) -> dict[str, object]:
    """Every second parcel travels by a hub: it signs in time, late, or nobody saw that; it sends on, or loses."""
    rng = random.Random(f"{number}:{row['shop']}:hub")
    if rng.random() < 0.5:
        return {}
    bought = row["bought"]
    assert isinstance(bought, datetime)
    first = row["collected"] if isinstance(row["collected"], datetime) else bought
    signed = first + timedelta(minutes=rng.randrange(1, 60 * 90))
    onward = signed + timedelta(minutes=rng.randrange(1, 60 * 60))
    told: dict[str, object] = {
        "at_hub": signed if rng.random() < 0.8 else "",
        "onward": onward if rng.random() < 0.7 else "",
    }
    arrived = row["delivered"]
    if isinstance(arrived, datetime):
        told["delivered"] = max(arrived, onward)
    return told


def told_by_carriers(number: int, row: dict[str, object]) -> dict[str, object]:
    """When the shop gave a number, if it did, and when the carrier spoke again after the first scan, if it did."""
    rng = random.Random(f"{number}:{row['shop']}")
    bought, collected = row["bought"], row["collected"]
    assert isinstance(bought, datetime)
    given = bought + timedelta(minutes=rng.randrange(1, 60 * 60)) if rng.random() < 0.8 else ""
    again = isinstance(collected, datetime) and rng.random() < 0.8
    scanned = collected + timedelta(minutes=rng.randrange(1, 60 * 30)) if again else ""
    return {"given": given, "scanned": scanned}


def chosen(number: int, row: dict[str, object]) -> dict[str, object]:
    """Which courier the buyer of every second order chose and paid more for, and which had this shop's parcel."""
    rng = random.Random(f"{number}:chosen")
    if rng.random() < 0.5:
        return {}
    used = random.Random(f"{number}:{row['shop']}:used").choice(["slow post", "slow post", "swift", ""])
    return {"chosen": "slow post", "surcharge": rng.choice(["", 0, 3, "?"]), "carrier": used}


def an_order(
    rng: random.Random, bought: datetime, number: int, buyers: int, dearest: int
) -> list[dict[str, object]]:
    def after(moment: datetime, low: float, high: float) -> datetime:
        return moment + timedelta(minutes=rng.randrange(int(low * 60), int(high * 60)))

    promised = after(bought, 96, 200).replace(second=0)
    ends = rng.random() < 0.25
    common: dict[str, object] = {
        "order": f"O{number}", "buyer": f"B{rng.randrange(buyers)}", "bought": bought, "promised": promised,
        "paid_at": after(bought, 0, 5) if rng.random() < 0.8 else "",
        "status": rng.choice(ENDS) if ends else "",
        "cancelled": after(bought, 1, 260) if ends and rng.random() < 0.6 else "",
        "paid": rng.choice(["", "see mail"]) if rng.random() < 0.2 else rng.randrange(0, 90_000) / 100,
    }  # fmt: skip
    rows = []
    together = rng.random() < 0.5
    collected, delivered = journey(rng, bought, promised)
    for shop in rng.sample(["pea", "tea", "sea", ""], rng.choice([1, 1, 2, 3])):
        if not together:
            collected, delivered = journey(rng, bought, promised)
        rows.append(
            common
            | {
                "shop": shop, "quantity": rng.randrange(1, 4), "collected": collected, "delivered": delivered,
                "ship_by": after(bought, 6, 90) if rng.random() < 0.6 else "",
                "goods": "?" if rng.random() < 0.1 else rng.randrange(100, dearest) / 100,
                "freight": "free of charge" if rng.random() < 0.1 else rng.choice([0, 5, 12.34]),
            }
        )  # fmt: skip
    return rows


def journey(rng: random.Random, bought: datetime, promised: datetime) -> tuple[object, object]:
    """When a parcel was collected and delivered; either may never have been seen."""
    collected: object = bought + timedelta(minutes=rng.randrange(60 * 100)) if rng.random() < 0.85 else ""
    if rng.random() < 0.2:
        return collected, ""
    near = promised + timedelta(minutes=rng.choice([-1, 0, 1, 30, 119, 120, 121, 600, -2000, -4000]))
    return collected, max([near, bought] + ([collected] if isinstance(collected, datetime) else []))


@pytest.mark.parametrize(
    ("kinds", "terms", "seed"),
    [
        ("late_delivery,non_delivery", "", 1),
        ("late_shipment", "", 2),
        ("late_shipment,late_delivery,non_delivery", "[non_delivery]\nbroken_after_days = 5\n", 3),
        ("late_delivery", '[late_delivery]\nper = "line"\nby = "day"\nfreight_percent = 50\n', 4),
        ("late_delivery,non_delivery", '[late_delivery]\nper = "checkout"\nhand_over = { amount = 48 }\n', 5),
        ("out_of_stock", "", 8),
        ("false_shipment", "", 9),
        ("false_shipment,out_of_stock,non_delivery", "[false_shipment]\nsilence_hours = 96\n", 10),
        ("chosen_courier,late_delivery", "", 11),
    ],
)
def test_whatever_happens_to_orders_life_ends_as_replay(
    kinds: str, terms: str, seed: int, tmp_path: Path
) -> None:
    history = a_history(tmp_path / "made-up.csv", seed)
    (tmp_path / "mapping.toml").write_text(MAPPING)
    (tmp_path / "terms.toml").write_text(terms)
    imported, said = lived(
        history, tmp_path / "mapping.toml", kinds, tmp_path / "terms.toml" if terms else None
    )
    assert imported.new_orders == 150
    assert imported.promises >= 150
    assert on_their_way_back("CNY") == 0
    for outcome in ("kept", "broken", "void"):
        assert outcome in said


@pytest.mark.parametrize(
    ("kinds", "seed"),
    [
        ("late_shipment,late_delivery,non_delivery", 12),
        ("false_shipment", 13),
        ("chosen_courier,late_delivery", 14),
    ],
)
def test_parcels_that_go_by_a_hub_end_in_life_as_in_replay(kinds: str, seed: int, tmp_path: Path) -> None:
    history = a_history(tmp_path / "by-hubs.csv", seed, orders=120, hubs=True)
    (tmp_path / "mapping.toml").write_text(MAPPING)
    imported, said = lived(history, tmp_path / "mapping.toml", kinds)
    assert imported.new_orders == 120
    for outcome in ("kept", "broken", "void"):
        assert outcome in said
    [legs] = fetch(
        "SELECT count(*) FILTER (WHERE onward <> '') AS first, count(*) FILTER (WHERE before_id IS NOT NULL) AS second, "
        "count(*) FILTER (WHERE onward <> '' AND delivered_at IS NOT NULL) AS signed FROM delivery_consignment"
    )
    assert legs["first"] > legs["second"] > 40 and legs["signed"] > 40, "some are lost at their hub"


TMALL = """
[late_shipment]
ladder = [{ percent = 30, min_minor = 500, cap_minor = 50000 }]
merge_hours = 24
"""


@pytest.mark.parametrize("seed", [6, 7])
def test_payments_that_count_together_are_merged_in_replay_as_in_life(seed: int, tmp_path: Path) -> None:
    """Four buyers who come back all the time, deadlines that do not come in the order of payment."""
    history = a_history(tmp_path / "coming-back.csv", seed, buyers=3, days=4, dearest=500_000)
    for name, text in (("mapping", MAPPING), ("tmall", TMALL)):
        (tmp_path / f"{name}.toml").write_text(text)
    terms = tmp_path / "tmall.toml"
    [guarantee] = guarantees(["late_shipment"], KINDS, [("tmall.toml", terms_file(terms))], "Asia/Shanghai")
    assert guarantee.terms == late_shipment.PROFILES["tmall"]
    lived(history, tmp_path / "mapping.toml", "late_shipment", terms)
    alone, together = (tmp_path / f"{name}.csv" for name in ("alone", "together"))
    bare = tmp_path / "bare.toml"
    bare.write_text(TMALL.replace("merge_hours = 24\n", ""))
    for out, said in ((alone, bare), (together, terms)):
        quiet = Console(file=io.StringIO())
        replay(history, tmp_path / "mapping.toml", ["late_shipment"], said, AS_OF, out, None, quiet)
    owed = [
        [row["owed_minor"] for row in csv.DictReader(out.read_text().splitlines())]
        for out in (alone, together)
    ]
    differing = [(int(a), int(b)) for a, b in zip(*owed, strict=True) if a != b]
    assert len(differing) >= 10, "this history has payments to merge"
    assert sum(b for _, b in differing) < sum(a for a, _ in differing)
