"""What is said of a claim, to the buyer and to the shop."""

from __future__ import annotations

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.kit.wording import date_time, sum_of
from sanhao.service.promises.claims.facts import ClaimFacts, granted
from sanhao.service.promises.claims.owed import borne
from sanhao.service.promises.core import CARRIER, INSURANCE, PLATFORM, Verdict
from sanhao.service.promises.phrases import VOID_FOR_SHOP, void


class Sayings(msgspec.Struct, frozen=True):
    """The half-sentences of one guarantee. *offer*: what holds before anything happened. *why*, after "because"."""

    offer: Text
    why: Text
    by_shop: Text


_NOTHING = Text(zh="", en="")
_PAYERS = {
    PLATFORM: Text(zh="平台基金", en="the platform's fund"),
    CARRIER: Text(zh="承运商", en="the carrier"),
    INSURANCE: Text(zh="保险", en="the insurance"),
}


def say(facts: ClaimFacts, verdict: Verdict, sayings: Sayings) -> Text:
    match verdict.outcome:
        case "void":
            return void(verdict.reason)
        case "kept":
            return Text(zh="保障期已过，没有理赔", en="The time to claim has passed; nothing was claimed")
        case "waiting" if verdict.reason == "claimed":
            return Text(zh="已收到你的申请，正在处理", en="Your claim is in; it is being looked at")
        case "waiting" if facts.window_ends is not None:
            by = date_time(facts.window_ends, facts.timezone)
            return Text(
                zh=f"{sayings.offer.zh}；{by.zh}前可以申请", en=f"{sayings.offer.en}. Open until {by.en}"
            )
        case "waiting":
            return sayings.offer
    if verdict.owed is None:
        return Text(
            zh=f"{sayings.why.zh}，赔多少正在人工核对",
            en=f"A person is working out what you are owed, because {sayings.why.en}",
        )
    owed = sum_of(verdict.owed)
    who, words = _who(facts, verdict), _ruled(facts)
    return Text(
        zh=f"{sayings.why.zh}，{owed.zh}赔给你{who.zh}{words.zh}",
        en=f"{owed.en} goes to you, because {sayings.why.en}{who.en}{words.en}",
    )


def _ruled(facts: ClaimFacts) -> Text:
    """What the arbiter wrote, where one decided."""
    claim = granted(facts)
    answer = facts.answer_to(claim) if claim is not None else None
    words = answer.words if answer is not None else ""
    return Text(zh=f"。平台的理由：{words}", en=f". The platform's reason: {words}") if words else _NOTHING


def _who(facts: ClaimFacts, verdict: Verdict) -> Text:
    """Who pays, where it is not the shop alone."""
    others = {payer: amount for payer, amount in borne(verdict).items() if payer != facts.shop}
    if not others:
        return _NOTHING
    named = [(_PAYERS.get(payer, _PAYERS[PLATFORM]), sum_of(amount)) for payer, amount in others.items()]
    return Text(
        zh=f"（其中{'、'.join(f'{who.zh}承担{amount.zh}' for who, amount in named)}）",
        en=f" ({', '.join(f'{amount.en} of it from {who.en}' for who, amount in named)})",
    )


def say_to_shop(facts: ClaimFacts, verdict: Verdict, sayings: Sayings) -> Text:
    """For the shop: its sum, the reason, and what others bear."""
    match verdict.outcome:
        case "void":
            return VOID_FOR_SHOP
        case "kept":
            return Text(zh="保障期已过，没有理赔", en="The time to claim has passed; nothing was charged")
        case "waiting" if verdict.reason == "claimed":
            return Text(
                zh=f"买家申请理赔：{sayings.by_shop.zh}，等你处理",
                en=f"The buyer claims: {sayings.by_shop.en}. It waits for your answer",
            )
        case "waiting":
            return Text(zh=f"保障期内：{sayings.offer.zh}", en=f"Still open: {sayings.offer.en}")
    if verdict.owed is None:
        return Text(
            zh=f"赔付金额待核对：{sayings.by_shop.zh}",
            en=f"The sum is being worked out, because {sayings.by_shop.en}",
        )
    own = borne(verdict).get(facts.shop, Money.zero(facts.currency))
    others, paid, words = _who(facts, verdict), sum_of(own), _ruled(facts)
    if not own.minor:
        return Text(
            zh=f"没有扣款{others.zh}：{sayings.by_shop.zh}{words.zh}",
            en=f"Nothing was charged{others.en}: {sayings.by_shop.en}{words.en}",
        )
    return Text(
        zh=f"赔付{paid.zh}{others.zh}：{sayings.by_shop.zh}{words.zh}",
        en=f"{paid.en}{others.en}, because {sayings.by_shop.en}{words.en}",
    )
