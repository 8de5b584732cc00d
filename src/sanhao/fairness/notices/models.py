"""Notices: one sentence to one person about one subject."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """What a person was told, once per *key*. *topic* is a stable name that faces map to a page."""

    id = models.UUIDField(primary_key=True)
    key = models.CharField(max_length=160)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    topic = models.CharField(max_length=60)
    sentence_zh = models.TextField()
    sentence_en = models.TextField()
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="notices_notice_once", fields=["person", "key"])]
        indexes = [
            models.Index(name="notices_notice_inbox", fields=["person", "at", "id"]),
            models.Index(name="notices_notice_unread", fields=["person"], condition=Q(read_at__isnull=True)),
        ]
