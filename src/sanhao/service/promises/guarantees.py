"""Which guarantees come with goods that nobody has bought yet, which may be claimed on an order, and what a shop can take
on: the same kinds as in life, asked ahead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.money import Money
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.promises import coverage
from sanhao.service.promises.book import (
    accepted_under,
    coverage_of,
    facts_from,
    own_choices,
    rule_key,
    terms_of,
)
from sanhao.service.promises.claims import require_found
from sanhao.service.promises.core import (
    Accepted,
    Answered,
    AnyKind,
    Claimed,
    Line,
    PaidOrder,
    Split,
    Verdict,
)
from sanhao.service.promises.coverage import RULE, ByCategory
from sanhao.service.promises.kinds import CLAIMS, KINDS, no_reason_return


class Goods(msgspec.Struct, frozen=True):
    """One thing on sale. *category* is its path (`OfferCard.category_path`)."""

    shop_id: UUID
    category: str
    price: Money
    special: str = ""
    weight_g: int | None = None
    country: str = ""


class Guarantee(msgspec.Struct, frozen=True):
    """A guarantee as a price tag shows it. *by_shop*: the shop took it on, it need not; *note*, with nothing promised,
    says why the law leaves these goods out."""

    kind: str
    title: Text
    sentence: Text
    by_shop: bool = False
    note: Text | None = None


class Consent(msgspec.Struct, frozen=True):
    """What the buyer may agree to for one item at purchase, never ticked ahead: *name* goes to `orders.place`."""

    name: str
    sentence: Text


class Claimable(msgspec.Struct, frozen=True):
    """A guarantee on an order under which the buyer may ask now, or could once the parcel is there."""

    promise_id: UUID
    kind: str
    order_id: UUID
    line_id: UUID
    title: Text
    sentence: Text
    until: datetime | None


class Withdrawable(msgspec.Struct, frozen=True):
    """A line that may be withdrawn from by its own return without a reason, until then (None: it is not here yet).
    *by_right*: nobody has to agree, as in the Union. *open*: the guarantee still listens; if not, it has answered for other
    units, or ended before somebody found out what was withdrawn in time."""

    promise_id: UUID
    line_id: UUID
    until: datetime | None
    by_right: bool
    open: bool


class Proposal(msgspec.Struct, frozen=True):
    """What a claim that waits for its answer would come to if it were granted now, and who would pay which part of it:
    the guarantee's own verdict. *for_buyer* and *for_shop* are its sentences."""

    promise_id: UUID
    kind: str
    claim: Claimed
    owed: Money | None
    split: Split
    for_buyer: Text
    for_shop: Text


class Choice(msgspec.Struct, frozen=True):
    """A guarantee as its shop may take it on in one category. *own*: what it promises of itself; *choices*: what it could.

    *newer_terms*: the rule has changed since, and what goes beyond the old terms is the platform's fund's.
    """

    kind: str
    category: str
    title: Text
    sentence: Text
    state: coverage.State
    accepted_at: datetime | None
    own: Mapping[str, int]
    choices: Mapping[str, tuple[int, ...]]
    newer_terms: bool = False


_SHOWN = tuple(CLAIMS)


def guarantees_of(goods: Sequence[Goods], *, now: datetime) -> list[list[Guarantee]]:
    """For each of *goods* the guarantees it would come with if it were paid for now. Two queries for all."""
    rules = rulebook.in_force_many([*(rule_key(name) for name in _SHOWN), RULE], at=now)
    by_category = coverage_of(rules.get(RULE))
    shops = _accepted([one.shop_id for one in goods], rules, now)
    return [_of(one, rules, by_category, shops, now) for one in goods]


def _of(
    goods: Goods,
    rules: Mapping[str, rulebook.RuleVersion],
    by_category: ByCategory,
    shops: Mapping[str, coverage.Acceptances],
    now: datetime,
) -> list[Guarantee]:
    found = []
    order = _as_if_paid(goods, now)
    for name in _SHOWN:
        rule = rules.get(rule_key(name))
        bought = coverage.covered(by_category, name, order, shops) if rule is not None else None
        if rule is None or bought is None:
            continue
        kind, terms = KINDS[name], terms_of(rule.id, name)
        made = kind.promise(terms, bought)
        if made:
            sentence = _said(kind, terms, made[0][1])
            by_shop = coverage.state_of(by_category, name, goods.category) == "optional"
            found.append(Guarantee(name, kind.title, sentence, by_shop))
        elif name == no_reason_return.name:
            found.append(Guarantee(name, kind.title, _NOT_RETURNED, note=_NOT_RETURNED))
    return found


