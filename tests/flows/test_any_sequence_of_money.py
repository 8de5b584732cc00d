"""Whatever happens to orders, in whatever order: no cent is made or lost, and nobody gets more than they paid.

20,000 steps in the suite; SANHAO_BOOK_STEPS asks for more (a million in `make soak`). A failing sequence is printed as
the few actions that lead to it.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from sanhao.books.settlement import api as settlement
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit import time as kit_time
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.aftersales import money
from sanhao.service.aftersales.paths import pickup
from tests.conftest import T0
from tests.flows.money_world import ACTIONS, OFTEN, Market
from tests.service import stage

STEPS = int(os.environ.get("SANHAO_BOOK_STEPS", "20000"))
AT_ONCE = 100
SEEDS = st.integers(0, 2**32 - 1)


class Books(RuleBasedStateMachine):
    """One market, from its first order on. Time never goes back, not even between two examples."""

    clock: datetime = T0
    total = 0
    seen: set[str] = set()

    def __init__(self) -> None:
        super().__init__()
        self.turns = 0
        type(self).clock += timedelta(days=30)
        self.market = Market(type(self).clock)
        self.market.act("claim", 1, AT_ONCE)
        self.market.act("compensate", 2, AT_ONCE // 2)
        for seed in range(4):
            self.market.act("buy", seed, AT_ONCE)
        # Half of it starts with money that is the shops' already, so that refunds claw back from the first step on.
        for name in ("ship", "ship", "deliver"):
            self.market.act(name, 3, 10 * AT_ONCE)
        for hours in (20, 400, 20):
            self.market.let_pass(hours)
        for seed in (4, 5):
            self.market.act("buy", seed, AT_ONCE)
        for name in ("ship", "deliver"):  # some is just here, and may be sent back
            self.market.act(name, 4, 10 * AT_ONCE)
        for seed in (6, 7):
            self.market.act("buy", seed, AT_ONCE)
        for name in ACTIONS:  # each of them at least once, whatever the dice choose
            self.market.act(name, 5, AT_ONCE // 4)

    @rule(name=st.sampled_from((*OFTEN, *ACTIONS)), seed=SEEDS, n=st.integers(1, AT_ONCE))
    def something_happens(self, name: str, seed: int, n: int) -> None:
        self.market.act(name, seed, max(n, AT_ONCE // 2))
        self.turns += 1

    @invariant()
    def the_books_hold(self) -> None:
        """Every few hundred steps, and at the end: the queries look at everything there is."""
        if self.turns % 4 == 0:
            self.market.check()

    def teardown(self) -> None:
        self.market.check()
        cls = type(self)
        cls.clock = max(cls.clock, self.market.now)
        cls.total += self.market.steps
        cls.seen |= {name for name, did in self.market.done.items() if did}


@pytest.mark.django_db(transaction=True)
def test_no_sequence_of_orders_refunds_payouts_and_time_makes_or_loses_a_cent() -> None:
    kit_time.found_world(is_demo=True)
    bulky = pickup.Terms(heavy_g=200)  # what these shops sell weighs 300 g, and is bulky here
    since = T0 - timedelta(days=1)
    rulebook.found(pickup.RULE, msgspec.to_builtins(bulky), title=Text(zh="大件", en="Bulky"), now=since)
    stage.rules()
    settlement.found_rules(now=T0 - timedelta(days=1))
    money.found_rules(now=T0 - timedelta(days=1))
    Books.total, Books.seen, Books.clock = 0, set(), T0
    once = settings(
        max_examples=2, stateful_step_count=50, database=None, print_blob=True,
        suppress_health_check=list(HealthCheck), phases=(Phase.generate, Phase.shrink),
    )  # fmt: skip
    while Books.total < STEPS:
        run_state_machine_as_test(Books, settings=once)
    assert set(ACTIONS) - {"mend"} <= Books.seen
    [row] = fetch(
        "SELECT count(*) FILTER (WHERE released_at IS NOT NULL) AS released, sum(charged_minor) AS clawed_back "
        "FROM settlement_settlement"
    )
    assert row["released"]
    assert row["clawed_back"] > 0
