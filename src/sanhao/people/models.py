"""Persons and what belongs to them."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models


class Person(AbstractBaseUser):
    """Anybody with an account: buyer, member of a shop, staff of the platform."""

    id = models.UUIDField(primary_key=True)
    email = models.EmailField(unique=True)
    USERNAME_FIELD = "email"
