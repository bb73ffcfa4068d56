"""Every setting of the product, read from the environment; the table in README.md explains each variable."""

import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from cryptography.fernet import Fernet
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
STATE_DIR = Path(env.str("STATE_DIR", default=str(BASE_DIR / ".state"))).resolve()


def _secret(name: str, make: Any) -> str:
    """Return the secret `name`; in debug one is made and kept in STATE_DIR (mode 0600), elsewhere it must be given."""
    if value := env.str(name, default=""):
        return value
    if not DEBUG:
        raise ImproperlyConfigured(
            f"{name} is not set. Set it in the environment, or DEBUG=1 on a developer's machine."
        )
    path = STATE_DIR / "keys" / name.lower()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(make())
    except FileExistsError:
        pass
    return path.read_text()


SECRET_KEY = _secret("SECRET_KEY", lambda: secrets.token_urlsafe(50))
# Newest key first: it encrypts; the others only decrypt until `manage.py rotate_field_keys` has run.
FIELD_KEYS = [key.strip() for key in _secret("FIELD_KEYS", lambda: Fernet.generate_key().decode()).split(",")]
PRODUCTION = not DEBUG
BEHIND_TLS = env.bool("BEHIND_TLS", default=not DEBUG)
# Proxies before the web process that may be believed about the client's address: limits per address count on it.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=int(BEHIND_TLS))

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", default="http://localhost:8000")
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="")
CITY_NAME = {"zh-hans": env.str("CITY_NAME_ZH", default="无锡"), "en": env.str("CITY_NAME_EN", default="Wuxi")}
# Under which licence open data is handed out; the address may be empty.
OPEN_DATA_LICENCE = env.str("OPEN_DATA_LICENCE", default="CC BY 4.0")
OPEN_DATA_LICENCE_URL = env.str("OPEN_DATA_LICENCE_URL", default="https://creativecommons.org/licenses/by/4.0/")

INSTALLED_APPS = [
    "marketplace",
    "scenarios",
    "config",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_cotton",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "rest_framework",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages; static files are compressed when they are collected. What could be guessed from lengths is masked: the
    # middleware adds random bytes, and a form's token differs each time.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "config.languages.AddressLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "marketplace.middleware.NamesMiddleware",
    "marketplace.middleware.ActorMiddleware",
    "marketplace.middleware.SecondFactorMiddleware",
    "marketplace.middleware.ErrorMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "marketplace.context_processors.shell",
            ],
        },
    }
]


def _database(url: str) -> dict[str, Any]:
    """Translate a libpq connection string; socket folders stand in its `host` parameter, which URL parsers mangle."""
    parts = conninfo_to_dict(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", "marketplace"),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            # To compile a query of the pages takes longer than to run it. A page of an index costs hardly more than the
            # next one of the table, on disks without heads and in memory: else whole tables of wide rows would be read
            # where an index holds all that is counted.
            "options": "-c statement_timeout=20000 -c lock_timeout=8000 -c idle_in_transaction_session_timeout=60000"
            " -c jit=off -c random_page_cost=1.1",
        },
    }


DATABASES = {"default": _database(env.str("DATABASE_URL", default="postgresql:///marketplace"))}
# The role that owns the tables: only migrations and the tests' clean-up use it; web and workers never get its URL.
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", default="")
DATABASE_APP_ROLE = env.str("DATABASE_APP_ROLE", default="marketplace_app")

CACHE_URL = env.str("CACHE_URL", default="")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL, "TIMEOUT": 300}
    | {"OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1}}
    if CACHE_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="redis://localhost:6379/0")
INDEX_ROOT = Path(env.str("INDEX_ROOT", default=str(STATE_DIR / "index")))
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(STATE_DIR / "media")))
MEDIA_URL = "media/"

# How long a worker may hold a delivery before the sweeper hands it to another one, and how often it is tried at all.
DELIVERY_LEASE_SECONDS = env.int("DELIVERY_LEASE_SECONDS", default=120)
DELIVERY_ATTEMPTS = 3

# Two needs are proposed for merging from this likeness on, until a manager chooses another one.
MERGE_MIN_SIMILARITY = env.float("MERGE_MIN_SIMILARITY", default=0.20)
MERGE_MAX_SIZE = 12
SUGGESTIONS_PER_NEED = 10

# From so many needs in the index on, merges and batches of suggestions are worked out block by block by all workers.
SUPER_BLOCKS_FROM = env.int("SUPER_BLOCKS_FROM", default=50_000)
SUPER_BLOCK_DOCUMENTS = env.int("SUPER_BLOCK_DOCUMENTS", default=131_072)
# Threads of one task; a machine runs as many workers as it has cores.
SUPER_BLOCK_THREADS = env.int("SUPER_BLOCK_THREADS", default=1)
# Where a worker's machine keeps its copies of segments that come from a bucket.
SEGMENT_COPIES = Path(env.str("SEGMENT_COPIES", default=str(STATE_DIR / "segment-copies")))

