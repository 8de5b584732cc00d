"""Telling people how a case goes: notices to both sides, signals for open pages. All later listeners."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sanhao.fairness.notices import api as notices
from sanhao.goods.shops import api as shops
from sanhao.kit import push
from sanhao.kit.deadline import zone
from sanhao.kit.events import News
from sanhao.kit.ids import derived_id
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.kit.wording import date, sum_of
from sanhao.service.aftersales.actions import holds, moves
from sanhao.service.aftersales.book import terms_of
from sanhao.service.aftersales.case import OVER
from sanhao.service.aftersales.events import CaseChanged, CaseMoved, DebtChanged
from sanhao.service.aftersales.queries.cases import CaseView, by_ids
from sanhao.service.delivery import api as delivery
from sanhao.service.orders.events import OrderCancelled


def moved(batch: Sequence[News[CaseMoved]]) -> None:
    """Each side learns where the case stands now, who has to do what by when, and what silence does."""
    ids = [news.fact.case_id for news in batch]
    to_buyer = {view.id: view for view in by_ids(ids, side="buyer")}
    to_shop = {view.id: view for view in by_ids(ids, side="shop")}
    members = shops.members_of({news.fact.shop_id for news in batch})
    told = []
    for news in batch:
        fact = news.fact
        if to_buyer[fact.case_id].state != fact.state:
            continue  # it went on already: what is told next says where it is
        if fact.state == "refunded" and to_buyer[fact.case_id].promise_id is not None:
            continue  # the promise tells both sides what was given, why, and who paid it
        own = (fact.state == "asked" and fact.source != "stopping") or (
            fact.state == "withdrawn" and not fact.by_time
        )
        if not own:
            told.append(_notice(fact.person_id, "case.buyer", to_buyer[fact.case_id]))
        told += [
            _notice(member, "case.shop", to_shop[fact.case_id]) for member in members.get(fact.shop_id, ())
        ]
    notices.notify(told, now=max(news.at for news in batch))
    signal(batch)


def over(batch: Sequence[News[CaseMoved]]) -> None:
    """What was held of an order's money while its cases were open is free again."""
    ended = [news.fact.order_id for news in batch if news.fact.state in OVER]
    if ended:
        holds.lift_where_all_is_over(ended, now=max(news.at for news in batch))


_NOTHING = Text(zh="", en="")


def _slots(views: Sequence[CaseView]) -> dict[UUID, Text]:
    """When a courier comes for each of these cases, as a sentence. One query, none where nobody comes."""
    booked = delivery.pickups_of([view.id for view in views]) if views else {}
    return {
        view.id: _when(standing.slot, terms_of(view.rule_id).timezone)
        for view in views
        if (standing := next((one for one in booked[view.id] if one.standing), None))
    }


def _when(slot: delivery.Slot, timezone: str) -> Text:
    day, clock = date(slot.starts_at, timezone), zone(timezone)
    begins, ends = (f"{at.astimezone(clock):%H:%M}" for at in (slot.starts_at, slot.ends_at))
    return Text(zh=f"上门时间：{day.zh}{begins}到{ends}。", en=f"It is {day.en}, {begins} to {ends}.")


def _notice(person: UUID, topic: str, case: CaseView, when: Text = _NOTHING) -> notices.Notice:
    """Where a case stands. Two facts that lead to one sentence are told once."""
    said = case.outlook
    text = Text(
        zh=f"售后·{said.title.zh}：{said.next.zh}{when.zh}{said.silence.zh}",
        en=" ".join(part for part in (f"{said.title.en}.", said.next.en, when.en, said.silence.en) if part),
    )
    key = derived_id(case.id, f"{topic}:{text.en}:{case.due_at}")
    return notices.Notice(person, topic, text, "case", case.id, str(key))


