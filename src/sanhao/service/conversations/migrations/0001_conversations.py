"""Conversations: what was said stays as it was said."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORWARD = """
CREATE TRIGGER conversations_message_said BEFORE DELETE OR UPDATE OF id, thread_id, number, side, by_id, event, text, key,
    away, link_kind, link_id, at ON conversations_message FOR EACH ROW EXECUTE FUNCTION kit_refuse();
CREATE TRIGGER conversations_photo_said BEFORE DELETE OR UPDATE ON conversations_photo
    FOR EACH ROW EXECUTE FUNCTION kit_refuse();
CREATE TRIGGER conversations_citation_frozen BEFORE DELETE OR UPDATE ON conversations_citation
    FOR EACH ROW EXECUTE FUNCTION kit_refuse();
"""
BACKWARD = """
DROP TRIGGER conversations_citation_frozen ON conversations_citation;
DROP TRIGGER conversations_photo_said ON conversations_photo;
DROP TRIGGER conversations_message_said ON conversations_message;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalog", "0001_initial"),  # pg_trgm
        ("kit", "0002_guards"),
        ("rulebook", "0004_previews"),
        ("shops", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ServiceHours",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "opens",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(null=True), size=None
                    ),
                ),
                (
                    "closes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(null=True), size=None
                    ),
                ),
                ("rests", models.BooleanField(default=False)),
                (
                    "closed",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateField(), default=list, size=None
                    ),
                ),
                ("set_at", models.DateTimeField()),
                (
                    "shop",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.shop"
                    ),
                ),
            ],
            options={
                "db_table": "conversations_service_hours",
            },
        ),
        migrations.CreateModel(
            name="Thread",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=10)),
                ("subject_kind", models.CharField(max_length=10)),
                ("subject_id", models.UUIDField()),
                ("state", models.CharField(max_length=10)),
                ("handover", models.CharField(default="none", max_length=10)),
                ("handover_words", models.CharField(blank=True, default="", max_length=200)),
                ("topic", models.CharField(blank=True, default="", max_length=12)),
                ("title", models.CharField(blank=True, default="", max_length=80)),
                ("key", models.UUIDField(null=True)),
                ("opened_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("last_no", models.PositiveIntegerField(default=0)),
                ("close_at", models.DateTimeField(null=True)),
                ("rating", models.CharField(blank=True, default="", max_length=4)),
                (
                    "assigned",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "clerk",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rulebook.rule",
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shops.shop",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("side", models.CharField(max_length=10)),
                ("event", models.CharField(blank=True, default="", max_length=20)),
                ("text", models.CharField(blank=True, default="", max_length=2000)),
                ("key", models.UUIDField()),
                (
                    "away",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10), default=list, size=None
                    ),
                ),
                ("link_kind", models.CharField(blank=True, default="", max_length=10)),
                ("link_id", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "thread",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="conversations.thread",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Mark",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("side", models.CharField(max_length=10)),
                ("read_no", models.PositiveIntegerField(default=0)),
                ("unread", models.PositiveIntegerField(default=0)),
                ("tell_at", models.DateTimeField(null=True)),
                (
                    "thread",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="conversations.thread",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Wait",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("side", models.CharField(max_length=10)),
                ("state", models.CharField(max_length=10)),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("next_at", models.DateTimeField(null=True)),
                ("reminded_at", models.DateTimeField(null=True)),
                ("answer_no", models.PositiveIntegerField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("took_seconds", models.PositiveIntegerField(null=True)),
                (
                    "shop",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shops.shop",
                    ),
                ),
                (
                    "thread",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="conversations.thread",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Block",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shops.shop",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("shop", "person"), name="conversations_block_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Citation",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("case_id", models.UUIDField()),
                ("side", models.CharField(max_length=10)),
                ("frozen", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="conversations.message",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case_id", "message"), name="conversations_citation_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Photo",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64)),
                ("mime", models.CharField(max_length=20)),
                ("size", models.PositiveIntegerField()),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="conversations.message",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("message", "digest"), name="conversations_photo_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedAnswer",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=30)),
                ("words", models.CharField(max_length=1000)),
                ("used", models.PositiveIntegerField(default=0)),
                ("saved_at", models.DateTimeField()),
                (
                    "shop",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shops.shop",
                    ),
                ),
            ],
            options={
                "db_table": "conversations_saved_answer",
                "constraints": [
                    models.UniqueConstraint(fields=("shop", "title"), name="conversations_saved_once")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(fields=["person", "-last_at", "-id"], name="conversations_of_person"),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(fields=["shop", "-last_at", "-id"], name="conversations_of_shop"),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(
                condition=models.Q(("close_at__isnull", False)),
                fields=["close_at"],
                name="conversations_close",
            ),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(
                condition=models.Q(
                    ("kind", "ticket"), models.Q(("handover", "none"), _negated=True), _connector="OR"
                ),
                fields=["-last_at", "-id"],
                name="conversations_platform",
            ),
        ),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "shop")),
                fields=("person", "shop", "subject_kind", "subject_id"),
                name="conversations_thread_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "ticket")),
                fields=("shop", "key"),
                name="conversations_ticket_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "waiting", "solved", "closed"])),
                name="conversations_thread_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.CheckConstraint(
                condition=models.Q(("handover__in", ["none", "asked", "joined", "left"])),
                name="conversations_thread_handover",
            ),
        ),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "shop"), ("person__isnull", False), ("rating", ""), ("topic", "")),
                    models.Q(
                        ("handover", "none"),
                        ("key__isnull", False),
                        ("kind", "ticket"),
                        ("person__isnull", True),
                        (
                            "topic__in",
                            ["rules", "decision", "money", "logistics", "goods", "account", "other"],
                        ),
                    ),
                    _connector="OR",
                ),
                name="conversations_thread_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.CheckConstraint(
                condition=models.Q(("rating__in", ["", "good", "fair", "bad"])),
                name="conversations_thread_rating",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["text"], name="conversations_message_words", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                fields=("thread", "number"), name="conversations_message_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(fields=("thread", "key"), name="conversations_message_once"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ("buyer", "shop", "platform"))),
                name="conversations_message_side",
            ),
        ),
        migrations.AddIndex(
            model_name="mark",
            index=models.Index(
                condition=models.Q(("tell_at__isnull", False)),
                fields=["tell_at"],
                name="conversations_mark_tell",
            ),
        ),
        migrations.AddConstraint(
            model_name="mark",
            constraint=models.UniqueConstraint(fields=("thread", "side"), name="conversations_mark_once"),
        ),
        migrations.AddConstraint(
            model_name="mark",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ("buyer", "shop", "platform"))),
                name="conversations_mark_side",
            ),
        ),
        migrations.AddIndex(
            model_name="wait",
            index=models.Index(
                condition=models.Q(("next_at__isnull", False)),
                fields=["next_at"],
                name="conversations_wait_next",
            ),
        ),
        migrations.AddIndex(
            model_name="wait",
            index=models.Index(fields=["shop", "side", "-asked_at"], name="conversations_wait_shop"),
        ),
        migrations.AddConstraint(
            model_name="wait",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["waiting", "late"])),
                fields=("thread", "side"),
                name="conversations_wait_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="wait",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "late", "answered", "lapsed"])),
                name="conversations_wait_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="wait",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["shop", "platform"])), name="conversations_wait_side"
            ),
        ),
        migrations.AddConstraint(
            model_name="wait",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answer_no__isnull", False),
                        ("answered_at__isnull", False),
                        ("state", "answered"),
                        ("took_seconds__isnull", False),
                    ),
                    models.Q(
                        models.Q(("state", "answered"), _negated=True),
                        ("answer_no__isnull", True),
                        ("answered_at__isnull", True),
                        ("took_seconds__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="conversations_wait_answered",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
