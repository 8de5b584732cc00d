"""What this module listens to, and its keepers."""

from sanhao.fairness.decisions.events import DecisionAppealed, DecisionOverturned, DecisionUpheld
from sanhao.fairness.notices import listeners
from sanhao.fairness.notices.events import NoticesGiven, NoticesRead
from sanhao.kit.events import listen_later


def wire() -> None:
    listen_later(DecisionAppealed, listeners.tell_arbiters)
    listen_later(DecisionUpheld, listeners.tell_appellant)
    listen_later(DecisionOverturned, listeners.tell_appellant)
    listen_later(NoticesGiven, listeners.wake_given)
    listen_later(NoticesRead, listeners.wake_read)
