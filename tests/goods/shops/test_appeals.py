"""Who may appeal for a shop, and who must not judge its appeals: its members, as shops tell fairness."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sanhao.fairness.decisions import api as decisions
from sanhao.kit.refusals import Forbidden, NotFound
from sanhao.people.api import grant_role
from tests.conftest import T0
from tests.fairness.conftest import draft_decision
from tests.goods.world import person, stall

pytestmark = pytest.mark.django_db


def test_members_appeal_for_their_shop_and_strangers_do_not_find_the_decision() -> None:
    shop, stranger = stall(), person()
    draft = draft_decision(shop_id=shop.shop_id, appeal_until=T0 + timedelta(days=1))
    decisions.record([draft])
    said = {"shop_id": shop.shop_id, "text": "It was in time.", "now": T0}
    with pytest.raises(NotFound):
        decisions.appeal(draft.id, by=stranger, **said)
    appeal = decisions.appeal(draft.id, by=shop.owner_id, **said)

    clerk, arbiter = shop.owner_id, person()
    for staff in (clerk, arbiter):
        grant_role(staff, "arbiter", by=None, now=T0)
    with pytest.raises(Forbidden):
        decisions.claim_appeal(appeal, by=clerk, now=T0)
    decisions.claim_appeal(appeal, by=arbiter, now=T0)
