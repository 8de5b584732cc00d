"""What this module listens to, and its keepers."""

from __future__ import annotations

from sanhao.books.settlement.rules import KINDS, schema
from sanhao.fairness.rulebook import api as rulebook


def wire() -> None:
    for key, (kind, _) in KINDS.items():
        rulebook.register_schema(key, schema(kind))
