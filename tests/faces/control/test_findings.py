"""The arbiter enters what was found of a claim, sees what it gives before deciding, and answers the buyer's appeal."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from sanhao.fairness.decisions import api as decisions
from sanhao.kit import time as kit_time
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from tests.service.aftersales.stage import arbiter, case
from tests.service.aftersales.test_claim_stories import a_shop, arrived
from tests.service.aftersales.test_found import buyers_appeal, deciding
from tests.service.stage import hours

pytestmark = pytest.mark.django_db


def signed_in(client: Client, person_id: UUID) -> None:
    client.force_login(people.Person.objects.get(pk=person_id))


def test_what_was_found_is_worked_out_then_decided_then_raised(client: Client, now: datetime) -> None:
    kit_time.found_world(is_demo=True)
    at = a_shop(now, "fruit")
    asked = deciding(at, arrived(at, now), "spoiled_goods", now, share_percent=100)
    judge, other = arbiter(), arbiter()
    aftersales.claim(asked, by=judge, now=now + hours(90))
    signed_in(client, judge)
    path = f"/control/disputes/{asked}/"
    page = client.get(path).content.decode()
    assert 'name="share"' in page
    assert 'name="packed_well"' in page
    assert 'name="grams"' not in page, "only what the guarantee weighs is asked"

    def post(**data: object) -> Any:
        return client.post(f"{path}decide/", data)

    looked = post(outcome="look", share="30", words="")
    assert looked.status_code == 200
    assert "31.80" in looked.content.decode()
    assert case(asked).state == "deciding", "looking decides nothing"
    assert post(outcome="buyer", share="0", words="Three of ten are bad").status_code == 422
    assert post(outcome="buyer", share="30", words="Three of ten are bad").status_code == 302
    first = case(asked).decision_id
    assert first is not None
    assert case(asked).refunded.minor == 31_80

    appeal = buyers_appeal(at, first, now + hours(95))
    decisions.claim_appeal(appeal, by=other, now=now + hours(96))
    signed_in(client, other)
    path = f"/control/appeals/{appeal}/"
    page = client.get(path).content.decode()
    assert 'name="share"' in page
    assert 'name="packed_well"' not in page
    assert "106" in page
    answer = {"answer": "The second photo shows six", "outcome": "overturn"}
    less = client.post(f"{path}answer/", answer | {"share": "20"})
    assert (less.status_code, case(asked).refunded.minor) == (409, 31_80)
    assert client.post(f"{path}answer/", answer | {"share": "60"}).status_code == 302
    assert case(asked).refunded.minor == 63_60
