"""What a promise is, without any database: the paid order it is made about, the news it hears, the verdict it gets.

A *kind* (one file in `kinds/`) is made of pure functions over these. The same functions decide live, in replay over a
history, in the what-if and in the test. Moments are aware datetimes in UTC; money is `Money`, or None where a history
cannot be read: then what is owed is unknown, never guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Literal, Protocol, TypeVar

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.text import Text

Outcome = Literal["kept", "broken", "void", "waiting"]
Remedy = Literal["", "coupon", "refund"]
Scope = Literal["line", "order", "checkout"]
CARRIER, PLATFORM, INSURANCE = "carrier", "platform", "insurance"
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""A promise that time alone does not settle is settled by news."""
EVER = datetime.min.replace(tzinfo=UTC)
"""When something was that a history does not date: before anything else."""


class Accepted(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a shop accepted of one guarantee. *terms*, where they differ from those in force: what goes beyond them is
    the platform's fund's. *own*: what the shop promises of itself beyond the rule (a higher multiple, more days)."""

    terms: dict[str, Any] | None = None
    own: dict[str, int] = {}


class Line(msgspec.Struct, frozen=True):
    """One line as promises see it. *paid* is what the buyer paid for the goods of this line, after coupons.

    *category* is its path, the wider first ("food/fruit"); *weight_g* is one unit's as listed; *price_kind* says how
    it was offered (shelf, presale, live, idea); *consents* are the soft exclusions the buyer agreed to at purchase.
    """

    id: str
    shop: str
    quantity: int = 1
    paid: Money | None = None
    freight: Money | None = None
    promised_at: datetime | None = None
    special: str = ""
    category: str = ""
    weight_g: int | None = None
    price_kind: str = ""
    consents: tuple[str, ...] = ()
    accepted: dict[str, Accepted] = {}


class Courier(msgspec.Struct, frozen=True):
    """A carrier as promises see it: *key* tells it from others, *name* is what people call it."""

    key: str
    name: Text


class PaidOrder(msgspec.Struct, frozen=True):
    """What was bought and paid, frozen. It may hold lines of several shops: then it is a checkout, or an order of a
    history that does not tell them apart."""

    id: str
    currency: str
    bought_at: datetime | None
    paid_at: datetime | None
    lines: tuple[Line, ...]
    goods: Money | None
    freight: Money | None
    paid: Money | None
    promised_at: datetime | None = None
    """The promised arrival."""
    ship_by: dict[str, datetime] = {}
    """Hand-over limits a history states, per shop; live ones are resolved from the terms."""
    ship_hours: int | None = None
    """The shop's own shorter promise."""
    presale_ships_by: datetime | None = None
    country: str = ""
    region: str = ""
    buyer: str = ""
    courier: Courier | None = None
    """Whom the buyer chose to bring it; *surcharge* of the freight is for that."""
    surcharge: Money | None = None

    @property
    def shops(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(line.shop for line in self.lines if line.shop))


class Collected(msgspec.Struct, frozen=True, tag=True):
    """A carrier's first scan: the shop handed these lines over (none named: all of that shop's, or all)."""

    at: datetime
    received_at: datetime
    shop: str = ""
    lines: tuple[str, ...] = ()


class CollectedBy(msgspec.Struct, frozen=True, tag=True):
    """Which carrier has a parcel (of *shop*, if known), from the first that it said of it. Heard at *received_at*."""

    received_at: datetime
    parcel: str
    courier: Courier
    shop: str = ""


class FreightBack(msgspec.Struct, frozen=True, tag=True):
    """Of the freight so much had gone back already, for another reason, when this promise was settled."""

    amount: Money


class Delivered(msgspec.Struct, frozen=True, tag=True):
    """Signed for by the buyer's side (none named: all lines). At a *hub* it only changed hands: no clock starts."""

    at: datetime
    received_at: datetime
    lines: tuple[str, ...] = ()
    hub: bool = False


class Cancelled(msgspec.Struct, frozen=True, tag=True):
    """The order will not be fulfilled. *by* says who ended it; a history that does not say counts as the shop."""

    at: datetime | None
    by: Literal["buyer", "shop", "platform", "unavailable"] = "shop"


class Dropped(msgspec.Struct, frozen=True, tag=True):
    """These lines, wholly, will not be shipped: their money is back with the buyer. With what was paid for each."""

    at: datetime
    lines: tuple[tuple[str, Money], ...]


class DelayAgreed(msgspec.Struct, frozen=True, tag=True):
    """Shop and buyer agreed on a later ship-by moment (proposed in time, the buyer consented)."""

    proposed_at: datetime
    agreed_at: datetime
    until: datetime


class Excused(msgspec.Struct, frozen=True, tag=True):
    """A reason outside the shop's power, confirmed by the platform: `force_majeure`, `risk_hold`, `buyer_fault`…"""

    at: datetime
    cause: str


class Extended(msgspec.Struct, frozen=True, tag=True):
    """The published holiday extension: what falls due inside the window falls due at *until* instead."""

    announced_at: datetime
    starts_at: datetime
    until: datetime


class Registered(msgspec.Struct, frozen=True, tag=True):
    """The shop gave a carrier's number for these lines (none named: all). It says they are on their way."""

    at: datetime
    parcel: str = ""
    lines: tuple[str, ...] = ()


class Withdrawn(msgspec.Struct, frozen=True, tag=True):
    """The shop took a number back before any carrier had its parcel."""

    at: datetime
    parcel: str = ""


class Tracked(msgspec.Struct, frozen=True, tag=True):
    """Anything a carrier said of a parcel it has: the first scan, and every one after it."""

    at: datetime
    received_at: datetime
    parcel: str = ""


class CalledBack(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The buyer has a parcel with these lines called back while it travels. Over at *until* at the latest; *ended* when
    it was, *back* if the parcel turned round."""

    at: datetime
    until: datetime
    parcel: str
    lines: tuple[str, ...]
    ended: datetime | None = None
    back: bool = False


class Claimed(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The buyer asks for what a guarantee gives, at *at* (the moment it was sent). *id* names the claim.

    *units* 0 are all of the line. What is measured depends on the guarantee: *share_bp* of the goods damaged, *grams*
    that came, the *price* of one unit seen now. *records* are documents (a hospital's, an appraiser's) dated
    *recorded_on*; *opened*: unsealed or used. *last_at* is this buyer's last granted claim of the kind at the brand.
    *worth* and *freight*, where known: what of the price and of the freight of these very units may still go back.
    """

    at: datetime
    id: str = ""
    units: int = 0
    reason: str = ""
    share_bp: int | None = None
    grams: int | None = None
    price: Money | None = None
    price_kind: str = "shelf"
    in_stock: bool = True
    fee: Money | None = None
    photos: int = 0
    videos: int = 0
    records: int = 0
    recorded_on: date | None = None
    opened: bool = False
    trusted: bool = False
    last_at: datetime | None = None
    worth: Money | None = None
    freight: Money | None = None


class Answered(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """What became of a claim: granted or not, *by* the shop, its silence, the platform, the buyer who withdrew, or the
    buyer's appeal: then it stands in place of the answer before.

    A granting answer may have found less than was claimed (*share_bp*, *grams*), who else answers for it (*payer*), or
    that the goods were *packed_well* and the carrier's delay spoilt them. *at_most*: both agreed on less, or an arbiter
    said so, for the reason in *words*. *worth* and *freight*: what may still go back now, if less than when it was asked.
    """

    at: datetime
    id: str = ""
    granted: bool = True
    by: Literal["shop", "silence", "platform", "buyer", "rule", "appeal"] = "shop"
    share_bp: int | None = None
    grams: int | None = None
    payer: str = ""
    packed_well: bool = False
    at_most: Money | None = None
    worth: Money | None = None
    freight: Money | None = None
    words: str = ""


PromiseNews = (
    Collected
    | CollectedBy
    | FreightBack
    | Delivered
    | Cancelled
    | Dropped
    | DelayAgreed
    | Excused
    | Extended
    | Registered
    | Withdrawn
    | Tracked
    | CalledBack
    | Claimed
    | Answered
)


class Due(msgspec.Struct, frozen=True):
    """*due_at* is judged; *settle_at* (later by the scan grace) is when a broken promise pays."""

    due_at: datetime
    settle_at: datetime


What = Literal["goods", "freight", "compensation", "appraisal"]
"""*goods* and *freight* are the buyer's own money coming back; the others are paid on top of it."""


class Share(msgspec.Struct, frozen=True, array_like=True):
    """Who pays which part of what is owed: a shop's id, `carrier`, `platform` (its fund) or `insurance`."""

    payer: str
    amount: Money
    what: What = "goods"


Split = tuple[Share, ...]


class Admission(msgspec.Struct, frozen=True):
    """Whether a claim can be made, asked before the buyer sends it, and what follows.

    *reason* and *text* say why not (or that it can); *until* is when the window closes (None: not known yet). *owed*
    and *split* are what it gives if granted as claimed. *answer_hours* is how long the shop has, 0: the rule itself
    answers. *photos* with *or_video*, and *records*, are what it still wants as evidence. *by_hand*: a sum so large
    that a person looks first.
    """

    ok: bool
    reason: str
    text: Text
    until: datetime | None = None
    owed: Money | None = None
    split: Split = ()
    needs_return: bool = False
    answer_hours: int = 48
    photos: int = 0
    or_video: bool = True
    records: int = 0
    by_hand: bool = False


class Verdict(msgspec.Struct, frozen=True):
    """What the judge says. `waiting` owes nothing yet; *owed* None on a broken promise means: cannot be known.

    *fault* names shop ids, or `carrier`, or `platform`; it is who answers for it. *decided_at* is the moment from
    which the verdict was certain, the same in life and in replay. *split*, of claims only: who pays which part.
    """

    outcome: Outcome
    reason: str
    fault: tuple[str, ...] = ()
    owed: Money | None = None
    remedy: Remedy = ""
    decided_at: datetime | None = None
    split: Split | msgspec.UnsetType = msgspec.UNSET  # left out of what is stored where nothing is split

    @property
    def shares(self) -> Split:
        return () if self.split is msgspec.UNSET else self.split


T = TypeVar("T", bound=msgspec.Struct)
F = TypeVar("F", bound=msgspec.Struct)


class Kind(Protocol[T, F]):
    """A guarantee. `Terms` come from the rulebook and are frozen on the order; `Facts` are all the judge may see."""

    name: str
    title: Text
    Terms: type[T]
    Facts: type[F]

    def scope(self, terms: T) -> Scope:
        """How wide one promise is; the id of the line, or of the order or checkout, makes it unique."""

    def promise(self, terms: T, order: PaidOrder) -> Sequence[tuple[str, F]]:
        """The promises made about *order* when it is paid: ``(line id or "", facts)`` each; none if not applicable."""

    def due(self, terms: T, facts: F) -> Due: ...

    def hear(self, terms: T, facts: F, news: PromiseNews) -> F:
        """The facts with *news* in them. Duplicates and disorder are harmless."""

    def judge(self, terms: T, facts: F, now: datetime) -> Verdict: ...

    def under(self, terms: T, facts: F) -> F:
        """The same facts, had *terms* been frozen on the order: for "judge again under other terms", never in life."""

    def say(self, terms: T, facts: F, verdict: Verdict) -> Text:
        """One sentence for the buyer: what happened, what follows."""

    def say_to_shop(self, terms: T, facts: F, verdict: Verdict) -> Text:
        """One sentence for the shop: the sum, the reason. The face adds how to appeal."""


AnyKind = Kind[Any, Any]


class ClaimKind(Kind[T, F], Protocol[T, F]):
    """A guarantee that needs the buyer's word: it can be asked ahead what a claim would give."""

    RULE: Any
    """What it adds to all claims (`claims.Rule`)."""

    def admit(self, terms: T, facts: F, claim: Claimed, now: datetime) -> Admission: ...


AnyClaimKind = ClaimKind[Any, Any]
