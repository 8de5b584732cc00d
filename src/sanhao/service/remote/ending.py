"""When money that was set apart for a second leg is given up, because no parcel will travel it: pure.

Nobody tells that a parcel is lost. So a reservation ends where nothing was heard of any parcel of its order for some days,
sooner where all of them have turned round, and at once where the order has ended. As long as nothing was handed over it
waits: an order that is never sent is cancelled by its own promise. What the buyer paid of the second leg goes back, unless all
freight went back before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.kit.wording import sum_of
from sanhao.service.remote.core import Terms

UNUSED = "second_leg.unused"
TITLE = Text(zh="二程未走", en="Second leg not used")
"""The kind of decision, and its key with the order's id."""

Where = Literal["on_its_way", "at_the_hub", "turned_round"]
Reason = Literal["nothing_sent", "heard_of", "ended", "turned_round", "lost_at_the_hub", "lost_on_its_way"]


class Seen(msgspec.Struct, frozen=True):
    """The last that was *heard* of one parcel."""

    where: Where
    heard: datetime


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    """*at*: when it was judged. *buyer*: what the buyer paid of the second leg. *ended*: nothing more comes of the order."""

    at: datetime
    parcels: tuple[Seen, ...]
    buyer: Money
    ended: bool = False


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """*waits* to be looked at again at *until*, or *over*: then the buyer has *back*."""

    outcome: Literal["waits", "over"]
    reason: Reason
    back: Money
    until: datetime | None = None


def judge(terms: Terms, facts: Facts) -> Verdict:
    nothing = Money.zero(facts.buyer.currency)
    if facts.ended:
        return Verdict("over", "ended", facts.buyer)
    if not facts.parcels:
        return Verdict("waits", "nothing_sent", nothing, facts.at + timedelta(days=terms.silent_days))
    until = max(seen.heard for seen in facts.parcels) + timedelta(days=_patience(terms, facts.parcels))
    if facts.at < until:
        return Verdict("waits", "heard_of", nothing, until)
    return Verdict("over", _why(facts.parcels), facts.buyer)


def _patience(terms: Terms, parcels: Sequence[Seen]) -> int:
    """In days: a parcel that turned round does not come any more, though another may still be sent."""
    back = all(seen.where == "turned_round" for seen in parcels)
    return min(terms.returned_days, terms.silent_days) if back else terms.silent_days


def _why(parcels: Sequence[Seen]) -> Reason:
    places = {seen.where for seen in parcels}
    if places == {"turned_round"}:
        return "turned_round"
    return "lost_at_the_hub" if "at_the_hub" in places else "lost_on_its_way"


_BECAUSE: dict[str, Text] = {
    "ended": Text(zh="订单结束了，没有用到二程", en="The order ended before its second leg"),
    "turned_round": Text(zh="包裹在一程退回了，没有走二程", en="The parcel turned round before its second leg"),
    "lost_at_the_hub": Text(
        zh="集运仓签收以后一直没有发出，二程没有走成", en="The hub signed for the parcel and never sent it on"
    ),
    "lost_on_its_way": Text(
        zh="包裹在去集运仓的路上没了音信，二程没有走成", en="The parcel was not heard of any more on its way to the hub"
    ),
}  # fmt: skip


def say(verdict: Verdict) -> Text:
    """For shop and staff: why the second leg is off, and what the buyer has back of it."""
    because = _BECAUSE[verdict.reason]
    if not verdict.back:
        return because
    back = sum_of(verdict.back)
    return Text(
        zh=f"{because.zh}：二程运费{back.zh}不由买家付",
        en=f"{because.en}: its {back.en} are not the buyer's to pay",
    )