def signal(batch: Sequence[News[CaseMoved]] | Sequence[News[CaseChanged]]) -> None:
    """Open pages of the case, its order, its buyer, its shop and control fetch themselves again."""
    push.publish(
        topic
        for news in batch
        for topic in (
            f"case:{news.fact.case_id}",
            f"order:{news.fact.order_id}",
            f"shop:{news.fact.shop_id}",
            f"person:{news.fact.person_id}",
            "control",
        )
    )


_TO_BOTH = (
    "paid_ahead",
    "stop_accepted",
    "pickup_booked",
    "pickup_in_vain",
    "pickup_refused",
    "pickup_lapsed",
)
_TO_BUYER = ("label_made", "label_over")


def paid_ahead(batch: Sequence[News[CaseChanged]]) -> None:
    """The buyer has the money, and the shop learns that this cost it nothing yet; or a courier turns a parcel round,
    comes to the door, or came in vain. How to send it is told to who sends it."""
    said = [news for news in batch if news.fact.what in (*_TO_BOTH, *_TO_BUYER)]
    if not said:
        return
    ids = [news.fact.case_id for news in said]
    to_buyer = {view.id: view for view in by_ids(ids, side="buyer")}
    to_shop = {view.id: view for view in by_ids(ids, side="shop")}
    members = shops.members_of({news.fact.shop_id for news in said})
    coming = _slots([to_buyer[news.fact.case_id] for news in said if news.fact.what == "pickup_booked"])
    told = []
    for news in said:
        fact, when = news.fact, coming.get(news.fact.case_id, _NOTHING)
        if to_buyer[fact.case_id].over:
            continue
        told.append(_notice(fact.person_id, "case.buyer", to_buyer[fact.case_id], when))
        told += [
            _notice(member, "case.shop", to_shop[fact.case_id], when)
            for member in members.get(fact.shop_id, ())
            if fact.what in _TO_BOTH
        ]
    notices.notify(told, now=max(news.at for news in said))


_DEBTS = {
    "cleared": Text(zh="你还的{sum}已收到，这笔就此了结。", en="Your payment of {sum} has come: nothing is owed any more."),
    "returned": Text(
        zh="你付的{sum}不用还了，已原路退回。", en="The {sum} you paid was not owed any more, and is on its way back to you."
    ),
    "given_back": Text(
        zh="这件售后退给你了，你还过的{sum}也原路退回。",
        en="The refund is yours after all: the {sum} you had paid back is on its way to you again.",
    ),
    "charged_back": Text(
        zh="银行撤回了你还的{sum}，这笔钱仍需要还。",
        en="Your bank took back the {sum} you had paid, so it is owed again.",
    ),
    "reminded": Text(
        zh="先退给你的{sum}还没有还，请在钱包里看看；不同意可以在那件售后里申诉。",
        en="The {sum} paid to you ahead is still owed: see your wallet. If you disagree, say so on the case it is about.",
    ),
    "forgiven": Text(zh="平台不再要求归还先退的{sum}。", en="The platform no longer asks for the {sum} that was paid ahead."),
}  # fmt: skip


def debt(batch: Sequence[News[DebtChanged]]) -> None:
    """The buyer learns what became of a debt; open pages look again."""
    told = []
    for news in batch:
        fact, amount = news.fact, sum_of(Money(news.fact.minor, news.fact.currency))
        said = _DEBTS[fact.what]
        text = Text(zh=said.zh.format(sum=amount.zh), en=said.en.format(sum=amount.en))
        told.append(notices.Notice(fact.person_id, "case.debt", text, "case", fact.case_id, str(news.id)))
    notices.notify(told, now=max(news.at for news in batch))
    push.publish(
        topic
        for news in batch
        for topic in (
            f"case:{news.fact.case_id}",
            f"order:{news.fact.order_id}",
            f"person:{news.fact.person_id}",
            "control",
        )
    )


def order_cancelled(batch: Sequence[News[OrderCancelled]]) -> None:
    """An order ended another way: its money is on its way back, so nothing is left to ask for."""
    moves.end_of_orders([news.fact.order_id for news in batch], now=max(news.at for news in batch))
