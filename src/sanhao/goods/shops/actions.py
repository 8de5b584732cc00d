"""What is done with shops: opening, staffing, holidays, standing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sanhao.books.ledger import api as ledger
from sanhao.books.ledger.api import EntryDraft, Ref
from sanhao.books.settlement import api as settlement
from sanhao.goods.shops.core import ROLES, STATES, Role, ShopDraft, Standing, check, last_owner, no_shop
from sanhao.goods.shops.events import ShopOpened, ShopStateChanged
from sanhao.goods.shops.models import Shop, ShopMember
from sanhao.goods.shops.queries import require_member, shop
from sanhao.kit.events import emit
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.kit.rows import execute, fetch


@transaction.atomic
def open_shop(draft: ShopDraft, *, owner_id: UUID, now: datetime) -> UUID:
    """Open a shop with its first owner. Raises Invalid for a bad draft, Refusal ``shop.taken`` for a taken slug."""
    check(draft)
    id = new_id()
    opened = execute(
        """
        INSERT INTO shops_shop (id, slug, name_zh, name_en, story_zh, story_en, mark, country, region, timezone,
                                currency, ship_hours, state, standing, opened_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'open', 'neutral', %s)
        ON CONFLICT (slug) DO NOTHING
        """,
        [id, draft.slug, draft.name.zh, draft.name.en, draft.story.zh, draft.story.en, draft.mark, draft.country,
         draft.region, draft.timezone, draft.currency, draft.ship_hours, now],
    )  # fmt: skip
    if not opened:
        raise Refusal("shop.taken", zh="这个店铺网址已经有人用了。", en="This shop address is already taken.")
    ShopMember.objects.create(id=new_id(), shop_id=id, person_id=owner_id, role="owner", joined_at=now)
    emit([ShopOpened(id, owner_id)], at=now)
    return id


@transaction.atomic
def add_member(shop_id: UUID, person_id: UUID, role: Role, *, by: UUID, now: datetime) -> None:
    """Give *person_id* a role, or another one. Only an owner may. Raises Refusal if no owner would be left."""
    if role not in ROLES:
        raise Invalid("shop.role_unknown", zh="没有这个角色。", en="There is no such role.")
    _lock(shop_id)
    require_member(shop_id, by, roles=("owner",))
    execute(
        """
        INSERT INTO shops_shopmember (id, shop_id, person_id, role, joined_at) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (shop_id, person_id) DO UPDATE SET role = excluded.role
        """,
        [new_id(), shop_id, person_id, role, now],
    )
    _keep_an_owner(shop_id)


@transaction.atomic
def remove_member(shop_id: UUID, person_id: UUID, *, by: UUID, now: datetime) -> None:
    """An owner lets somebody go; not there is done. Raises Refusal ``shop.last_owner``."""
    del now
    _lock(shop_id)
    require_member(shop_id, by, roles=("owner",))
    ShopMember.objects.filter(shop_id=shop_id, person_id=person_id).delete()
    _keep_an_owner(shop_id)


def _lock(shop_id: UUID) -> None:
    """Two owners who remove each other come one after the other."""
    if not fetch("SELECT id FROM shops_shop WHERE id = %s FOR UPDATE", [shop_id]):
        raise no_shop()


def _keep_an_owner(shop_id: UUID) -> None:
    if not ShopMember.objects.filter(shop_id=shop_id, role="owner").exists():
        raise last_owner()


@transaction.atomic
def promise_hours(shop_id: UUID, hours: int | None, *, by: UUID, now: datetime) -> None:
    """Set the shop's own shipping promise for orders from now on (None: the platform's)."""
    del now
    require_member(shop_id, by, roles=("owner", "manager"))
    if hours is not None and not 1 <= hours <= 360:
        raise Invalid("shop.ship_hours", zh="发货承诺在1到360小时之间。",
                      en="A shipping promise is between 1 and 360 hours.")  # fmt: skip
    Shop.objects.filter(id=shop_id).update(ship_hours=hours)


@transaction.atomic
def change_state(shop_id: UUID, to: str, *, by: UUID, now: datetime) -> None:
    """Go on holiday, come back, or close for good: what is on sale follows. Raises Refusal ``shop.moved_on``."""
    require_member(shop_id, by, roles=("owner", "manager") if to != "closed" else ("owner",))
    if to not in STATES:
        raise Invalid("shop.state", zh="没有这个状态。", en="There is no such state.")
    STATES.move_one(shop_id, to, at=now, by=by)
    emit([ShopStateChanged(shop_id, to)], at=now)


@transaction.atomic
def set_standing(standings: Sequence[Standing], *, now: datetime) -> int:
    """Write down what trust concluded, set-based; returns how many shops changed. Settlement is told: how soon and how
    much of a shop's money is paid out may depend on it."""
    del now
    rows = fetch(
        """
        WITH told AS (SELECT * FROM unnest(%s::uuid[], %s::text[], %s::smallint[]) AS t(id, standing, score)),
             locked AS (SELECT s.id FROM shops_shop s JOIN told t USING (id)
                        WHERE (s.standing, s.score) IS DISTINCT FROM (t.standing, t.score)
                        ORDER BY s.id FOR UPDATE OF s)
        UPDATE shops_shop s SET standing = t.standing, score = t.score
        FROM told t JOIN locked USING (id) WHERE s.id = t.id RETURNING s.id, s.currency, s.standing
        """,
        [[s.shop_id for s in standings], [s.standing for s in standings], [s.score for s in standings]],
    )
    settlement.set_standing(
        [settlement.ShopStanding(row["id"], row["currency"], row["standing"]) for row in rows]
    )
    return len(rows)


