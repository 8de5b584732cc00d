"""Who works in a shop that a rule binds hears that it was announced: what changes, from when."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from sanhao.fairness.notices import api as notices
from sanhao.fairness.rulebook import api as rulebook
from sanhao.fairness.rulebook.events import RuleAnnounced
from sanhao.goods.shops import api as shops
from sanhao.goods.shops import rules_told
from sanhao.kit.events import News
from sanhao.kit.ids import new_id
from sanhao.kit.text import Text
from sanhao.service.promises import api as promises
from tests.conftest import T0
from tests.goods import world
from tests.service.stage import drain

pytestmark = pytest.mark.django_db
KEY = "promise.late_shipment"
FROM = T0 + timedelta(days=9)


def shop(slug: str, country: str = "CN", zone: str = "Asia/Shanghai") -> tuple[UUID, UUID]:
    owner = world.person()
    draft = shops.ShopDraft(
        slug, Text(zh=slug, en=slug), Text(zh="", en=""), "mark", "x", country=country, timezone=zone
    )
    return shops.open_shop(draft, owner_id=owner, now=T0), owner


def announced(terms: dict[str, object], *, market: str = rulebook.EVERYWHERE) -> UUID:
    promises.found_rules(now=T0)
    id = rulebook.draft(
        KEY, terms, title=promises.KINDS["late_shipment"].title, reason="Waiting is worth more.", by=None, now=T0,
        market=market,
    )  # fmt: skip
    rulebook.announce(id, effective_at=FROM, by=None, now=T0)
    return id


def told(person: UUID) -> list[str]:
    return [notice.text.en for notice in notices.inbox(person) if notice.topic == "rule.announced"]


def test_every_member_hears_once_what_changes_and_from_when() -> None:
    one, owner = shop("qingcao")
    clerk = world.person()
    shops.add_member(one, clerk, "clerk", by=owner, now=T0)
    other, _ = shop("yimu")
    shops.add_member(other, clerk, "manager", by=shops.members(other)[0].person_id, now=T0)
    stranger = world.person()
    id = announced({"ladder": [{"fixed_minor": 500}], "scan_grace_hours": 4})
    drain(T0)
    said = "Version 2 of “Late shipment pays” binds from"
    for person in (owner, clerk):
        [sentence] = told(person)
        assert (
            sentence.startswith(said)
            and "hours late scans are awaited" in sentence
            and "what is paid" in sentence
        )
    assert told(stranger) == []
    [notice] = [n for n in notices.inbox(owner) if n.topic == "rule.announced"]
    assert (notice.subject_kind, notice.subject_id) == ("rule", id)
    assert "赔付阶梯" in notice.text.zh
    # Told again, it is not told again.
    news = News(new_id(), T0, RuleAnnounced(id, KEY, rulebook.EVERYWHERE, 2, FROM))
    rules_told.rule_announced([news])
    assert len(told(owner)) == len(told(clerk)) == 1


def test_a_country_s_rule_is_told_there_and_where_it_has_its_own_the_common_one_is_not() -> None:
    _, chinese = shop("qingcao")
    _, german = shop("wolle", country="DE", zone="Europe/Berlin")
    announced({"scan_grace_hours": 4}, market="DE")
    drain(T0)
    assert (told(chinese), len(told(german))) == ([], 1)
    announced({"scan_grace_hours": 6})
    drain(T0)
    assert (len(told(chinese)), len(told(german))) == (1, 1)


def test_many_members_are_told_in_few_statements(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: object
) -> None:
    monkeypatch.setattr(rules_told, "_AT_ONCE", 10)
    one, owner = shop("qingcao")
    crowd = world.people(35)
    for person in crowd:
        shops.add_member(one, person, "clerk", by=owner, now=T0)
    id = announced({"scan_grace_hours": 4})
    news = News(new_id(), T0, RuleAnnounced(id, KEY, rulebook.EVERYWHERE, 2, FROM))
    with django_assert_max_num_queries(5 + 5 * 6):
        rules_told.rule_announced([news])
    assert all(len(told(person)) == 1 for person in [owner, *crowd])


def test_closed_shops_and_unchanged_terms(now: object) -> None:
    one, owner = shop("qingcao")
    shops.change_state(one, "closed", by=owner, now=T0)
    _, other = shop("yimu")
    promises.found_rules(now=T0)
    announced(rulebook.in_force(KEY, at=T0).terms)
    drain(T0)
    assert told(owner) == []
    [sentence] = told(other)
    assert sentence.endswith("Its terms stay as they are.")
