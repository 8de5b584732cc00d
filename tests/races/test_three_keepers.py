"""Three keepers, buyers who cancel and couriers who scan, all at the same promises at the same moments."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.races.arena import Arena, arena, soon
from tests.site import database_of_its_own

ORDERS, SEED = 400, 20260302
STEP_MS = 8


def _clash(at: Arena, column: str, seed: int) -> dict[str, int]:
    """Everybody goes for the open orders as *column* comes due; returns what buyers and couriers were answered."""
    first = at.ask(f"SELECT min({column}) FROM promises_promise WHERE kind = 'late_shipment' AND {column} > %s", [at.now()])  # fmt: skip
    buyers = at.start("buyer", seed=seed, share=0.5, column=column)
    couriers = at.start("courier", seed=seed + 1, share=0.6, column=column)
    for hand in (buyers, couriers):
        hand.says("ready")
    at.move_to(first - timedelta(seconds=1))
    answers = buyers.answer(), couriers.answer()
    assert [answer["crashed"] for answer in answers] == [[], []], "nobody saw a deadlock"
    at.at_rest()
    return {"cancelled": answers[0]["done"], "refused": answers[0]["refused"], "scanned": answers[1]["done"]}


def test_three_keepers_a_cancelling_buyer_and_a_courier_settle_every_promise_once(
    empty_world: str, tmp_path: Path
) -> None:
    with database_of_its_own(copy_of=empty_world) as url, arena(url, tmp_path) as at:
        start = soon()
        at.do("seed", seed=SEED, waves=[start.isoformat()], each=ORDERS, step_ms=STEP_MS, parcels="labels")
        for _ in range(3):
            at.start("keep", batch=20)
        for keeper in at.hands[-3:]:
            keeper.says("ready")
        at.at_rest()
        when_due = _clash(at, "settle_at", SEED)
        when_given_up = _clash(at, "cancel_at", SEED + 10)
        at.move_to(start + timedelta(days=12))
        now = at.at_rest()
        found = at.do("check", now=now.isoformat())
        assert (found["findings"], found["deadlocks"]) == ({}, 0)
        figures = found["figures"]
        assert at.ask("SELECT array_agg(DISTINCT kind ORDER BY kind) FROM promises_promise WHERE state = 'open'") == [
            "no_reason_return", "non_delivery",
        ], "what was collected and never delivered waits for news, all else has ended"  # fmt: skip
        assert min(when_due.values()) > 10 and min(when_given_up.values()) > 0, (when_due, when_given_up)
        assert figures["cancelled"] >= when_due["cancelled"] + when_given_up["cancelled"]
        assert min(figures["kept"], figures["broken"], figures["void"], figures["coupons"]) > 3, figures


def test_two_keep_commands_on_one_database_settle_everything_once_and_stop_cleanly(
    empty_world: str, tmp_path: Path
) -> None:
    with database_of_its_own(copy_of=empty_world) as url, arena(url, tmp_path) as at:
        start = soon()
        at.do("seed", seed=SEED, waves=[start.isoformat()], each=ORDERS // 4, step_ms=1, parcels="labels")
        at.move_to(start + timedelta(hours=1))
        both = [at.sanhao("keep"), at.sanhao("keep")]
        now = at.at_rest()
        for one in both:
            assert one.process.poll() is None, one.log.read_text()
            one.process.terminate()
        codes = {one.process.wait(30) for one in both}
        assert 0 in codes and codes <= {0, 143}, "143: told to end while it was still starting"
        assert [one.log.read_text() for one in both] == ["", ""], "neither had anything to complain about"
        found = at.do("check", now=now.isoformat())
    assert (found["findings"], found["deadlocks"], found["figures"]["broken"]) == ({}, 0, ORDERS // 4)