@transaction.atomic
def enter_bank_details(shop_id: UUID, payee: settlement.Payee, *, by: UUID, now: datetime) -> datetime:
    """Where the shop's money goes, entered by an owner; returns from when on. Everybody who manages the shop is told.
    Raises Forbidden for others, Invalid for what is no account."""
    membership = require_member(shop_id, by, roles=("owner",))
    return settlement.enter_payee(shop_id, payee, currency=membership.shop.currency, by=by, now=now)


@transaction.atomic
def raise_deposit(shop_id: UUID, amount: Money, *, by: UUID, key: str, now: datetime) -> None:
    """An owner moves money from the balance to the deposit. The same *key* twice is once. Raises Refusal
    ``ledger.not_enough``, Invalid."""
    currency = require_member(shop_id, by, roles=("owner",)).shop.currency
    _lock(shop_id)
    _check_amount(amount, currency)
    if ledger.posted([key]):
        return
    lines = (
        (Ref("balance", str(shop_id), currency), amount.minor),
        (Ref("deposit", str(shop_id), currency), -amount.minor),
    )
    ledger.post([EntryDraft(new_id(), key, "shop.deposit_raised", now, currency, lines, "shop", shop_id)])


def pay_deposit(shop_id: UUID, amount: Money, *, now: datetime, key: str) -> None:
    """The shop's money arrived at the bank as its deposit. The same *key* twice is once. Raises NotFound, Invalid."""
    _bring(shop_id, "deposit", amount, now, key)


def top_up(shop_id: UUID, amount: Money, *, now: datetime, key: str) -> None:
    """The shop's money arrived at the bank for its balance. The same *key* twice is once. Raises NotFound, Invalid."""
    _bring(shop_id, "balance", amount, now, key)


@transaction.atomic
def _bring(shop_id: UUID, code: str, amount: Money, now: datetime, key: str) -> None:
    _lock(shop_id)
    currency = shop(shop_id).currency
    _check_amount(amount, currency)
    if ledger.posted([key]):
        return
    lines = (
        (Ref("bank", ledger.PLATFORM, currency), amount.minor),
        (Ref(code, str(shop_id), currency), -amount.minor),
    )
    ledger.post([EntryDraft(new_id(), key, f"shop.{code}_paid_in", now, currency, lines, "shop", shop_id)])


def _check_amount(amount: Money, currency: str) -> None:
    if amount.currency != currency:
        raise Invalid(
            "shop.money_currency", zh=f"这家店用{currency}记账。", en=f"This shop's books are in {currency}."
        )
    if amount.minor <= 0:
        raise Invalid("shop.money", zh="金额要大于零。", en="An amount is more than zero.")
