"""Words from outside, narrowed to the few that are known."""

from __future__ import annotations

import pytest

from sanhao.kit.choices import one_of


@pytest.mark.parametrize(
    ("word", "choice"),
    [("new", "new"), ("dear", "dear"), ("", None), ("NEW", None), (None, None), (["new"], None)],
)
def test_only_a_known_word_is_one(word: object, choice: str | None) -> None:
    assert one_of(word, ("new", "dear")) == choice
