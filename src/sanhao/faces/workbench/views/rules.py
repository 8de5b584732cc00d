"""The rules that bind the shop: in force, announced for later, and what changed between versions."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from sanhao.faces.workbench import words
from sanhao.faces.workbench.seat import Seat, at_work, page
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.refusals import NotFound


@at_work("GET")
def rules(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Everything that binds now, and what was announced, with its date."""
    book = _binding(seat, rulebook.book(at=seat.now))
    coming = [rule for rule in book if rule.effective_at is not None and rule.effective_at > seat.now]
    given = {"binding": [rule for rule in book if rule not in coming], "coming": coming, "desk": "one"}
    return page(request, seat, "rules", given)


def _binding(seat: Seat, versions: list[rulebook.RuleView]) -> list[rulebook.RuleView]:
    """Those for everywhere, for the shop's own country and its market; drafts and withdrawn ones bind nobody."""
    bind = rulebook.markets(seat.shop.country)
    return [
        rule for rule in versions if rule.market in bind and rule.state not in ("draft", "withdrawn")
    ]  # fmt: skip


@at_work("GET")
def rule(request: HttpRequest, seat: Seat, key: str) -> HttpResponse:
    """One rule with all its versions, newest first, each with what it changed."""
    versions = _binding(seat, rulebook.versions(key))
    if not versions:
        raise NotFound("rule.unknown", zh="没有这条规则。", en="There is no such rule.")
    of_market = {
        market: [v for v in versions if v.market == market] for market in {v.market for v in versions}
    }
    shown: list[dict[str, Any]] = []
    for one in versions:
        earlier = [v for v in of_market[one.market] if v.version < one.version]
        changed = words.changes(_whole(earlier[0]), _whole(one)) if earlier else None
        shown.append({"rule": one, "terms": words.terms(_whole(one)), "changed": changed})
    coming = [one.id for one in versions if one.effective_at is not None and one.effective_at > seat.now]
    found = rulebook.previews(coming, shop_id=seat.shop.id) if coming else {}
    for each in shown:
        of_version = found.get(each["rule"].id, [])
        each["whole"] = [one for one in of_version if one.shop_id is None]
        each["yours"] = [one for one in of_version if one.shop_id is not None]
    return page(
        request, seat, "rule", {"title": versions[0].title, "versions": shown, "key": key, "desk": "one"}
    )


def _whole(rule: rulebook.RuleView) -> dict[str, object]:
    return words.whole_terms(rule.key, rule.terms)
