"""Shops: who may do what, what strangers learn (nothing), what trust wrote down."""

from __future__ import annotations

import msgspec
import pytest

from sanhao.books.ledger import api as ledger
from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.goods.shops.core import STATES
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.refusals import Forbidden, Invalid, NotFound, Refusal
from sanhao.kit.text import Text
from tests.conftest import T0
from tests.goods.world import Stall, card, listed, offer_ids, people, person, stall

pytestmark = pytest.mark.django_db
DRAFT = shops.ShopDraft("a-shop", Text(zh="小店", en="A shop"), Text(zh="", en=""), "mark", "浙江")


@pytest.fixture
def shop() -> Stall:
    return stall()


def test_a_new_shop_is_open_neutral_and_its_owners(shop: Stall) -> None:
    card = shops.shop(shop.shop_id)
    assert (card.slug, card.state, card.standing, card.score, card.currency) == (
        "qingcao", "open", "neutral", None, "CNY",
    )  # fmt: skip
    assert shops.by_slug("qingcao") == card
    assert shops.shops([shop.shop_id, new_id()]) == {card.id: card}
    assert shops.all_open() == [card]
    assert shops.shops_of(shop.owner_id) == [shops.Membership(card, "owner")]
    assert shops.members(shop.shop_id) == [shops.Member(shop.owner_id, "owner", T0)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"slug": "Big Shop"}, "shop.slug"),
        ({"slug": ""}, "shop.slug"),
        ({"slug": "-a"}, "shop.slug"),
        ({"slug": "a" * 61}, "shop.slug"),
        ({"name": Text(zh="", en="A shop")}, "shop.name"),
        ({"name": Text(zh="小店", en=" ")}, "shop.name"),
        ({"currency": "XXX"}, "shop.currency"),
        ({"timezone": "Mars/Olympus"}, "shop.timezone"),
        ({"country": "China"}, "shop.country"),
        ({"ship_hours": 0}, "shop.ship_hours"),
        ({"ship_hours": 361}, "shop.ship_hours"),
    ],
)
def test_a_draft_that_cannot_be_is_invalid(change: dict[str, object], code: str) -> None:
    draft = msgspec.structs.replace(DRAFT, **change)
    with pytest.raises(Invalid) as refused:
        shops.open_shop(draft, owner_id=new_id(), now=T0)
    assert refused.value.code == code
    assert shops.all_open() == []


def test_an_address_is_taken_once(shop: Stall) -> None:
    with pytest.raises(Refusal) as refused:
        shops.open_shop(msgspec.structs.replace(DRAFT, slug="qingcao"), owner_id=person(), now=T0)
    assert refused.value.code == "shop.taken"
    assert len(shops.all_open()) == 1


def test_a_stranger_does_not_learn_that_there_is_an_inside(shop: Stall) -> None:
    stranger, other = person(), stall("other")
    for somebody in (stranger, other.owner_id):
        with pytest.raises(NotFound):
            shops.require_member(shop.shop_id, somebody)
    with pytest.raises(NotFound):
        shops.require_member(new_id(), shop.owner_id)
    for somebody in (stranger, other.owner_id):
        for verb in (
            lambda by: shops.add_member(shop.shop_id, by, "owner", by=by, now=T0),
            lambda by: shops.remove_member(shop.shop_id, shop.owner_id, by=by, now=T0),
            lambda by: shops.change_state(shop.shop_id, "closed", by=by, now=T0),
            lambda by: shops.promise_hours(shop.shop_id, 1, by=by, now=T0),
        ):
            with pytest.raises(NotFound):
                verb(somebody)
    assert shops.members(shop.shop_id) == [shops.Member(shop.owner_id, "owner", T0)]
    assert (shops.shop(shop.shop_id).state, shops.shop(shop.shop_id).ship_hours) == ("open", None)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("owner", {"hire", "close", "holiday", "promise"}),
        ("manager", {"holiday", "promise"}),
        ("clerk", set()),
    ],
)
def test_what_a_role_may_do(shop: Stall, role: shops.Role, may: set[str]) -> None:
    member, somebody = people(2)
    shops.add_member(shop.shop_id, member, role, by=shop.owner_id, now=T0)
    verbs = {
        "hire": lambda: shops.add_member(shop.shop_id, somebody, "clerk", by=member, now=T0),
        "promise": lambda: shops.promise_hours(shop.shop_id, 24, by=member, now=T0),
        "holiday": lambda: shops.change_state(shop.shop_id, "holiday", by=member, now=T0),
        "close": lambda: shops.change_state(shop.shop_id, "closed", by=member, now=T0),
    }
    for name, verb in verbs.items():
        if name in may:
            verb()
        else:
            with pytest.raises(Forbidden):
                verb()


