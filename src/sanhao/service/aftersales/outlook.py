"""What happens next and when, as a sentence for each reader of a case. Pure; the same on pages and in notices."""

from __future__ import annotations

from datetime import datetime

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.kit.wording import date_time, sum_of
from sanhao.service.aftersales.case import WAITING, Facts, Side, Terms, silence
from sanhao.service.aftersales.outlook_words import (
    AHEAD,
    BACK_ALREADY,
    CALLED_BACK,
    COLLECTED_AT_DOOR,
    DECIDED,
    ENDED,
    LABELLED,
    MONEY_AHEAD,
    MONEY_LATER,
    NEXT,
    OWED,
    SPOKEN,
    TITLES,
    WILL,
)


class Outlook(msgspec.Struct, frozen=True):
    """*title*: where the case stands. *next*: who does what by when. *silence*: what time alone will do ("" if over).
    *yours*: whether this reader is the one who is waited for."""

    title: Text
    next: Text
    silence: Text
    yours: bool


_NOTHING = Text(zh="", en="")


def outlook(
    terms: Terms, facts: Facts, side: Side, *, due_at: datetime | None, back: Money, timezone: str
) -> Outlook:
    """The case as *side* reads it now; *back* is what would go back to the buyer."""
    title = TITLES[facts.state]
    if due_at is None:
        over = ENDED[facts.state]
        if facts.state == "closed" and facts.ahead_until:
            over = OWED
        if facts.state == "withdrawn" and not back.minor:
            over = BACK_ALREADY
        return Outlook(title, _fill(over, back, None), _NOTHING, False)
    will = silence(terms, facts)
    then = WILL[f"{will.reason}/{will.to}"]
    spoken = facts.state == "disputed" and side in facts.spoke
    words = SPOKEN if spoken else NEXT[side][facts.state]
    if facts.state == "to_send" and facts.pickup in COLLECTED_AT_DOOR:
        words = COLLECTED_AT_DOOR[facts.pickup][side]
    elif (stage := _stage(facts)) is not None:
        words = _with_money(CALLED_BACK[stage][side], facts)
    elif facts.state == "to_send" and facts.label in LABELLED:
        words = LABELLED[facts.label][side]
    elif facts.ahead_until and facts.state == "returning":
        words = AHEAD[side]
    when = date_time(due_at, timezone)
    yours = not spoken and _waits_for(facts, side)
    return Outlook(title, _fill(words, back, when), _fill(then, back, when), yours)


def _stage(facts: Facts) -> str | None:
    """Which words a parcel that was called back needs, where those of the state say too little."""
    match facts.state:
        case "stopping" if facts.stop == "accepted":
            return "accepted"
        case "returning" if facts.stop == "back":
            return "back"
        case "asked" if facts.stop == "over":
            return "signed" if facts.delivered else "over"
        case "to_send" if facts.stop == "over" and facts.ahead_until is not None:
            return "sent_ahead"
    return None


def _with_money(text: Text, facts: Facts) -> Text:
    said = MONEY_AHEAD if facts.ahead_until else MONEY_LATER.get(facts.stop, _NOTHING)
    return Text(zh=text.zh.replace("{ahead}", said.zh), en=text.en.replace("{ahead}", said.en))


def _waits_for(facts: Facts, side: Side) -> bool:
    who = WAITING.get(facts.state)
    return who == side or (who == "both" and side in ("buyer", "shop"))


def _fill(text: Text, back: Money, due: Text | None) -> Text:
    amount, when = sum_of(back), due or _NOTHING
    return Text(zh=text.zh.format(sum=amount.zh, due=when.zh), en=text.en.format(sum=amount.en, due=when.en))


def decided(reason: str, to: str, *, due_at: datetime, back: Money, timezone: str) -> tuple[Text, Text]:
    when = date_time(due_at, timezone)
    buyer, shop = DECIDED[f"{reason}/{to}"]
    return _fill(buyer, back, when), _fill(shop, back, when)
