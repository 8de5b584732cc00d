"""A word from outside, as one of the few that are known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

C = TypeVar("C", bound=str)


def one_of(word: object, choices: Iterable[C]) -> C | None:
    """The choice that *word* is, None where it is none of them."""
    return next((choice for choice in choices if choice == word), None)
