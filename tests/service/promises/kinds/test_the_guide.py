"""docs/add-a-guarantee.md is true: its example is loaded as a guarantee and its test is run."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanhao.kit.money import Money
from sanhao.service.promises.core import AnyKind, PromiseNews
from sanhao.service.promises.kinds import KINDS
from tests.service.promises.kinds import cases
from tests.service.promises.kinds.cases import cancelled, delivered, facts_of, h, order

GUIDE = (Path(__file__).parents[4] / "docs" / "add-a-guarantee.md").read_text(encoding="utf-8")
EXAMPLE, ITS_TEST = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture(scope="module")
def kind() -> AnyKind:
    module = ModuleType("sanhao.service.promises.kinds.within_a_week")
    sys.modules[module.__name__] = module
    exec(compile(EXAMPLE, "docs/add-a-guarantee.md", "exec"), module.__dict__)
    return module


def test_the_guides_own_test_passes(kind: AnyKind) -> None:
    names = {**vars(cases), "within_a_week": kind, "Money": Money}
    exec(compile(ITS_TEST, "docs/add-a-guarantee.md", "exec"), names)
    names["test_a_week_and_not_a_day_more"]()


@given(
    st.lists(
        st.one_of(
            st.builds(lambda at, lag: delivered(at, at + lag), st.integers(0, 250), st.integers(0, 9)),
            st.builds(cancelled, st.none() | st.integers(0, 250)),
        ),
        max_size=4,
    ),
    st.lists(st.integers(0, 400), min_size=2, max_size=6),
)
def test_the_guides_example_has_the_habits_it_preaches(
    kind: AnyKind, story: list[PromiseNews], moments: list[int]
) -> None:
    terms = kind.Terms()
    facts = facts_of(kind, terms, order(), *story)
    assert facts == facts_of(kind, terms, order(), *story[::-1], *story)
    last = None
    for moment in sorted(moments):
        verdict = kind.judge(terms, facts, h(moment))
        assert last is None or last.outcome == "waiting" or verdict == last
        last = verdict
    assert kind.judge(terms, facts, kind.due(terms, facts).settle_at).outcome != "waiting"


def test_the_example_uses_every_part_a_guarantee_has(kind: AnyKind) -> None:
    parts = ["name", "title", "Terms", "Facts", "scope", "promise", "due", "hear", "judge", "under", "say", "say_to_shop"]  # fmt: skip
    for guarantee in (*KINDS.values(), kind):
        assert [part for part in parts if not hasattr(guarantee, part)] == []
    assert {key: guarantee.name for key, guarantee in KINDS.items()} == {key: key for key in KINDS}
    for part in parts[2:]:
        assert f"`{part}`" in GUIDE
