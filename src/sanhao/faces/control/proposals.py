"""What two people agree on, of whatever kind: money moved by hand, a buyer's debt that is forgiven. One shape, one desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.urls import reverse
from django.utils.translation import gettext as _

from sanhao.books.settlement import api as settlement
from sanhao.faces.control import words
from sanhao.goods.shops import api as shops
from sanhao.kit.money import Money
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales

_Stored = settlement.ManualView | aftersales.WriteOffView


class Proposal(msgspec.Struct, frozen=True):
    """*what* it is for and *whom* it concerns; *approve* and *decline* are where the second person answers."""

    id: UUID
    what: str
    whom: str
    amount: Money
    reason: str
    state: str
    by: UUID
    proposed_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    answer: str
    decision_id: UUID | None
    href: str
    approve: str
    decline: str

    @property
    def waits(self) -> bool:
        return self.state == "proposed"


def proposals(
    cards: Sequence[shops.ShopCard], *, limit: int
) -> tuple[list[Proposal], dict[UUID, people.PersonCard]]:
    """What waits, the oldest first, then what was decided, the latest first; and everybody concerned. Three queries."""
    moved, forgiven = settlement.manual_money(limit=limit), aftersales.write_offs(limit=limit)
    both: list[_Stored] = [*moved, *forgiven]
    concerned = {who for one in both for who in (one.proposed_by, one.decided_by) if who}
    known = people.cards([*concerned, *(one.person_id for one in forgiven)])
    names = {card.id: words.said(card.name) for card in cards}
    found = [*(_by_hand(one, names) for one in moved), *(_forgiven(one, known) for one in forgiven)]
    waiting = sorted((one for one in found if one.waits), key=lambda one: one.proposed_at)
    decided = sorted(
        (one for one in found if not one.waits), key=lambda one: one.decided_at or one.proposed_at
    )
    return [*waiting, *reversed(decided)], known


def _by_hand(one: settlement.ManualView, names: Mapping[UUID, str]) -> Proposal:
    return _proposal(
        one, words.said(settlement.MANUAL_KINDS[one.kind].title), names.get(one.shop_id, "") if one.shop_id else "",
        "", "money",
    )  # fmt: skip


def _forgiven(one: aftersales.WriteOffView, known: Mapping[UUID, people.PersonCard]) -> Proposal:
    whom = known[one.person_id].name if one.person_id in known else ""
    return _proposal(one, _("Debt forgiven"), whom, reverse("control:order", args=[one.order_id]), "claims")


def _proposal(one: _Stored, what: str, whom: str, href: str, route: str) -> Proposal:
    return Proposal(
        one.id, what, whom, one.amount, one.reason, one.state, one.proposed_by, one.proposed_at, one.decided_by,
        one.decided_at, one.answer, one.decision_id, href,
        reverse(f"control:{route}_approve", args=[one.id]), reverse(f"control:{route}_decline", args=[one.id]),
    )  # fmt: skip
