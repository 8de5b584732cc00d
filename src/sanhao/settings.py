"""One settings file, fed by the environment. Everything an operator may set starts with SANHAO_.

What cannot be used raises ImproperlyConfigured with a sentence that names the variable; an empty one is not set.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured

from sanhao.kit.money import exponent


def _given(name: str, default: str) -> str:
    return os.environ.get(name) or default


def _whole(name: str, default: int, least: int) -> int:
    given = _given(name, str(default))
    if not (given.isascii() and given.isdecimal() and least <= int(given) < 1_000_000_000):
        raise ImproperlyConfigured(f"{name} is a whole number of at least {least}, not {given!r}.")
    return int(given)


def _address(name: str, default: str, *schemes: str) -> str:
    given = _given(name, default)
    try:
        parts = urlsplit(given)
        sound = parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        sound = False
    if not sound or any(mark.isspace() or mark in ";," for mark in given):  # it stands in a header
        raise ImproperlyConfigured(f"{name} is an address like {default}, not {given!r}.")
    return given


def _timezone() -> str:
    given = _given("SANHAO_TIMEZONE", "Asia/Shanghai")
    try:
        ZoneInfo(given)
    except (LookupError, ValueError, OSError):
        raise ImproperlyConfigured(
            f"SANHAO_TIMEZONE names a timezone like Asia/Shanghai, not {given!r}."
        ) from None
    return given


def _currency() -> str:
    given = _given("SANHAO_CURRENCY", "CNY")
    try:
        exponent(given)
    except ValueError:
        raise ImproperlyConfigured(f"SANHAO_CURRENCY is an ISO 4217 code like CNY, not {given!r}.") from None
    return given


BASE_DIR = Path(__file__).resolve().parent
VAR_DIR = Path(_given("SANHAO_VAR", "var")).absolute()


def _secret() -> str:
    """SANHAO_SECRET_KEY, or one made on first use and kept in var/ so that sign-ins survive a restart."""
    if given := os.environ.get("SANHAO_SECRET_KEY"):
        return given
    path = VAR_DIR / "secret.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass
    return path.read_text()


def _database(url: str) -> dict[str, object]:
    """``postgresql://user:password@host:port/name`` or ``postgresql:///name?host=/socket/dir``."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("postgresql", "postgres"):
        raise ImproperlyConfigured(
            "SANHAO_DATABASE_URL is not of the form postgresql://user:password@host:5432/name."
        )
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_HEALTH_CHECKS": True,  # after a restart of the database the first page must not fail
        "NAME": unquote(parts.path.lstrip("/")) or "postgres",
        "USER": unquote(parts.username or query.get("user", "postgres")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or query.get("host", "")),
        "PORT": str(port or query.get("port", "")),
        "OPTIONS": {
            "pool": {"min_size": 1, "max_size": _whole("SANHAO_POOL", 12, 1), "timeout": 10},
            # Planning costs as much as doing: what is asked five times is planned once for each connection. None
            # (SANHAO_PREPARE=0) for a pooler in between that does not know prepared statements.
            "server_side_binding": True,
            "prepare_threshold": _whole("SANHAO_PREPARE", 5, 0) or None,
        },
        "TEST": {"NAME": os.environ.get("SANHAO_TEST_DATABASE", "test_sanhao")},
    }


SECRET_KEY = _secret()
DEBUG = False
ALLOWED_HOSTS = [host.strip() for host in _given("SANHAO_HOSTS", "127.0.0.1,localhost").split(",")]
SITE_ADDRESS = _address("SANHAO_SITE", "http://127.0.0.1:8000", "http", "https")
LIVE_ADDRESS = _address("SANHAO_LIVE", "ws://127.0.0.1:8001", "ws", "wss")
SECURE = SITE_ADDRESS.startswith("https://")
CSRF_TRUSTED_ORIGINS = [SITE_ADDRESS]

