"""What conversations listen to, and their keepers."""

from __future__ import annotations

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.events import listen_later
from sanhao.kit.keeper import Keeper, register
from sanhao.service.conversations import subjects, telling
from sanhao.service.conversations.actions import time
from sanhao.service.conversations.core import RULE, Terms
from sanhao.service.conversations.events import AnswerLate, AnswerReminded, MessageSent, ThreadChanged
from sanhao.service.conversations.term_names import TERM_NAMES

CLOCK = Keeper(
    name="conversations.clock",
    query="SELECT t.id, t.thread_id, t.shop_id, t.side, t.due_at, t.reminded_at FROM conversations_wait t "
    "WHERE t.next_at <= %(now)s",
    settle=time.look,
    order="t.next_at",
)
CLOSE = Keeper(
    name="conversations.close",
    query="SELECT t.id, t.shop_id, t.person_id FROM conversations_thread t WHERE t.close_at <= %(now)s",
    settle=time.close_silent,
    order="t.close_at",
)
TELL = Keeper(
    name="conversations.tell",
    query="SELECT t.id FROM conversations_mark t WHERE t.tell_at <= %(now)s",
    settle=telling.tell_away,
    order="t.tell_at",
)


def wire() -> None:
    rulebook.register_names(TERM_NAMES)
    rulebook.register_terms(RULE, Terms)
    subjects.wire()
    listen_later(MessageSent, telling.signal)
    listen_later(ThreadChanged, telling.signal)
    listen_later(AnswerReminded, telling.reminded)
    listen_later(AnswerLate, telling.late)
    register(CLOCK)
    register(CLOSE)
    register(TELL)
