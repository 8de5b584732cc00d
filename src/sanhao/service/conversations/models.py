"""Tables of conversations. A message is said once and never changed; who waits for whom stands beside it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from sanhao.kit.states import States
from sanhao.service.conversations.core import HANDOVERS, RATINGS, THREAD_STATES, TOPICS, WAIT_STATES

THREAD = States("thread", "conversations_thread", THREAD_STATES)
WAIT = States("wait", "conversations_wait", WAIT_STATES)
SIDES = ("buyer", "shop", "platform")


class Thread(models.Model):
    """One conversation. *kind* ``shop``: a buyer and a shop about *subject*; ``ticket``: a shop and the platform.

    *subject_id* belongs to whoever registered *subject_kind*; *close_at*: when time alone closes it; *clerk* is the
    one of the platform who came in, *assigned* the member of the shop who takes care of it.
    """

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=10)
    subject_kind = models.CharField(max_length=10)
    subject_id = models.UUIDField()
    person = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    rule = models.ForeignKey("rulebook.Rule", on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10)
    handover = models.CharField(max_length=10, default="none")
    handover_words = models.CharField(max_length=200, blank=True, default="")
    topic = models.CharField(max_length=12, blank=True, default="")
    title = models.CharField(max_length=80, blank=True, default="")
    key = models.UUIDField(null=True)
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField()
    last_no = models.PositiveIntegerField(default=0)
    close_at = models.DateTimeField(null=True)
    assigned = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    clerk = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    rating = models.CharField(max_length=4, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="conversations_thread_once",
                fields=["person", "shop", "subject_kind", "subject_id"],
                condition=Q(kind="shop"),
            ),
            models.UniqueConstraint(
                name="conversations_ticket_once", fields=["shop", "key"], condition=Q(kind="ticket")
            ),
            models.CheckConstraint(
                name="conversations_thread_state", condition=Q(state__in=list(THREAD_STATES))
            ),
            models.CheckConstraint(
                name="conversations_thread_handover", condition=Q(handover__in=list(HANDOVERS))
            ),
            models.CheckConstraint(
                name="conversations_thread_kind",
                condition=Q(kind="shop", person__isnull=False, topic="", rating="")
                | Q(
                    kind="ticket",
                    person__isnull=True,
                    topic__in=list(TOPICS),
                    handover="none",
                    key__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="conversations_thread_rating", condition=Q(rating__in=["", *RATINGS])
            ),
        ]
        indexes = [
            models.Index(name="conversations_of_person", fields=["person", "-last_at", "-id"]),
            models.Index(name="conversations_of_shop", fields=["shop", "-last_at", "-id"]),
            models.Index(
                name="conversations_close", fields=["close_at"], condition=Q(close_at__isnull=False)
            ),
            models.Index(
                name="conversations_platform",
                fields=["-last_at", "-id"],
                condition=Q(kind="ticket") | ~Q(handover="none"),
            ),
        ]


class Message(models.Model):
    """What one side said, or (*event*) what happened. *key* comes from the page that sent it: twice is once.

    *away*: ways by which it leads away from here; *link_kind* and *link_id*: the order or listing shown with it.
    A message taken back keeps its words: they are shown to nobody but who judges.
    """

    id = models.UUIDField(primary_key=True)
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    side = models.CharField(max_length=10)
    by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    event = models.CharField(max_length=20, blank=True, default="")
    text = models.CharField(max_length=2000, blank=True, default="")
    key = models.UUIDField()
    away = ArrayField(models.CharField(max_length=10), default=list)
    link_kind = models.CharField(max_length=10, blank=True, default="")
    link_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="conversations_message_number", fields=["thread", "number"]),
            models.UniqueConstraint(name="conversations_message_once", fields=["thread", "key"]),
            models.CheckConstraint(name="conversations_message_side", condition=Q(side__in=SIDES)),
        ]
        indexes = [
            GinIndex(name="conversations_message_words", fields=["text"], opclasses=["gin_trgm_ops"]),
        ]


class Photo(models.Model):
    """A photo of a message, by the fingerprint of its bytes (`kit/media.py` keeps them)."""

    id = models.UUIDField(primary_key=True)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.CharField(max_length=64)
    mime = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(name="conversations_photo_once", fields=["message", "digest"])]


class Mark(models.Model):
    """How far one side has read. *tell_at*: when somebody who is away is told; one notice for all they missed."""

    id = models.UUIDField(primary_key=True)
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="+", db_index=False)
    side = models.CharField(max_length=10)
    read_no = models.PositiveIntegerField(default=0)
    unread = models.PositiveIntegerField(default=0)
    tell_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="conversations_mark_once", fields=["thread", "side"]),
            models.CheckConstraint(name="conversations_mark_side", condition=Q(side__in=SIDES)),
        ]
        indexes = [
            models.Index(
                name="conversations_mark_tell", fields=["tell_at"], condition=Q(tell_at__isnull=False)
            )
        ]


class Wait(models.Model):
    """An answer that is owed: since when, by when on service hours, and how it ended. *took_seconds* of service time."""

    id = models.UUIDField(primary_key=True)
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="+", db_index=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    side = models.CharField(max_length=10)
    state = models.CharField(max_length=10)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    answer_no = models.PositiveIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)
    took_seconds = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="conversations_wait_one",
                fields=["thread", "side"],
                condition=Q(state__in=["waiting", "late"]),
            ),
            models.CheckConstraint(name="conversations_wait_state", condition=Q(state__in=list(WAIT_STATES))),
            models.CheckConstraint(
                name="conversations_wait_side", condition=Q(side__in=["shop", "platform"])
            ),
            models.CheckConstraint(
                name="conversations_wait_answered",
                condition=Q(
                    state="answered",
                    answered_at__isnull=False,
                    took_seconds__isnull=False,
                    answer_no__isnull=False,
                )
                | (
                    ~Q(state="answered")
                    & Q(answered_at__isnull=True, took_seconds__isnull=True, answer_no__isnull=True)
                ),
            ),
        ]
        indexes = [
            models.Index(
                name="conversations_wait_next", fields=["next_at"], condition=Q(next_at__isnull=False)
            ),
            models.Index(name="conversations_wait_shop", fields=["shop", "side", "-asked_at"]),
        ]


class ServiceHours(models.Model):
    """When a shop is there: minutes of each day from Monday (null: off), whether public holidays are off, further days."""

    id = models.UUIDField(primary_key=True)
    shop = models.OneToOneField("shops.Shop", on_delete=models.PROTECT, related_name="+")
    opens = ArrayField(models.PositiveSmallIntegerField(null=True))
    closes = ArrayField(models.PositiveSmallIntegerField(null=True))
    rests = models.BooleanField(default=False)
    closed = ArrayField(models.DateField(), default=list)
    set_at = models.DateTimeField()

    class Meta:
        db_table = "conversations_service_hours"


class SavedAnswer(models.Model):
    """Words a shop often answers with; ``{holes}`` are filled in when they are used."""

    id = models.UUIDField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    title = models.CharField(max_length=30)
    words = models.CharField(max_length=1000)
    used = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "conversations_saved_answer"
        constraints = [models.UniqueConstraint(name="conversations_saved_once", fields=["shop", "title"])]


class Block(models.Model):
    """A person who may not ask this shop about its goods. About an order or a case everybody may always speak."""

    id = models.UUIDField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="conversations_block_once", fields=["shop", "person"])]


class Citation(models.Model):
    """A message put into the file of a case, frozen as it was, with the fingerprint of what was frozen."""

    id = models.UUIDField(primary_key=True)
    case_id = models.UUIDField()
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="+", db_index=False)
    side = models.CharField(max_length=10)
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    frozen = models.TextField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="conversations_citation_once", fields=["case_id", "message"])
        ]
