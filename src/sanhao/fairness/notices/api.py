"""The door of notices."""

from sanhao.fairness.notices.actions import mark_read, notify
from sanhao.fairness.notices.core import Notice, NoticeView
from sanhao.fairness.notices.queries import inbox, unread, unread_count

__all__ = ["Notice", "NoticeView", "inbox", "mark_read", "notify", "unread", "unread_count"]
