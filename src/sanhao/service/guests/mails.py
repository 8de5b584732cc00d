"""Mails to people without an account, each in the person's language: the order with its promises, what became of them,
and the link that opens the order. Sent by later listeners, so they may repeat after a crash; a link is made when its
mail is written and stored nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.core.mail import EmailMessage, make_msgid

from sanhao.fairness.notices import api as notices
from sanhao.fairness.notices.events import NoticesGiven
from sanhao.goods.shops import api as shops
from sanhao.kit.deadline import zone
from sanhao.kit.events import News
from sanhao.kit.text import Text
from sanhao.kit.wording import date_time, fours
from sanhao.people import api as people
from sanhao.service.guests import links
from sanhao.service.guests.actions.link import renew
from sanhao.service.guests.events import LinkAsked, WithdrawalAnswered, WithdrawalDeclared
from sanhao.service.guests.withdrawals import WithdrawalView, withdrawals
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises

_MOST_TOLD = 50

_PAID = (
    Text(zh="你的订单 {number}", en="Your order {number}"),
    Text(
        zh="{name}，你好：\n\n付款已收到，共{total}。\n\n{orders}\n\n收货：{address}\n\n{how}\n",
        en="Hello {name},\n\nyour payment is here: {total}.\n\n{orders}\n\nIt goes to: {address}\n\n{how}\n",
    ),
)
_ORDER = Text(
    zh="{shop}的订单 {number}\n{lines}\n我们保证：\n{promises}\n打开订单：{link}",
    en="Order {number} at {shop}\n{lines}\nWhat we promise:\n{promises}\nOpen the order: {link}",
)
_NOTHING_YET = Text(zh="· 法律规定的权利", en="· What the law gives you")
_BY_LINK = Text(
    zh="不用登录，打开链接就能查看订单、取消、退货、申请赔付。有链接的人都能处理这个订单，请不要转给别人。"
    "想换一个，在“查找订单”里重新要，旧的就失效了。",
    en="No account is needed: the link shows the order, and lets you cancel, return and claim. Whoever has it can do all "
    "that, so keep it to yourself. Ask for a new one under “Find my order” and this one stops working.",
)
_BY_SIGN_IN = Text(
    zh="登录后可以查看订单、取消、退货、申请赔付。",
    en="Sign in to see the order, to cancel, return or claim.",
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

_WITHDRAWN = (
    Text(zh="我们收到了你的撤回声明", en="We received your withdrawal"),
    Text(
        zh="{name}，你好：\n\n我们在{at}收到了你撤回合同的声明，内容如下：\n\n姓名：{name}\n订单号：{number}\n商品：{goods}\n"
        "确认信寄到：{email}\n\n时间以这一刻为准。接下来怎样寄回、何时退款，会写信寄到下单时留的邮箱；"
        "如果没有找到对应的订单，会有人来处理并答复你。请保存这封信。\n",
        en="Hello {name},\n\nat {at} we received your declaration that you withdraw from a contract. It reads:\n\n"
        "Name: {name}\nOrder number: {number}\nGoods: {goods}\nConfirmation to: {email}\n\n"
        "That moment counts. How to send it back and when the money comes goes to the mailbox the order was bought with; "
        "if no order fits, a person looks at it and answers you. Please keep this mail.\n",
    ),
)
_ANSWERED = (
    Text(zh="关于你的撤回声明", en="About your withdrawal"),
    Text(
        zh="{name}，你好：\n\n关于你在{at}就订单 {number} 发出的撤回声明，我们的答复：\n\n{answer}\n",
        en="Hello {name},\n\nabout your withdrawal of {at} from order {number}, this is our answer:\n\n{answer}\n",
    ),
)
_EVERYTHING = Text(zh="全部", en="everything")
_SITE_ZONE = "Europe/Brussels"


def confirmations(checkout_ids: Sequence[UUID], *, now: datetime) -> dict[UUID, EmailMessage]:
    """What was bought and paid, by checkout: each order with its guarantees, until when they hold, and the way to it.

    Who has no account gets a link that opens the order; who has one, its page. Read now, so that a link is the one that
    opens it now.
    """
    bought = orders.of_checkouts(checkout_ids)
    ids = [order.id for several in bought.values() for order in several]
    buyers = people.cards([several[0].person_id for several in bought.values()])
    guests = people.guests(list(buyers))
    opened, pages = links.addresses(ids), links.pages(ids)
    made = promises.promises_of(ids, now=now)
    known = shops.shops({order.shop_id for several in bought.values() for order in several})
    found = {}
    for id, several in bought.items():
        first = several[0]
        alone = first.person_id in guests and guests[first.person_id].claimed_by is None
        total = sum((order.total for order in several[1:]), first.total)
        parts = {
            "number": _same(", ".join(fours(order.number) for order in several)),
            "total": Text(zh=total.format("zh"), en=total.format("en")),
            "orders": _joined(
                _order(
                    order,
                    made.get(order.id, []),
                    known[order.shop_id],
                    (opened if alone else pages)[order.id],
                )
                for order in several
            ),
            "address": _same(_where(first.address)),
            "how": _BY_LINK if alone else _BY_SIGN_IN,
        }
        domain = make_msgid().rsplit("@", 1)[1].rstrip(">")
        found[id] = written(buyers[first.person_id], _PAID, parts, f"<paid.{id.hex}@{domain}>")
    return found


def _order(
    order: orders.OrderView, made: Sequence[promises.PromiseView], shop: shops.ShopCard, link: str
) -> Text:
    promised = [
        Text(zh=f"· {view.title.zh}：{view.sentence.zh}", en=f"· {view.title.en}: {view.sentence.en}")
        if view.due_at is None or view.due_at.year >= _NEVER
        else _until(view, shop.timezone)
        for view in made
    ]
    parts = {
        "shop": shop.name, "number": _same(fours(order.number)), "lines": _joined(_line(line) for line in order.lines),
        "promises": _joined(promised or [_NOTHING_YET]), "link": _same(link),
    }  # fmt: skip
    return Text(
        zh=_ORDER.zh.format(**{name: part.zh for name, part in parts.items()}),
        en=_ORDER.en.format(**{name: part.en for name, part in parts.items()}),
    )


_NEVER = 9999
"""What only news can end has no date."""


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
            links=_joined(
                _same(f"{fours(number)}: {addresses[id]}") for id, number in numbers[person].items()
            ),
        )


def link(news: Sequence[News[LinkAsked]]) -> None:
    """The next version of the link, to the mailbox that the order's buyer is reached at; to no other."""
    numbers = orders.by_numbers([one.fact.number for one in news])
    bought = orders.buyers(list(numbers.values()))
    cards = people.cards([buyer.person_id for buyer in bought.values()])
    asked = {
        id: one.id
        for one in news
        if (id := numbers.get(one.fact.number)) and cards[bought[id].person_id].email == one.fact.email
    }
    if not asked:
        return
    renew(asked, now=max(one.at for one in news))
    addresses, named = links.addresses(list(asked)), {id: number for number, id in numbers.items()}
    for id in asked:
        send(cards[bought[id].person_id], _LINK, number=_same(fours(named[id])), link=_same(addresses[id]))


