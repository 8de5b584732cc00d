"""What remote areas listen to."""

from collections.abc import Sequence

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.events import News, listen_now
from sanhao.service.delivery.events import ConsignmentCollected
from sanhao.service.remote.actions import spend
from sanhao.service.remote.core import RULE, Terms


def second_leg_begun(batch: Sequence[News[ConsignmentCollected]]) -> None:
    """Now-listener: a carrier has a parcel; of a second leg it is paid now."""
    begun = [news for news in batch if news.fact.leg == 2]
    if begun:
        spend.spend(sorted({news.fact.owner_id for news in begun}), now=max(news.at for news in begun))


def wire() -> None:
    rulebook.register_terms(RULE, Terms)
    listen_now(ConsignmentCollected, second_leg_begun)