AUTH_USER_MODEL = "marketplace.Account"
AUTHENTICATION_BACKENDS = ["marketplace.backends.AccountBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_REDIRECT_URL = "/workspace/"
LOGIN_URL = "/accounts/login/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "marketplace.forms.SignupForm"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
ACCOUNT_RATE_LIMITS = {"login_failed": "5/m/ip,5/5m/key", "login": "30/m/ip", "signup": "10/m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Scenario Marketplace"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "static/"
# The pictures of the guides, where the pages under /help/ look for them.
STATICFILES_DIRS = [("guide", BASE_DIR / "docs" / "guide" / "images")]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
SEGMENTS_ROOT = Path(env.str("SEGMENTS_ROOT", default=str(STATE_DIR / "segments")))
# A bucket of any service that speaks S3, instead of a folder: needs requirements/s3.txt; credentials in AWS_*.
SEGMENTS_BUCKET = env.str("SEGMENTS_BUCKET", default="")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "segments": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": SEGMENTS_BUCKET,
            "endpoint_url": env.str("SEGMENTS_ENDPOINT", default="") or None,
            "file_overwrite": True,
            "default_acl": None,
        },
    }
    if SEGMENTS_BUCKET
    else {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": SEGMENTS_ROOT}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "config.staticfiles.WholeSheetStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],  # what a page says of itself in JSON-LD is an element of its own
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://" if DEBUG else "smtp://localhost:25")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Scenario Marketplace <noreply@localhost>")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "marketplace.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["scenarios.api.permissions.DeclaredPolicy"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "scenarios.api.paging.Paging",
    "DEFAULT_SCHEMA_CLASS": "scenarios.api.schema.ProblemSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["scenarios.api.parsers.BoundedJSONParser"],
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "120/min", "user": "600/min", "drafting": "90/min", "login": "10/min"}
    | {"open_data": "60/min"},
    # Behind as many proxies; without one, X-Forwarded-For is the client's own word and must not count for limits.
    "NUM_PROXIES": TRUSTED_PROXIES,
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "scenarios.api.problems.problem_details",
    "PAGE_SIZE": 20,
    "COERCE_DECIMAL_TO_STRING": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Scenario Marketplace API",
    "DESCRIPTION": "Needs, capabilities, pools and calls: the same actions as the pages.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_NO_READ_ONLY_REQUIRED": True,  # a field that the reader may not see is absent
    # Fields of one name with different choices, and choices under several names.
    "ENUM_NAME_OVERRIDES": {
        "PartnerRoleEnum": "marketplace.choices.PartnerRole",
        "MemberRoleEnum": "marketplace.choices.MemberRole",
        "IncidentSeverityEnum": "marketplace.sandbox_choices.Severity",
        **{
            f"{name}Enum": f"scenarios.choices.{name}"
            for name in (
                "NeedStatus",
                "DemandStatus",
                "ProposalStatus",
                "CallStatus",
                "CallKind",
                "ConceptState",
                "Subject",
            )
        },
        **{f"{name}Enum": f"scenarios.choices.{name}" for name in ("RunKind", "RunState")},
        **{f"{name}Enum": f"scenarios.choices.{name}" for name in ("Unit", "DataClass", "Deploy", "ConceptState")},
        **{
            f"{name}Enum": f"marketplace.choices.{name}"
            for name in (
                "CapabilityStatus",
                "OrganisationKind",
                "RankingState",
                "SearchKind",
                "SuggestionState",
                "SelectionStatus",
            )
        },
        "FailureCodeEnum": "marketplace.choices.FailureCode",
        "EngagementStatusEnum": "marketplace.engagement_choices.EngagementStatus",
        "PartyRoleEnum": "marketplace.engagement_choices.PartyRole",
        "GateStageEnum": "marketplace.engagement_choices.Stage",
        "GateVerdictEnum": "marketplace.engagement_choices.GateVerdict",
        "OpenOrganisationKindEnum": "marketplace.api.organisations.OPEN_CHOICES",
        "FollowedSubjectEnum": "scenarios.api.follows.FOLLOWED",
    },
}
REST_KNOX = {"TOKEN_TTL": timedelta(days=90), "AUTO_REFRESH": False, "SECURE_HASH_ALGORITHM": "hashlib.sha512"}

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
# Who sends it as a bearer token may read /metrics; empty, only staff may.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.LineFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.server": {"handlers": ["stderr"], "propagate": False},
        # One line per delivery comes from our own log; Celery's three per task would bury it.
        "celery": {"level": "WARNING"},
    },
}
