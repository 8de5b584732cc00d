"""The pure part of settlement: what is held for an order, who gets what of it, what a refund takes from where.

All amounts are whole minor units of one currency. Nothing here knows a database or a clock.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple
from uuid import UUID

import msgspec
from stdnum import iban
from stdnum.cn import uscc

from sanhao.kit.deadline import zone
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid
from sanhao.kit.text import Text

PAYOUT_STATES: Mapping[str, tuple[str, ...]] = {
    "drafted": ("sent",),
    "sent": ("paid", "failed"),
    "paid": ("returned",),
    "failed": (),
    "returned": (),
}
INVOICE_STATES: Mapping[str, tuple[str, ...]] = {
    "asked": ("issued", "declined", "withdrawn"),
    "issued": ("red_asked",),
    "red_asked": ("corrected",),
    "corrected": ("red_asked",),
    "declined": (),
    "withdrawn": (),
}
SETTLEMENT_STATES: Mapping[str, tuple[str, ...]] = {
    "held": ("released", "closed"),
    "released": ("closed",),
    "closed": (),
}


RELEASE = "settlement.release"
INVOICING = "settlement.invoice"
COMMISSION = "settlement.commission"
PAYOUT = "settlement.payout"
NEUTRAL = "neutral"


class ReleaseTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule `settlement.release`: how many days after delivery the buyer's money is the shop's."""

    window_days: int = 7

    def __post_init__(self) -> None:
        if not 0 <= self.window_days <= 365:
            raise ValueError("window_days: from 0 to 365")


class CommissionTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule `settlement.commission`: basis points of goods sold, by category where it says so. Freight is free."""

    default_bp: int = 500
    by_category: dict[str, int] = {}

    def __post_init__(self) -> None:
        if any(not 0 <= bp <= 5_000 for bp in (self.default_bp, *self.by_category.values())):
            raise ValueError("a commission is from 0 to 5,000 basis points")

    def of(self, categories: Mapping[str, int]) -> int:
        """The commission on goods sold for these amounts by category, rounded half up for each."""
        return sum((minor * self.rate(path) + 5_000) // 10_000 for path, minor in categories.items())

    def rate(self, path: str) -> int:
        """The rate of a category given by its *path* (``fresh/fruit``): its own, else that of what it belongs to."""
        for slug in reversed(path.split("/")):
            if slug in self.by_category:
                return self.by_category[slug]
        return self.default_bp


class InvoicingTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule `settlement.invoice`: within how many days a shop issues an invoice, and corrects one after a refund."""

    issue_days: int = 5
    red_days: int = 10

    def __post_init__(self) -> None:
        if not (1 <= self.issue_days <= 90 and 1 <= self.red_days <= 90):
            raise ValueError("days: from 1 to 90")


class PayoutTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule `settlement.payout`: when and how much of a shop's balance goes to its bank.

    *reserve_bp* of every release is kept for *reserve_days*. *changed_days*: how long payouts wait after the shop's
    bank details changed. *by_standing* gives other terms to shops of a standing.
    """

    minimum_minor: int = 100
    delay_days: int = 1
    changed_days: int = 3
    reserve_bp: int = 0
    reserve_days: int = 30
    by_standing: dict[str, PayoutTerms] = {}

    def __post_init__(self) -> None:
        if self.minimum_minor < 1 or not 0 <= self.reserve_bp <= 10_000:
            raise ValueError("minimum_minor: at least 1; reserve_bp: from 0 to 10,000")
        if any(not 0 <= days <= 365 for days in (self.delay_days, self.changed_days, self.reserve_days)):
            raise ValueError("days: from 0 to 365")

    def for_(self, standing: str) -> PayoutTerms:
        return self.by_standing.get(standing, self)


class Opening(msgspec.Struct, frozen=True):
    """An order was paid: *received_minor* of it lies in its shop's escrow.

    *categories* are the goods the shop sold, after its own discounts, by category: what commission is taken of.
    Freight is free of commission.
    """

    order_id: UUID
    number: str
    shop_id: UUID
    currency: str
    received_minor: int
    categories: Mapping[str, int]
    shares_minor: int = 0
    """What of it others than the buyer paid: the funders of coupons."""
    source_id: UUID | None = None
    """What was paid: the cause of the entry that brought the money into escrow."""
    paid_at: datetime | None = None
    """Where it is not now: an order that was paid elsewhere."""

    @property
    def goods_minor(self) -> int:
        return sum(self.categories.values())


class Cover(msgspec.Struct, frozen=True):
    """Somebody else than the order's escrow bears *amount_minor* of a refund and pays it into that escrow first:
    a shop (its id, through the waterfall) or an account (as the ledger names it: code, holder, currency). *key* is the entry's and exists once."""

    key: str
    kind: str
    order_id: UUID
    amount_minor: int
    payer: UUID | tuple[str, str, str]
    cause_kind: str
    cause_id: UUID
    decision_id: UUID | None = None


