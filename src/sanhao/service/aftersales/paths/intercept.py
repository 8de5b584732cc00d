"""A refund while the parcel travels has it called back (拦截急速退): what each word of the courier does. Pure.

The buyer asks once; the carrier answers when it likes. What it says moves the case by a table; what time does is the case's
own deadline. The money is the platform's until the shop has its goods: paid on the carrier's yes to who is known and within
the cap, to everybody once the parcel has turned round. Whatever was paid before the buyer signed after all is repaid like
any refund paid ahead: the goods go back, or the buyer owes it.

Source: `intercept.preconditions` and `intercept.refund_timing` as collected for this project (carriers' interfaces, Douyin's
dispute rules: the fee is the shop's unless agreed); the hours are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.kit.wording import sum_of
from sanhao.service.aftersales.paths.standing import Standing, TrustTerms

RULE = "aftersales.intercept"
PAID, FEE = "intercept.paid", "intercept.fee"

Heard = Literal["accepted", "succeeded", "refused", "failed", "lapsed", "signed"]
"""What becomes of an interception, as a case hears it. *signed*: the buyer has the parcel, whatever the carrier says."""

_WAITS = ("stopping", "asked", "rejected", "disputed", "deciding")
FOLLOWS: Mapping[Heard, Mapping[str, str]] = {
    "accepted": {},
    "refused": {"stopping": "asked"},
    "failed": {"stopping": "asked"},
    "lapsed": {"stopping": "asked"},
    # Late, and after anything: the goods are on their way to the shop, which looks at them.
    "succeeded": dict.fromkeys((*_WAITS, "to_send", "closed", "withdrawn", "lapsed"), "returning"),
    # Now it is a return: asked for, or, where the money is with the buyer already, to be sent.
    "signed": {"stopping": "asked", "asked": "asked", "returning": "asked"},
}
"""What is heard → where a case goes from each of its states; states that are not named stay."""


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule `aftersales.intercept`. Sums are in minor units by currency.

    A carrier has *answer_hours* to answer, and after its yes *back_hours* to turn the parcel round. *on_accepted*: refund
    who is known on the carrier's yes. *fee_minor* is what an interception that succeeded costs, borne by *fee_payer*.
    A parcel that was signed for after all is to be back at the shop *back_days* after the time to send it.
    """

    answer_hours: int = 24
    back_hours: int = 72
    on_accepted: bool = True
    case_minor: dict[str, int] = msgspec.field(default_factory=lambda: {"CNY": 150_000})
    buyer_minor: dict[str, int] = msgspec.field(default_factory=lambda: {"CNY": 300_000})
    special: tuple[str, ...] = ("custom", "virtual")
    fee_minor: dict[str, int] = msgspec.field(default_factory=lambda: {"CNY": 500})
    fee_payer: Literal["shop", "platform"] = "shop"
    back_days: int = 15
    fee_appeal_days: int = 30
    trust: TrustTerms = TrustTerms()

    def __post_init__(self) -> None:
        if (
            not 1 <= self.answer_hours <= 240
            or not 1 <= self.back_hours <= 720
            or not 1 <= self.back_days <= 60
        ):
            raise ValueError("answer_hours: 1 to 240; back_hours: 1 to 720; back_days: 1 to 60")
        sums = (*self.case_minor.values(), *self.buyer_minor.values(), *self.fee_minor.values())
        if any(minor < 0 for minor in sums):
            raise ValueError("a cap or a fee is not negative")


def follows(heard: Heard, state: str, *, ahead: bool, in_dispute: bool) -> str | None:
    """Where a case in *state* goes when this is heard; None: nowhere. *ahead*: it was refunded ahead and that is neither
    repaid nor borne. *in_dispute*: the platform was asked before the parcel was called back."""
    to = FOLLOWS[heard].get(state)
    if to == "asked" and heard == "signed" and ahead:
        return "to_send"
    if to == "asked" and in_dispute:
        return "deciding"
    return to


class Seen(msgspec.Struct, frozen=True, omit_defaults=True):
    """The facts of such a refund. *left*: of the whole order, what was not given back yet; *exposed*: what this buyer has
    ahead already."""

    heard: Literal["accepted", "succeeded"]
    amount: Money
    left: Money
    exposed: Money
    standing: Standing
    special: tuple[str, ...] = ()


class Verdict(msgspec.Struct, frozen=True):
    """*wait*: not before the parcel has turned round."""

    outcome: Literal["paid", "wait", "declined"]
    reason: str
    owed: Money


def judge(terms: Terms, seen: Seen) -> Verdict:
    nothing = Money(0, seen.amount.currency)
    if not seen.amount.minor or seen.amount.minor > seen.left.minor:
        return Verdict("declined", "partial", nothing)
    if seen.heard == "succeeded":
        return Verdict("paid", "succeeded", seen.amount)
    if no := _not_yet(terms, seen):
        return Verdict("wait", no, nothing)
    return Verdict("paid", "accepted", seen.amount)


def _not_yet(terms: Terms, seen: Seen) -> str:
    currency, amount = seen.amount.currency, seen.amount.minor
    if not terms.on_accepted or seen.standing != "trusted":
        return "standing"
    if set(seen.special) & set(terms.special):
        return "special_goods"
    if amount > terms.case_minor.get(currency, 0):
        return "above_cap"
    if amount + seen.exposed.minor > terms.buyer_minor.get(currency, 0):
        return "exposed"
    return ""


_SAID = {
    "accepted": Text(
        zh="快递答应把包裹拦下，{sum}先退给你",
        en="The courier has agreed to stop your parcel, so {sum} is on its way back already",
    ),
    "succeeded": Text(
        zh="包裹已经拦下，正在退回店家，{sum}退给你",
        en="Your parcel was stopped and goes back to the shop, so {sum} is on its way back to you",
    ),
}


def say(verdict: Verdict) -> Text:
    """The buyer's sentence."""
    if verdict.outcome != "paid":
        return Text(zh="包裹拦下以后再退", en="The refund follows when the parcel was stopped")
    amount, text = sum_of(verdict.owed), _SAID[verdict.reason]
    return Text(zh=text.zh.format(sum=amount.zh), en=text.en.format(sum=amount.en))


class FeeSeen(msgspec.Struct, frozen=True):
    """A parcel was brought back by this carrier, of an order in this currency."""

    carrier: str
    currency: str


class FeeVerdict(msgspec.Struct, frozen=True):
    outcome: Literal["charged", "free"]
    payer: Literal["shop", "platform"]
    owed: Money


def fee(terms: Terms, seen: FeeSeen) -> FeeVerdict:
    minor = terms.fee_minor.get(seen.currency, 0)
    return FeeVerdict("charged" if minor else "free", terms.fee_payer, Money(minor, seen.currency))


def say_fee(verdict: FeeVerdict) -> Text:
    """The shop's sentence."""
    amount = sum_of(verdict.owed)
    if verdict.payer == "platform":
        return Text(
            zh=f"拦截费{amount.zh}由平台承担", en=f"The platform bears the {amount.en} that stopping it cost"
        )
    return Text(
        zh=f"快递把包裹拦了回来，拦截费{amount.zh}由店铺承担",
        en=f"The courier brought a parcel back: stopping it cost {amount.en}, which the shop bears",
    )