_NOT_RETURNED = Text(
    zh="定制、生鲜等商品依法不支持无理由退货",
    en="By law goods made to order, fresh or digital do not come back without a reason",
)


def _as_if_paid(goods: Goods, now: datetime) -> PaidOrder:
    line = Line(
        id="-", shop=str(goods.shop_id), paid=goods.price, special=goods.special, category=goods.category,
        weight_g=goods.weight_g,
    )  # fmt: skip
    return PaidOrder(
        id="-", currency=goods.price.currency, bought_at=now, paid_at=now, lines=(line,), goods=goods.price,
        freight=None, paid=goods.price, country=goods.country,
    )  # fmt: skip


def _accepted(
    shop_ids: Sequence[UUID], rules: Mapping[str, rulebook.RuleVersion], now: datetime
) -> dict[str, dict[tuple[str, str], Accepted]]:
    found: dict[str, dict[tuple[str, str], Accepted]] = defaultdict(dict)
    for row in fetch(
        "SELECT shop_id, kind, category, rule_id, own::text AS own FROM promises_acceptance "
        "WHERE shop_id = ANY(%s) AND withdrawn_at IS NULL AND accepted_at <= %s",
        [list(set(shop_ids)), now],
    ):
        rule = rules.get(rule_key(row["kind"]))
        if rule is not None:
            own = msgspec.json.decode(row["own"])
            accepted = accepted_under(row["rule_id"], rule, own)
            found[str(row["shop_id"])][row["kind"], row["category"]] = accepted
    return found


_CONSENTS = {
    no_reason_return.UNSEALED: Text(
        zh="我同意：这件商品拆封后不支持无理由退货（没拆封仍然可以退）",
        en="I agree that this item does not come back without a reason once unsealed (sealed, it still may)",
    ),
    no_reason_return.ACTIVATED: Text(
        zh="我同意：这件商品激活或试用后不支持无理由退货（没激活仍然可以退）",
        en="I agree that this item does not come back without a reason once activated (before that, it still may)",
    ),
    no_reason_return.DECLARED: Text(
        zh="我知道这件是临期或有瑕疵的商品，并同意不支持无理由退货",
        en="I know that this item is near its date or flawed, and agree that it does not come back without a reason",
    ),
}


CONSENTS = tuple(_CONSENTS)
"""The names of all that can be agreed to."""


def consents_for(goods: Sequence[Goods], *, now: datetime) -> list[Consent | None]:
    """For each of *goods* what the buyer may agree to at purchase; None where nothing may be left out. No query more than
    the rule."""
    try:
        rule = rulebook.in_force(rule_key(no_reason_return.name), at=now)
    except LookupError:
        return [None] * len(goods)
    terms: no_reason_return.Terms = terms_of(rule.id, no_reason_return.name)
    return [_consent(terms, one) for one in goods]


def _consent(terms: no_reason_return.Terms, goods: Goods) -> Consent | None:
    if no_reason_return.excluded(terms, goods.category, goods.special):
        return None
    name = no_reason_return.soft_exclusion(terms, goods.category)
    return Consent(name, _CONSENTS[name]) if name else None


def claimable(order_id: UUID, *, now: datetime) -> list[Claimable]:
    """The guarantees on an order under which something can be claimed now, or once its parcel is there; soonest closing
    first. One query."""
    found = []
    for row in fetch(
        "SELECT id, kind, order_id, line_id, rule_id, facts::text AS facts, due_at FROM promises_promise "
        "WHERE order_id = %s AND kind = ANY(%s) AND state = 'open' ORDER BY due_at, id",
        [order_id, list(CLAIMS)],
    ):
        kind, terms = KINDS[row["kind"]], terms_of(row["rule_id"], row["kind"])
        facts = facts_from(row["kind"], row["facts"])
        verdict = kind.judge(terms, facts, now)
        if verdict.outcome != "waiting" or verdict.reason == "claimed":
            continue
        sentence = kind.say(terms, facts, verdict)
        found.append(
            Claimable(
                row["id"],
                row["kind"],
                row["order_id"],
                row["line_id"],
                kind.title,
                sentence,
                facts.window_ends,
            )
        )
    return found


def withdrawable(order_id: UUID, *, now: datetime) -> dict[UUID, Withdrawable]:
    """By line, what of an order may be given back without a reason now or once it is there. One query."""
    kind, found = no_reason_return, {}
    for row in fetch(
        "SELECT id, line_id, rule_id, state, facts::text AS facts FROM promises_promise "
        "WHERE order_id = %s AND kind = %s AND state IN ('open', 'kept', 'broken') ORDER BY id",
        [order_id, kind.name],
    ):
        terms, facts = terms_of(row["rule_id"], kind.name), facts_from(kind.name, row["facts"])
        until = facts.window_ends
        if (until is None or now <= until) and facts.agreed != kind.DECLARED:
            found[row["line_id"]] = Withdrawable(
                row["id"], row["line_id"], until, facts.country in terms.eu, row["state"] == "open"
            )
    return found


