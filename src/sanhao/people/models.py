"""Persons and what belongs to them: addresses, staff roles, and in a demo world the one-click sign-in."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

LANGUAGES = ("zh-hans", "en")
ROLES = ("admin", "arbiter", "finance", "support")


class Person(AbstractBaseUser):
    """Anybody with an account: buyer, member of a shop, staff of the platform."""

    id = models.UUIDField(primary_key=True)
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=60)
    language = models.CharField(max_length=8, default="en")
    email_confirmed_at = models.DateTimeField(null=True)
    joined_at = models.DateTimeField()
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"

    class Meta:
        constraints = [
            models.CheckConstraint(name="people_person_language", condition=Q(language__in=LANGUAGES)),
            models.CheckConstraint(
                name="people_person_email_lower",
                condition=Q(email=Lower("email")) & ~Q(email=""),
            ),
        ]


class Guest(models.Model):
    """Somebody who bought once without an account: a person of their own, whom nobody can sign in as, and the e-mail they
    gave. Unproven: it opens nothing and finds nobody, until the confirmed owner of that e-mail takes it over."""

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField(max_length=254)
    opened_at = models.DateTimeField()
    claimed_by = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    claimed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(name="people_guest_by_email", fields=["email"]),
            models.Index(
                name="people_guest_of", fields=["claimed_by"], condition=Q(claimed_by__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="people_guest_email_lower", condition=Q(email=Lower("email")) & ~Q(email="")
            ),
            models.CheckConstraint(
                name="people_guest_claimed_wholly",
                condition=Q(claimed_by__isnull=True, claimed_at__isnull=True)
                | Q(claimed_by__isnull=False, claimed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="people_guest_not_of_itself", condition=~Q(claimed_by=models.F("person"))
            ),
        ]


class Address(models.Model):
    """Where a person wants parcels. Orders freeze a copy, so editing one never moves a parcel."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    recipient = models.CharField(max_length=60)
    phone = models.CharField(max_length=24)
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=60)
    city = models.CharField(max_length=60)
    street = models.CharField(max_length=200)
    postcode = models.CharField(max_length=16, blank=True, default="")
    is_default = models.BooleanField(default=False)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="people_address_one_default", fields=["person"], condition=Q(is_default=True)
            ),
        ]


class StaffRole(models.Model):
    """What a person may do for the platform, who granted it and when; a revoked one stays as history."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=12)
    granted_by = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    granted_at = models.DateTimeField()
    revoked_by = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="people_staff_role_known", condition=Q(role__in=ROLES)),
            models.UniqueConstraint(
                name="people_staff_role_once",
                fields=["person", "role"],
                condition=Q(revoked_at__isnull=True),
            ),
        ]


class QuickSignIn(models.Model):
    """Persons anybody may become with one click. Rows can exist only beside a world marked as demo: a composite
    foreign key in the migration and the check below leave no other way."""

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.PROTECT, related_name="+")
    world = models.ForeignKey(
        "kit.World", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    is_demo = models.BooleanField(default=True)
    what_zh = models.CharField(max_length=120)
    what_en = models.CharField(max_length=120)

    class Meta:
        constraints = [models.CheckConstraint(name="people_quick_demo", condition=Q(is_demo=True))]