class Draw(msgspec.Struct, frozen=True):
    """*amount_minor* of an order is about to leave its escrow for good; *freight_minor* of it is freight, the rest
    goods. *whole*: with it everything the buyer paid is back. *key* takes effect once."""

    key: str
    order_id: UUID
    amount_minor: int
    cause_kind: str
    cause_id: UUID
    decision_id: UUID | None = None
    freight_minor: int = 0
    whole: bool = False


class Repay(msgspec.Struct, frozen=True):
    """Somebody paid *amount_minor* of a refund ahead and has a *claim* (an account, as the ledger names it) on the order's
    escrow for it. *key* takes effect once."""

    key: str
    order_id: UUID
    amount_minor: int
    claim: tuple[str, str, str]
    cause_kind: str
    cause_id: UUID
    decision_id: UUID | None = None
    freight_minor: int = 0


class Drawn(msgspec.Struct, frozen=True):
    """Where a draw was taken from: what others had paid in, what was held, and after release the share of the commission
    that the platform gives back, what is kept in reserve of this order, and the shop (*charged*). They add up."""

    key: str
    order_id: UUID
    from_cover: int
    from_escrow: int
    commission_back: int
    from_reserve: int
    charged: int


class Kept(msgspec.Struct):
    """The money of one order while draws run over it."""

    held: int
    covered: int
    goods: int
    goods_back: int
    commission_full: int
    commission: int
    reserve: int = 0


class Taken(msgspec.Struct, frozen=True):
    """One draw's parts."""

    from_cover: int
    from_escrow: int
    commission_back: int
    from_reserve: int
    charged: int


def take(kept: Kept, amount: int, freight: int) -> Taken:
    """Take *amount* out of *kept*: first what others paid in for it, then what is held; after release
    the commission's share, what is kept in reserve of this order, and then the shop is charged.

    What others bear changes nothing for the shop: its sale stands, and so does the commission. What the shop loses
    of its goods lowers the base of the commission; once taken, its share comes back.
    """
    from_cover = min(amount, kept.covered)
    loss = amount - from_cover
    from_escrow = min(loss, kept.held)
    beyond = loss - from_escrow
    kept.covered -= from_cover
    kept.held -= from_escrow
    kept.goods_back = min(kept.goods, kept.goods_back + max(0, loss - freight))
    commission = min(
        kept.commission, commission_of(kept.commission_full, kept.goods, kept.goods - kept.goods_back)
    )
    back = min(kept.commission - commission, beyond)
    from_reserve = min(kept.reserve, beyond - back)
    kept.commission -= back
    kept.reserve -= from_reserve
    return Taken(from_cover, from_escrow, back, from_reserve, beyond - back - from_reserve)


class Parts(NamedTuple):
    """What becomes of an order's money at release. The three add up to what was held."""

    shop: int
    commission: int
    reserve: int


def release(held: int, full: int, goods: int, goods_back: int, reserve_bp: int) -> Parts:
    """Share out *held*: the commission on the goods that stayed sold, then the reserve, the rest to the shop."""
    commission = min(held, commission_of(full, goods, goods - goods_back))
    net = held - commission
    reserve = net * reserve_bp // 10_000
    return Parts(net - reserve, commission, reserve)


def next_payout(after: datetime, timezone: str) -> datetime:
    """Payouts go out once a day: the first 09:00 in *timezone* later than *after*."""
    local = after.astimezone(zone(timezone))
    today = local.replace(hour=9, minute=0, second=0, microsecond=0)
    return (today if today > local else today + timedelta(days=1)).astimezone(UTC)


_RETRY, _LONGEST = timedelta(minutes=5), timedelta(hours=6)


def lease(tries: int) -> timedelta:
    """How long a payout that was handed to the bank *tries* times is left alone before it is asked about again."""
    return min(_RETRY * (1 << min(max(tries - 1, 0), 10)), _LONGEST)


class Payee(msgspec.Struct, frozen=True):
    """Where a shop's money goes."""

    holder: str
    bank: str
    account: str

    @property
    def ending(self) -> str:
        return self.account[-4:]


