"""Mails to people without an account, each in the person's language: the order with its promises, what became of them,
and the link that opens the order. Sent by later listeners, so they may repeat after a crash; a link is made when its
mail is written and stored nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.core.mail import send_mail

from sanhao.fairness.notices import api as notices
from sanhao.fairness.notices.events import NoticesGiven
from sanhao.goods.shops import api as shops
from sanhao.kit.events import News
from sanhao.kit.text import Text
from sanhao.kit.wording import date_time
from sanhao.people import api as people
from sanhao.service.guests import links
from sanhao.service.guests.actions.link import renew
from sanhao.service.guests.events import LinkAsked
from sanhao.service.orders import api as orders
from sanhao.service.orders.events import OrderPaid
from sanhao.service.promises import api as promises

_MOST_TOLD = 50

_PAID = (
    Text(zh="你的订单 {number}", en="Your order {number}"),
    Text(
        zh="{name}，你好：\n\n你在{shop}的订单 {number} 已付款，共{total}。\n\n{lines}\n\n"
        "收货：{address}\n\n我们保证：\n{promises}\n\n"
        "不用登录，打开下面的链接就能查看这个订单、取消、退货、申请赔付：\n\n{link}\n\n"
        "有这个链接的人都能处理这个订单，请不要转给别人。想换一个，在“查找订单”里重新要，旧的就失效了。\n",
        en="Hello {name},\n\nyour order {number} at {shop} is paid: {total}.\n\n{lines}\n\n"
        "It goes to: {address}\n\nWhat we promise:\n{promises}\n\n"
        "No account is needed: this link shows the order, and lets you cancel, return and claim:\n\n{link}\n\n"
        "Whoever has the link can do all that, so keep it to yourself. Ask for a new one under “Find my order” and this "
        "one stops working.\n",
    ),
)
_LINK = (
    Text(zh="订单 {number} 的链接", en="The link to your order {number}"),
    Text(
        zh="{name}，你好：\n\n这是你要的链接，打开就能处理订单 {number}：\n\n{link}\n\n"
        "以前寄给你的链接都已失效。如果不是你要的，什么都不需要做。\n",
        en="Hello {name},\n\nhere is the link you asked for. It opens your order {number}:\n\n{link}\n\n"
        "Links we sent you before do not work any more. If it was not you who asked, there is nothing to do.\n",
    ),
)
_TOLD = (
    Text(zh="三好：{sentence}", en="Sanhao: {sentence}"),
    Text(
        zh="{name}，你好：\n\n{sentences}\n\n打开订单：\n\n{links}\n\n"
        "券留着给你：用这个邮箱注册并认领订单后，就能在下次购物时使用。\n",
        en="Hello {name},\n\n{sentences}\n\nOpen the order:\n\n{links}\n\n"
        "Coupons are kept for you: sign up with this e-mail, take the order over, and spend them.\n",
    ),
)


def paid(news: Sequence[News[OrderPaid]]) -> None:
    """Who bought without an account gets the order and its promises to keep, and the way back to it."""
    guests = people.guests([one.fact.person_id for one in news])
    mine = [one for one in news if one.fact.person_id in guests]
    if not mine:
        return
    ids = [one.fact.order_id for one in mine]
    bought, addresses = orders.orders(ids), links.addresses(ids)
    made = promises.promises_of(ids, now=max(one.at for one in mine))
    known = shops.shops({one.fact.shop_id for one in mine})
    for one in mine:
        order = bought[one.fact.order_id]
        guest = guests[order.person_id]
        shop = known[order.shop_id]
        promised = [
            Text(zh=f"· {view.title.zh}：{view.sentence.zh}", en=f"· {view.title.en}: {view.sentence.en}")
            if view.due_at is None
            else _until(view, shop.timezone)
            for view in made.get(order.id, [])
        ]
        send(
            guest,
            _PAID,
            number=Text(zh=order.number, en=order.number),
            shop=shop.name,
            total=Text(zh=order.total.format("zh"), en=order.total.format("en")),
            lines=_joined(_line(line) for line in order.lines),
            address=_same(_where(order.address)),
            promises=_joined(promised),
            link=_same(addresses[order.id]),
        )


def told(news: Sequence[News[NoticesGiven]]) -> None:
    """What everybody else finds in their inbox. Told is read."""
    guests = people.guests([id for one in news for id in one.fact.person_ids])
    if not guests:
        return
    fresh = notices.unread(list(guests), most=_MOST_TOLD)
    numbers = orders.numbers_of(list(fresh))
    addresses = links.addresses([id for bought in numbers.values() for id in bought])
    for person, sentences in fresh.items():
        if not numbers[person]:
            continue
        notices.mark_read(person, [notice.id for notice in sentences], now=max(one.at for one in news))
        send(
            guests[person],
            _TOLD,
            sentence=sentences[0].text,
            sentences=_joined(notice.text for notice in sentences),
            links=_joined(_same(f"{number}: {addresses[id]}") for id, number in numbers[person].items()),
        )


def link(news: Sequence[News[LinkAsked]]) -> None:
    """The next version of the link, to the mailbox that the order's buyer is reached at; to no other."""
    numbers = orders.by_numbers([one.fact.number for one in news])
    bought = orders.buyers(list(numbers.values()))
    reached = people.reached_at([buyer.person_id for buyer in bought.values()])
    asked = {
        id: one.id
        for one in news
        if (id := numbers.get(one.fact.number)) and reached[bought[id].person_id] == one.fact.email
    }
    if not asked:
        return
    renew(asked, now=max(one.at for one in news))
    addresses, named = links.addresses(list(asked)), {id: number for number, id in numbers.items()}
    cards = people.cards([bought[id].person_id for id in asked])
    for id in asked:
        card = cards[bought[id].person_id]
        to = people.GuestCard(card.id, card.name, reached[card.id], card.language, None)
        send(to, _LINK, number=_same(named[id]), link=_same(addresses[id]))


def send(to: people.GuestCard, mail: tuple[Text, Text], **parts: Text) -> None:
    """One mail, with its *parts* in the language of who reads it."""
    in_language: Mapping[str, str] = {name: part.in_(to.language) for name, part in parts.items()}
    subject, body = (text.in_(to.language).format(name=to.name, **in_language) for text in mail)
    send_mail(" ".join(subject.split())[:200], body, None, [to.email])


def _until(view: promises.PromiseView, timezone: str) -> Text:
    assert view.due_at is not None
    until = date_time(view.due_at, timezone)
    return Text(
        zh=f"· {view.title.zh}：{view.sentence.zh}（{until.zh}前）",
        en=f"· {view.title.en}: {view.sentence.en} (until {until.en})",
    )


def _line(line: orders.LineView) -> Text:
    return Text(
        zh=f"· {line.title.zh} × {line.quantity}　{line.goods.format('zh')}",
        en=f"· {line.title.en} × {line.quantity}  {line.goods.format('en')}",
    )


def _where(address: Mapping[str, str]) -> str:
    return " ".join(
        address.get(part, "") for part in ("recipient", "region", "city", "street", "postcode")
    ).strip()


def _joined(texts: Iterable[Text]) -> Text:
    several = list(texts)
    return Text(zh="\n".join(text.zh for text in several), en="\n".join(text.en for text in several))


def _same(words: str) -> Text:
    return Text(zh=words, en=words)