def test_a_shop_keeps_an_owner(shop: Stall) -> None:
    for verb in (
        lambda: shops.remove_member(shop.shop_id, shop.owner_id, by=shop.owner_id, now=T0),
        lambda: shops.add_member(shop.shop_id, shop.owner_id, "clerk", by=shop.owner_id, now=T0),
    ):
        with pytest.raises(Refusal) as refused:
            verb()
        assert refused.value.code == "shop.last_owner"
    second = person()
    shops.add_member(shop.shop_id, second, "owner", by=shop.owner_id, now=T0)
    shops.remove_member(shop.shop_id, shop.owner_id, by=second, now=T0)
    assert shops.shops_of(shop.owner_id) == []


def test_a_role_that_does_not_exist_is_invalid(shop: Stall) -> None:
    with pytest.raises(Invalid):
        shops.add_member(shop.shop_id, person(), "king", by=shop.owner_id, now=T0)


def test_on_holiday_nothing_is_on_sale_and_then_again(shop: Stall) -> None:
    [offer] = offer_ids(listed(shop))
    shops.change_state(shop.shop_id, "holiday", by=shop.owner_id, now=T0)
    assert card(offer).on_sale is False
    assert shops.all_open() == []
    assert catalog.category("knitwear", now=T0)[1].cards == ()
    shops.change_state(shop.shop_id, "open", by=shop.owner_id, now=T0)
    assert card(offer).on_sale is True
    with pytest.raises(Refusal) as refused:
        shops.change_state(shop.shop_id, "open", by=shop.owner_id, now=T0)
    assert refused.value.code == "shop.moved_on"


def test_a_closed_shop_stays_closed(shop: Stall) -> None:
    shops.change_state(shop.shop_id, "closed", by=shop.owner_id, now=T0)
    for to in ("open", "holiday"):
        with pytest.raises(Refusal):
            shops.change_state(shop.shop_id, to, by=shop.owner_id, now=T0)
    assert STATES.final == {"closed"}


def test_standing_flows_down_set_based(shop: Stall) -> None:
    other = stall("other")
    assert shops.standing_of([shop.shop_id]) == {shop.shop_id: shops.Standing(shop.shop_id, "neutral", None)}
    told = [shops.Standing(shop.shop_id, "trusted", 485), shops.Standing(other.shop_id)]
    assert shops.set_standing(told, now=T0) == 1, "what stayed as it was is not written"
    assert shops.standing_of([shop.shop_id, other.shop_id]) == {s.shop_id: s for s in told}
    assert (shops.shop(shop.shop_id).standing, shops.shop(shop.shop_id).score) == ("trusted", 485)


@pytest.mark.parametrize("slug", ["", "nobody", "qing\0cao", "x" * 5000, "%", "青草"])
def test_an_unknown_address_is_not_found(shop: Stall, slug: str) -> None:
    with pytest.raises(NotFound):
        shops.by_slug(slug)


def test_an_unknown_shop_is_not_found() -> None:
    with pytest.raises(NotFound):
        shops.shop(new_id())


def test_money_paid_in_is_in_the_books_once(shop: Stall) -> None:
    for _ in range(2):
        shops.pay_deposit(shop.shop_id, Money(500_000, "CNY"), now=T0, key="test.deposit")
    shops.top_up(shop.shop_id, Money(12_345, "CNY"), now=T0, key="test.top_up")
    assert shops.money_of(shop.shop_id) == shops.ShopMoney(
        Money(12_345, "CNY"), Money(500_000, "CNY"), Money(0, "CNY")
    )
    assert ledger.balance(ledger.Ref("bank", ledger.PLATFORM, "CNY")) == Money(512_345, "CNY")


@pytest.mark.parametrize("amount", [Money(0, "CNY"), Money(-1, "CNY"), Money(100, "USD")])
def test_impossible_money_is_refused(shop: Stall, amount: Money) -> None:
    for pay in (shops.pay_deposit, shops.top_up):
        with pytest.raises(Invalid):
            pay(shop.shop_id, amount, now=T0, key="test.bad")
    with pytest.raises(NotFound):
        shops.pay_deposit(new_id(), Money(1, "CNY"), now=T0, key="test.nobody")
    assert shops.money_of(shop.shop_id).deposit == Money(0, "CNY")
