"""Tables point down only: foreign keys, migrations, and SQL that names a table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration

from tests.laws.house import File, files, may_use, owner_of, report

_SQL = re.compile(
    r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|COPY|JOIN|ALTER TABLE|REFERENCES|TRIGGER|TRUNCATE)\b"
)
_WORD = re.compile(r"[a-z][a-z0-9_]*")


@cache
def owner_of_label(label: str) -> str:
    return apps.get_app_config(label).name


@cache
def tables() -> Mapping[str, str]:
    """table -> the module that owns it."""
    every = apps.get_models(include_auto_created=True)
    return {model._meta.db_table: owner_of_label(model._meta.app_label) for model in every}


def upward_keys(model: type[models.Model]) -> Iterable[str]:
    """Foreign keys that point up or sideways, cascade, or make a way back."""
    mine = owner_of_label(model._meta.app_label)
    for field in model._meta.get_fields():
        if not isinstance(field, (models.ForeignKey, models.ManyToManyField)):
            continue
        name = f"{model._meta.label}.{field.name}"
        target: Any = field.remote_field.model
        theirs = owner_of_label(target._meta.app_label)
        if not may_use(mine, theirs):
            yield f"{name} points to {target._meta.label}, which does not stand below {mine}"
        if not str(field.remote_field.related_name or "").endswith("+"):
            yield f"{name} makes a way back: related_name='+'"
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is not models.PROTECT:
            yield f"{name} must be on_delete=PROTECT"


def upward_migrations(label: str, migration: Migration) -> Iterable[str]:
    """Migrations that lean on a module above or beside their own."""
    mine = owner_of_label(label)
    for other, _ in [*migration.dependencies, *migration.run_before]:
        if other == "__setting__":
            continue
        theirs = owner_of_label(other)
        if theirs.startswith("sanhao.") and not may_use(mine, theirs):
            yield f"{label}.{migration.name} depends on {other}"


def foreign_sql(file: File) -> Iterable[str]:
    """SQL that names another module's tables. Kit's tables are tools; migrations may refer downwards."""
    if file.module.startswith(
        "sanhao.lab.bench"
    ):  # a bench measures against raw SQL: it looks on from outside
        return
    for line, text in file.strings():
        if not (_SQL.search(text) or text in tables()):
            continue
        for name in dict.fromkeys(_WORD.findall(text)):
            theirs = tables().get(name, file.owner)
            if theirs in (file.owner, "sanhao.kit") or not theirs.startswith("sanhao."):
                continue
            if not (file.is_migration and may_use(file.owner, theirs)):
                yield f"{file.module}:{line} names {name}, a table of {theirs}"


def test_foreign_keys_point_down_only() -> None:
    ours = [
        model for model in apps.get_models() if owner_of_label(model._meta.app_label).startswith("sanhao.")
    ]
    found = [violation for model in ours for violation in upward_keys(model)]
    assert not found, report(found, "keep what points up as an opaque UUID column")


def test_migrations_lean_on_their_own_or_lower_modules() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    found = [
        violation
        for (label, _), migration in loader.disk_migrations.items()
        if owner_of_label(label).startswith("sanhao.")
        for violation in upward_migrations(label, migration)
    ]
    assert not found, report(found, "a migration may depend on its own app and on lower ones")


def test_no_sql_touches_another_modules_tables() -> None:
    found = [violation for file in files() for violation in foreign_sql(file)]
    assert not found, report(found, "ask that module through its api")


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=3)


@pytest.mark.django_db
def test_every_table_stands_in_the_database() -> None:
    assert set(tables()) <= set(connection.introspection.table_names())


def test_an_upward_key_is_noticed() -> None:
    class Upward(models.Model):
        move = models.ForeignKey("people.Person", on_delete=models.CASCADE)

        class Meta:
            app_label = "kit"
            managed = False

    try:
        assert list(upward_keys(Upward)) == [
            "kit.Upward.move points to people.Person, which does not stand below sanhao.kit",
            "kit.Upward.move makes a way back: related_name='+'",
            "kit.Upward.move must be on_delete=PROTECT",
        ]
    finally:
        del apps.all_models["kit"]["upward"]
        apps.clear_cache()


def test_an_upward_migration_is_noticed() -> None:
    migration = Migration("0009_bad", "kit")
    migration.dependencies = [("people", "0001_initial")]
    assert list(upward_migrations("kit", migration)) == ["kit.0009_bad depends on people"]


def test_foreign_sql_is_noticed_and_own_sql_is_not() -> None:
    source = 'fetch("SELECT id FROM people_person")\nfetch(f"DELETE FROM kit_outbox WHERE id = {x}")\nsay("people_person")'
    assert list(foreign_sql(File("sanhao.service.orders.queries", source))) == [
        "sanhao.service.orders.queries:1 names people_person, a table of sanhao.people",
        "sanhao.service.orders.queries:3 names people_person, a table of sanhao.people",
    ]
    assert list(foreign_sql(File("sanhao.people.queries", source))) == []
    assert owner_of("sanhao.people.queries") == "sanhao.people"
