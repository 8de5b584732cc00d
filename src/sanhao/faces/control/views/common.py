"""Small things several views of control share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest

from sanhao.faces.control import words
from sanhao.goods.shops import api as shops
from sanhao.kit.refusals import Invalid


def uuid_of(given: str | None) -> UUID | None:
    """An id as somebody sent it; None where there is none. Raises Invalid for anything else."""
    if not given:
        return None
    try:
        return UUID(given)
    except ValueError:
        raise Invalid("control.id", zh="这个编号不对。", en="This is not a valid number.") from None


def moment_of(given: str | None) -> datetime | None:
    """A moment as a link of ours carries it; None where there is none. Raises Invalid for anything else."""
    if not given:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Invalid("control.moment", zh="这个时间不对。", en="This is not a valid moment.")
    return moment


def words_of(given: str | None, most: int) -> str:
    """Something typed: trimmed, cut at *most* characters, without what a database cannot hold."""
    return (given or "").replace("\0", "").strip()[:most]


def query(request: HttpRequest, **over: object) -> str:
    """The address of this page with other parameters; None takes one away."""
    given = request.GET.copy()
    for name, value in over.items():
        if value is None:
            given.pop(name, None)
        else:
            given[name] = str(value)
    return f"?{given.urlencode()}"


def names_of(cards: Iterable[shops.ShopCard]) -> dict[str, str]:
    """Names of shops by the text of their ids, as facts and accounts hold them."""
    return {str(card.id): words.said(card.name) for card in cards}