DATABASES = {"default": _database(_given("SANHAO_DATABASE_URL", "postgresql:///postgres"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "csp",
    "template_partials",
    "sanhao.kit",
    "sanhao.people",
    "sanhao.fairness.rulebook",
    "sanhao.fairness.decisions",
    "sanhao.fairness.notices",
    "sanhao.books.ledger",
    "sanhao.books.wallet",
    "sanhao.books.payments",
    "sanhao.books.settlement",
    "sanhao.goods.shops",
    "sanhao.goods.catalog",
    "sanhao.service.delivery",
    "sanhao.service.remote",
    "sanhao.service.orders",
    "sanhao.service.promises",
    "sanhao.service.conversations",
    "sanhao.service.aftersales",
    "sanhao.service.guests",
    "sanhao.lab",
    "sanhao.faces.ui",
    "sanhao.faces.storefront",
    "sanhao.faces.workbench",
    "sanhao.faces.control",
    "sanhao.faces.hooks",
]
AUTH_USER_MODEL = "people.Person"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "sanhao.faces.ui.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "sanhao.faces.ui.middleware.LengthMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "sanhao.faces.ui.middleware.RefusalMiddleware",
]
ROOT_URLCONF = "sanhao.urls"
WSGI_APPLICATION = "sanhao.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.csrf",
                "django.contrib.messages.context_processors.messages",
                "sanhao.faces.ui.context.page",
            ],
        },
    }
]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
DEMO_STRIP = "storefront/demo.html"
# Posts of one person (or of one address, not signed in) that one process takes in a minute.
WRITES_PER_MINUTE = _whole("SANHAO_WRITES_PER_MINUTE", 1800, 1)
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
CSRF_FAILURE_VIEW = "sanhao.faces.ui.views.csrf_failed"
AUTHENTICATION_BACKENDS = ["sanhao.people.sessions.PersonBackend"]
SESSION_ENGINE = "sanhao.people.sessions"
SESSION_COOKIE_NAME = "sanhao_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_SAMESITE = "Lax"

USE_TZ = True
TIME_ZONE = _timezone()
LANGUAGE_CODE = "en"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
CURRENCY = _currency()
# Which of books/settlement/banks payouts go through.
BANK = os.environ.get("SANHAO_BANK", "sandbox")
# Which of books/payments/gateways new payments go through, and what it needs to know.
GATEWAY = os.environ.get("SANHAO_GATEWAY", "sandbox")
STRIPE_KEY = os.environ.get("SANHAO_STRIPE_KEY", "")
STRIPE_WEBHOOK_SECRET = os.environ.get("SANHAO_STRIPE_WEBHOOK_SECRET", "")
STRIPE_API = os.environ.get("SANHAO_STRIPE_API", "https://api.stripe.com")
# A browser asks this policy also where a form is sent on to: the page where the buyer pays.
_PAY_PAGES = ["https://checkout.stripe.com"] if STRIPE_KEY else []

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
# SANHAO_CARRIER_SECRET_GLS and so on: what is shared with each carrier to sign its webhooks.
CARRIER_SECRETS = {
    name.removeprefix("SANHAO_CARRIER_SECRET_").lower(): value
    for name, value in os.environ.items()
    if name.startswith("SANHAO_CARRIER_SECRET_")
}
# SANHAO_KARRIO_SENDLE and so on: an account with a carrier, reached through karrio (JSON; see docs/operate.md).
KARRIO_ACCOUNTS = {
    name.removeprefix("SANHAO_KARRIO_").lower(): value
    for name, value in os.environ.items()
    if name.startswith("SANHAO_KARRIO_")
}
EMAIL_BACKEND = _given("SANHAO_EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = VAR_DIR / "mail"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "media-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'", LIVE_ADDRESS],
        "form-action": ["'self'", *_PAY_PAGES],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {
        "refused": {"()": "sanhao.kit.logs.Refused"},
        "secret": {"()": "sanhao.kit.logs.Secret"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["refused", "secret"]}
    },
    "root": {"handlers": ["stderr"], "level": _given("SANHAO_LOG", "WARNING").upper()},
}