def windows_of(order_ids: Sequence[UUID]) -> dict[UUID, list[tuple[datetime, str]]]:
    """Until when what may still be claimed about each order, as far as it is known: moment and kind. One query."""
    found: dict[UUID, list[tuple[datetime, str]]] = defaultdict(list)
    for row in fetch(
        "SELECT order_id, due_at, kind FROM promises_promise WHERE order_id = ANY(%s) AND kind = ANY(%s) AND state = 'open' "
        "AND due_at < '9000-01-01'",
        [list(order_ids), list(CLAIMS)],
    ):
        found[row["order_id"]].append((row["due_at"], row["kind"]))
    return found


def proposals(
    claims: Mapping[UUID, str], *, now: datetime, answers: Mapping[UUID, Answered] | None = None
) -> dict[UUID, Proposal]:
    """For each promise the claim of that id, as it would be judged if it were granted now, or by what *answers* says.
    What cannot be granted any more is missing. One query. Raises Invalid ``claim.found_…``."""
    found = {}
    for row in fetch(
        "SELECT id, kind, rule_id, facts::text AS facts FROM promises_promise "
        "WHERE id = ANY(%s) AND kind = ANY(%s) AND state IN ('open', 'kept')",
        [list(claims), list(CLAIMS)],
    ):
        kind, terms = CLAIMS[row["kind"]], terms_of(row["rule_id"], row["kind"])
        facts, id = facts_from(row["kind"], row["facts"]), claims[row["id"]]
        claim = next((known for known in facts.claims if known.id == id), None)
        if claim is None:
            continue
        answer = (answers or {}).get(row["id"]) or Answered(max(now, claim.at), id)
        require_found(terms, facts, answer, kind.RULE)
        granted = kind.hear(terms, facts, answer)
        verdict = kind.judge(terms, granted, max(now, claim.at))
        if verdict.outcome == "broken":
            found[row["id"]] = Proposal(
                row["id"], row["kind"], claim, verdict.owed, verdict.shares,
                kind.say(terms, granted, verdict), kind.say_to_shop(terms, granted, verdict),
            )  # fmt: skip
    return found


def choices_of(shop_id: UUID, categories: Sequence[str], *, now: datetime) -> list[Choice]:
    """What a shop may take on in each of *categories* (paths), and what it has. Mandatory ones are there, to be read."""
    rules = rulebook.in_force_many([*(rule_key(name) for name in CLAIMS), RULE], at=now)
    by_category = coverage_of(rules.get(RULE))
    taken = {
        (row["kind"], row["category"]): row
        for row in fetch(
            "SELECT kind, category, rule_id, own::text AS own, accepted_at FROM promises_acceptance "
            "WHERE shop_id = %s AND withdrawn_at IS NULL",
            [shop_id],
        )
    }
    found = []
    for category in categories:
        for name in CLAIMS:
            rule, state = rules.get(rule_key(name)), coverage.state_of(by_category, name, category)
            if rule is None or state == "off":
                continue
            sentence = _offer(name, rule, shop_id, category, now)
            if sentence is None:
                continue
            slug = category.rsplit("/", 1)[-1]
            row = taken.get((name, slug)) or taken.get((name, coverage.EVERYWHERE))
            found.append(
                Choice(
                    name, slug, KINDS[name].title, sentence, state,
                    accepted_at=row["accepted_at"] if row else None,
                    own=msgspec.json.decode(row["own"]) if row else {},
                    choices=own_choices(name),
                    newer_terms=row is not None and row["rule_id"] != rule.id,
                )
            )  # fmt: skip
    return found


def _offer(name: str, rule: rulebook.RuleVersion, shop_id: UUID, category: str, now: datetime) -> Text | None:
    """The guarantee's own sentence for goods of this category; None where it never applies to them."""
    kind, terms = KINDS[name], terms_of(rule.id, name)
    made = kind.promise(
        terms, _as_if_paid(Goods(shop_id, category, Money(100_00, "CNY"), weight_g=1000), now)
    )
    return _said(kind, terms, made[0][1]) if made else None


def _said(kind: AnyKind, terms: Any, facts: Any) -> Text:
    """What it offers, without the dates of a purchase that nobody made."""
    return kind.say(terms, msgspec.structs.replace(facts, window_ends=None), Verdict("waiting", "running"))
