"""Judging a stored decision again, for the page that shows stored and again side by side. Nothing is written."""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils.translation import gettext as _

from sanhao.faces.control import words
from sanhao.fairness.decisions import api as decisions
from sanhao.kit.money import Money


class Outcome(msgspec.Struct, frozen=True):
    """One of the two columns."""

    outcome: str
    reason: str
    fault: tuple[str, ...]
    remedy: str
    effect: Money | None
    sentence: str


class Comparison(msgspec.Struct, frozen=True):
    stored: Outcome
    again: Outcome
    same: bool
    summary: str


def stored_outcome(decision: decisions.DecisionView, shops: dict[str, str]) -> Outcome:
    return _outcome(
        decision.verdict, decision.effect_minor, decision.currency, words.said(decision.text), shops
    )


def compare(decision: decisions.DecisionView, again: decisions.Rejudged, shops: dict[str, str]) -> Comparison:
    stored = stored_outcome(decision, shops)
    verdict: dict[str, Any] = msgspec.json.decode(again.verdict)
    new = _outcome(verdict, again.effect_minor, again.currency, words.said(again.text), shops)
    return Comparison(stored, new, stored == new, _summary(stored, new))


def _outcome(
    verdict: dict[str, Any], minor: int, currency: str, sentence: str, shops: dict[str, str]
) -> Outcome:
    fault = tuple(shops.get(one) or words.word(words.FAULT, one) for one in verdict.get("fault") or ())
    return Outcome(
        verdict.get("outcome", ""), verdict.get("reason", ""), fault, verdict.get("remedy", ""),
        Money(minor, currency) if currency else None, sentence,
    )  # fmt: skip


def _summary(stored: Outcome, new: Outcome) -> str:
    """The difference in one sentence."""
    if stored == new:
        return _("The same to the cent and to the word.")
    before, after = stored.effect, new.effect
    if before is not None and after is not None and before.currency == after.currency and before != after:
        by = after - before
        amount = (by if by.minor > 0 else -by).format(words.lang())
        more, less = _("%(amount)s more to the buyer."), _("%(amount)s less to the buyer.")
        return (more if by.minor > 0 else less) % {"amount": amount}
    if after is None and before:
        return _("Nothing would have been paid: %(amount)s less.") % {"amount": before.format(words.lang())}
    if before is None and after:
        return _("%(amount)s would have been paid.") % {"amount": after.format(words.lang())}
    return _("The same sum, but not for the same reason.")