def withdrawn(news: Sequence[News[WithdrawalDeclared]]) -> None:
    """The acknowledgement: what was declared and when, to the mailbox that was named; the same whatever is found."""
    declared = withdrawals([one.fact.withdrawal_id for one in news])
    bought = orders.orders([view.order_id for view in declared.values() if view.order_id and view.units])
    for view in declared.values():
        goods = _same(view.words) if view.words else _EVERYTHING
        if view.units and view.order_id in bought:
            titles = {line.id: line.title for line in bought[view.order_id].lines}
            goods = _joined(
                Text(zh=f"{titles[id].zh} × {n}", en=f"{titles[id].en} × {n}")
                for id, n in view.units.items()
                if id in titles
            )
        _send_about(view, _WITHDRAWN, goods=goods, email=_same(view.email))


def answered(news: Sequence[News[WithdrawalAnswered]]) -> None:
    for view in withdrawals([one.fact.withdrawal_id for one in news]).values():
        _send_about(view, _ANSWERED, answer=_same(view.answer))


def _send_about(view: WithdrawalView, mail: tuple[Text, Text], **parts: Text) -> None:
    to = people.PersonCard(view.id, view.name, view.email, view.language)
    local = view.declared_at.astimezone(zone(_SITE_ZONE))
    at = _same(f"{local:%Y-%m-%d %H:%M:%S} ({_SITE_ZONE}, UTC{local:%z})")
    send(to, mail, at=at, number=_same(fours(view.number)), **parts)


def send(to: people.PersonCard | people.GuestCard, mail: tuple[Text, Text], **parts: Text) -> None:
    """One mail, with its *parts* in the language of who reads it."""
    written(to, mail, parts).send()


def written(
    to: people.PersonCard | people.GuestCard,
    mail: tuple[Text, Text],
    parts: Mapping[str, Text],
    message_id: str = "",
) -> EmailMessage:
    """The same, not sent yet. *message_id*: by which a mailbox knows it, should it come twice."""
    in_language: Mapping[str, str] = {name: part.in_(to.language) for name, part in parts.items()}
    subject, body = (text.in_(to.language).format(name=to.name, **in_language) for text in mail)
    headers = {"Message-ID": message_id} if message_id else {}
    return EmailMessage(" ".join(subject.split())[:200], body, None, [to.email], headers=headers)


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
