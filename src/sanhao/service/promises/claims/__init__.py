"""What guarantees that need the buyer's word have in common: the line they are about, the claims made under them, and
how a claim ends. Pure; the rules themselves stand in `kinds/`.

A claim counts from the moment it was sent. While one made in time waits for its answer the promise waits with it; a
granted one is owed from the moment of the answer; a refused or withdrawn one is as if it had not been made. When the
window closes without a claim in it, the promise is kept.
"""

from sanhao.service.promises.claims.facts import (
    ClaimFacts,
    facts_for,
    freight_for,
    granted,
    in_category,
    lines_of,
    paid_for,
    price_of,
)
from sanhao.service.promises.claims.judging import admit, due, hear, judge
from sanhao.service.promises.claims.owed import require_found
from sanhao.service.promises.claims.rule import (
    Part,
    Parts,
    Rule,
    after_signing,
    days_after_signing,
    timed,
    wanting,
)
from sanhao.service.promises.claims.words import Sayings, say, say_to_shop

__all__ = [
    "ClaimFacts",
    "Part",
    "Parts",
    "Rule",
    "Sayings",
    "admit",
    "after_signing",
    "days_after_signing",
    "due",
    "facts_for",
    "freight_for",
    "granted",
    "hear",
    "in_category",
    "judge",
    "lines_of",
    "paid_for",
    "price_of",
    "require_found",
    "say",
    "say_to_shop",
    "timed",
    "wanting",
]