def check_payee(payee: Payee) -> Payee:
    """Bank details without blanks. Raises Invalid for what cannot be an account."""
    holder, bank = payee.holder.strip(), payee.bank.strip()
    account = re.sub(r"[\s-]", "", payee.account).upper()
    if not (2 <= len(holder) <= 80 and 2 <= len(bank) <= 80 and holder.isprintable() and bank.isprintable()):
        raise Invalid(
            "payee.name", zh="请填写户名和开户银行。", en="Please give the account's holder and its bank."
        )
    sound = iban.is_valid(account) if account[:2].isalpha() else bool(re.fullmatch(r"[0-9]{8,30}", account))
    if not sound:
        raise Invalid("payee.account", zh="银行账号不对，请核对后再填。",
                      en="This is no account number. Please check it.")  # fmt: skip
    return Payee(holder, bank, account)


class InvoiceWish(msgspec.Struct, frozen=True):
    """Whom an invoice is made out to; a company with its 统一社会信用代码, and where to send it."""

    kind: str
    title: str
    tax_id: str
    email: str


def check_wish(wish: InvoiceWish) -> InvoiceWish:
    """The wish without blanks. Raises Invalid for the first thing that cannot be."""
    title, email = " ".join(wish.title.split()), wish.email.strip()
    tax_id = wish.tax_id.strip().upper()
    if wish.kind not in ("person", "company"):
        raise Invalid("invoice.kind", zh="请选择个人或单位。", en="Choose a person or a company.")
    if not (1 < len(title) <= 100) or not title.isprintable():
        raise Invalid(
            "invoice.title", zh="发票抬头要有2到100个字。", en="The title has between 2 and 100 characters."
        )
    if wish.kind == "company" and not uscc.is_valid(tax_id):
        raise Invalid("invoice.tax_id", zh="统一社会信用代码不对，请核对18位代码。",
                      en="This is no unified social credit code. Please check its 18 characters.")  # fmt: skip
    if (
        not re.fullmatch(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}", email)
        or len(email) > 120
        or not email.isprintable()
    ):
        raise Invalid("invoice.email", zh="邮箱地址不对。", en="This is no e-mail address.")
    return InvoiceWish(wish.kind, title, uscc.compact(tax_id) if wish.kind == "company" else "", email)


class ManualKind(NamedTuple):
    """Money moved by hand: from where to where, whether it concerns a shop, whether it takes from it."""

    title: Text
    debit: str
    credit: str
    of_shop: bool = True
    takes: bool = False


MANUAL_KINDS: Mapping[str, ManualKind] = {
    "deposit_in": ManualKind(Text(zh="保证金到账", en="Deposit paid in"), "bank", "deposit"),
    "balance_in": ManualKind(Text(zh="余额充值到账", en="Balance paid in"), "bank", "balance"),
    "deposit_back": ManualKind(Text(zh="退还保证金", en="Deposit given back"), "deposit", "balance"),
    "goodwill": ManualKind(Text(zh="平台补给店铺", en="Goodwill to a shop"), "goodwill", "balance"),
    "charge": ManualKind(Text(zh="向店铺收取", en="Charged to a shop"), "balance", "goodwill", takes=True),
    "write_off": ManualKind(Text(zh="核销店铺欠款", en="Shop's debt written off"), "goodwill", "receivable"),
    "gateway_in": ManualKind(
        Text(zh="支付渠道结算到银行", en="Gateway settled to the bank"), "bank", "gateway", of_shop=False
    ),
}


class Transfer(msgspec.Struct, frozen=True):
    """Money for a bank to send. *id* is the idempotency key: however often it is handed over, it is sent once."""

    id: UUID
    amount: Money
    payee: Payee


class TransferAnswer(msgspec.Struct, frozen=True):
    """*accepted* means "ask again later, with the same id"; *refused* and *returned* are final, with a *reason*."""

    outcome: Literal["done", "accepted", "refused", "returned"]
    ref: str = ""
    reason: str = ""


class BankAway(Exception):
    """The bank did not answer. Whether it did what was asked is unknown."""


def commission_of(full: int, goods: int, left: int) -> int:
    """The commission on *left* of *goods* that would bear *full* in all; the parts of any partition add up to it."""
    return full * left // goods if goods else 0


class View(msgspec.Struct, frozen=True):
    """The settlement of one order as anybody may read it who may read the order."""

    order_id: UUID
    number: str
    shop_id: UUID
    currency: str
    state: str
    received_minor: int
    held_minor: int
    covered_minor: int
    goods_minor: int
    goods_back_minor: int
    commission_minor: int
    released_minor: int
    drawn_minor: int
    charged_minor: int
    holds: int
    opened_at: datetime
    release_at: datetime | None
    released_at: datetime | None
