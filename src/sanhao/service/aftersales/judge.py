"""What a decision about a case says, from stored facts alone: pure, so that it can be judged again at any time."""

from __future__ import annotations

from datetime import datetime

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.kit.wording import sum_of
from sanhao.service.aftersales.case import Facts, Side, Terms, at_once, ruled, silence
from sanhao.service.aftersales.outlook import decided

RULINGS: tuple[Side, ...] = ("buyer", "platform", "shop")
"""What an arbiter may say: for whom it is, or that the platform pays."""
SILENCE, RULING, AT_ONCE = "case.silence", "case.ruling", "case.unpacked"


class Seen(msgspec.Struct, frozen=True, omit_defaults=True):
    """The facts of a decision: the case as it stood, and what would go back. *ruling* is what a person said; *packed*
    is known only where it was asked (before shipping)."""

    case: Facts
    back: Money
    due_at: datetime
    packed: bool | None = None
    ruling: Ruling | None = None


class Found(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the file shows of a claim, where it differs from what was claimed: the damaged share, what it weighed, that
    the goods were packed as they should be. Which of these count, the guarantee knows."""

    share_bp: int | None = None
    grams: int | None = None
    packed_well: bool = False


class Ruling(msgspec.Struct, frozen=True, omit_defaults=True):
    """An arbiter's word: for the buyer, for the shop, or the platform pays. *amount_minor*: less than was asked; *found*:
    of a claim, what it is reckoned by."""

    outcome: Side
    words: str
    amount_minor: int | None = None
    found: Found = Found()


class Verdict(msgspec.Struct, frozen=True):
    """Where the case goes, and who bears what goes back."""

    outcome: str
    reason: str
    bearer: str
    owed: Money


def judge(terms: Terms, seen: Seen) -> Verdict:
    nothing = Money(0, seen.back.currency)
    if seen.packed is not None and at_once(seen.case, packed=seen.packed):
        return Verdict("refunded", "nothing_packed", "shop", seen.back)
    if seen.ruling is None:
        will = silence(terms, seen.case)
        return Verdict(will.to, will.reason, will.bearer, seen.back if will.to == "refunded" else nothing)
    match seen.ruling.outcome:
        case "shop":
            return Verdict("closed", "ruled_for_shop", "shop", nothing)
        case "platform":
            return Verdict("refunded", "platform_pays", "platform", _amount(seen))
    to = ruled(seen.case)
    return Verdict(to, "ruled_for_buyer", "shop", _amount(seen) if to == "refunded" else nothing)


def _amount(seen: Seen) -> Money:
    given = seen.ruling.amount_minor if seen.ruling else None
    return seen.back if given is None else Money(min(given, seen.back.minor), seen.back.currency)


_RULED = {
    ("ruled_for_shop", "closed"): Text(
        zh="平台裁决：维持店家的答复。理由：{words}",
        en="The platform decided that the shop's answer stands. Its reason: {words}",
    ),
    ("platform_pays", "refunded"): Text(
        zh="平台裁决：{sum}由平台退给买家。理由：{words}",
        en="The platform decided to pay {sum} back to the buyer itself. Its reason: {words}",
    ),
    ("ruled_for_buyer", "refunded"): Text(
        zh="平台裁决：{sum}退给买家。理由：{words}",
        en="The platform decided that {sum} goes back to the buyer. Its reason: {words}",
    ),
    ("ruled_for_buyer", "to_send"): Text(
        zh="平台裁决：支持退货，收到货后退款。理由：{words}",
        en="The platform decided that the goods may be sent back for a refund. Its reason: {words}",
    ),
}


_RULED_AHEAD = Text(
    zh="平台裁决：维持店家的答复，先退给买家的{sum}需要还回来。理由：{words}",
    en="The platform decided that the shop's answer stands: the {sum} paid to the buyer ahead is to be given back. Its reason: {words}",
)


def say(terms: Terms, seen: Seen, verdict: Verdict) -> tuple[Text, Text]:
    """One sentence for the buyer, one for the shop."""
    if seen.ruling is None:
        return decided(
            verdict.reason, verdict.outcome, due_at=seen.due_at, back=seen.back, timezone=terms.timezone
        )
    amount, words = sum_of(verdict.owed), seen.ruling.words
    text = _RULED[verdict.reason, verdict.outcome]
    if seen.case.ahead_until is not None and verdict.outcome == "closed":
        text, amount = _RULED_AHEAD, sum_of(seen.back)
    said = Text(zh=text.zh.format(sum=amount.zh, words=words), en=text.en.format(sum=amount.en, words=words))
    return said, said
