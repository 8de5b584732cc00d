"""Every address of the buyer's face × every role: the answer is the one that is written down."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from sanhao.books.wallet import api as wallet
from sanhao.faces.storefront.urls import urlpatterns
from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.kit import time as kit_time
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.conversations import api as conversations
from sanhao.service.orders import api as orders
from tests.faces.matrix_storefront import MATRIX, ROLES
from tests.faces.storefront.stage import client_of, person
from tests.faces.walk import pages_of, walk
from tests.service import stage as service
from tests.service.aftersales.stage import HOUSE, ask, delivered, owed, photo
from tests.service.conversations import stage as talks
from tests.service.conversations.stage import photo_file

pytestmark = pytest.mark.usefixtures("real")


def test_every_address_stands_in_the_matrix() -> None:
    assert {pattern.name for pattern in urlpatterns} == MATRIX.keys()


@pytest.fixture
def stage() -> dict[str, UUID]:
    """A buyer with an order not paid, a late one that has paid them, and one that may still be cancelled."""
    now = kit_time.now()
    service.rules()
    at = service.stage(balance=50_000)
    aftersales.add_return_address(at.shop_id, HOUSE, by=at.owner_id, now=now)
    debt = owed(at, now=now)
    late = service.paid(at, now=now - timedelta(hours=50))
    service.drain(now)
    placed = service.place(at, now=now)
    service.pay(placed, now=now)
    arrived = delivered(at, (2,), now=now - timedelta(hours=30))
    names = {
        "owed": debt, "arrived": arrived, "case": (asked := ask(at, arrived, "no_reason", 1, now=now, evidence=[photo()])),
        "evidence": aftersales.evidence(asked)[0].id, "promise": service.promise(arrived, "no_reason_return")["id"],
        "buyer": at.buyer_id, "address": at.address_id, "offer": at.offers[0], "nothing": new_id(),
        "listing": catalog.offers(at.offers, now=now)[at.offers[0]].listing_id,
        "checkout": placed.checkout_id, "order": placed.order_ids[0],
        "unpaid": service.place(at, now=now).checkout_id, "decision": service.promise(late)["decision_id"],
    }  # fmt: skip
    names |= _coupons(at, now) | _talks(at, names["listing"], now)
    for role in ("other", "member", "staff"):
        names[role] = person(role)
    shops.add_member(at.shop_id, names["member"], role="clerk", by=at.owner_id, now=now)
    people.grant_role(names["staff"], "admin", by=None, now=now)
    return names


def _talks(at: service.Stage, listing: UUID, now: datetime) -> dict[str, UUID]:
    """A conversation with a photo that the platform was asked into, and a quiet one."""
    talk = talks.ask(at, subject=talks.Subject("listing", listing), now=now)
    talks.reply(at, talk, "不起球", photos=conversations.keep_photos([photo_file()]), now=now)
    conversations.hand_over(talk, side="buyer", by=at.buyer_id, now=now)
    shot = conversations.messages(talk)[1].photos[0].id
    return {
        "talk": talk,
        "shot": shot,
        "quiet": talks.ask(at, subject=talks.Subject("shop", at.shop_id), now=now),
    }


def _coupons(at: service.Stage, now: datetime) -> dict[str, UUID]:
    """One of the shop's to claim, one out of reach, and one of the platform's that the buyer has claimed."""
    kinds: list[tuple[wallet.FunderKind, UUID | None, int, int]] = [
        ("shop", at.shop_id, 1_000, 8_800), ("platform", None, 800, 0), ("shop", at.shop_id, 9_000, 30_000)
    ]  # fmt: skip
    ids = [
        wallet.issue_coupons(
            wallet.IssueDraft(
                kind, str(shop_id or "platform"), Text(zh="早冬券", en="Winter coupon"), Money(amount, "CNY"),
                Money(threshold, "CNY"), Money(90_000, "CNY"), now, now + timedelta(days=7), shop_id=shop_id,
            ),
            by=at.owner_id, now=now,
        )
        for kind, shop_id, amount, threshold in kinds
    ]  # fmt: skip
    wallet.claim(ids[1], person_id=at.buyer_id, now=now)
    return {"issue": ids[0]}


@pytest.mark.parametrize("role", ROLES)
def test_everybody_gets_what_is_written(stage: dict[str, UUID], role: str) -> None:
    found = {}
    for name, (method, path, _expected) in MATRIX.items():
        client = client_of(stage.get(role))
        found[name] = client.generic(method, path.format(**stage)).status_code
    assert found == {name: row[2][ROLES.index(role)] for name, row in MATRIX.items()}


@pytest.mark.django_db(transaction=True)
def test_no_page_has_a_barrier(browser: Any, live_server: Any, stage: dict[str, UUID]) -> None:
    paths = [*pages_of(MATRIX, ROLES.index("buyer"), stage), "/search/?q=zzqqxx", "/search/"]
    walk(browser, live_server.url, stage["buyer"], paths, lang="zh-hans")
    walk(browser, live_server.url, None, ["/sign-in/", "/cart/"], lang="en", desk=False)
    walk(browser, live_server.url, stage["buyer"], _with_goods(stage), lang="en")
    walk(browser, live_server.url, stage["other"], ["/orders/", "/wallet/", "/notices/", "/saved/"], lang="en", desk=False)  # fmt: skip


def _with_goods(stage: dict[str, UUID]) -> list[str]:
    """Cart and checkout with something in them, and coupons to claim, to use and to reach."""
    now = kit_time.now()
    cart = orders.open_cart(person_id=stage["buyer"], now=now)
    orders.add_to_cart(cart, stage["offer"], 1, now=now)
    return ["/cart/", "/checkout/"]


def test_what_is_somebody_elses_reads_like_what_never_was(stage: dict[str, UUID]) -> None:
    client = client_of(stage["other"])
    for path, mine in (("/orders/{}/", "order"), ("/pay/{}/", "unpaid"), ("/paid/{}/", "checkout"),
                       ("/decisions/{}/", "decision"), ("/me/addresses/{}/", "address")):  # fmt: skip
        theirs, nobodys = (client.get(path.format(id)) for id in (stage[mine], stage["nothing"]))
        assert theirs.status_code == nobodys.status_code == 404
        assert without_tokens(theirs.content) == without_tokens(nobodys.content)
    assert orders.order(stage["order"]).state == "paid"


def without_tokens(page: bytes) -> str:
    """The page without what differs from one answer to the next: tokens, addresses, the time it was made."""
    import re

    text = page.decode()
    text = re.sub(r'(csrfmiddlewaretoken" value|X-CSRFToken": |data-now=)[="\s]*[\w:.+-]+', "", text)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", text)
