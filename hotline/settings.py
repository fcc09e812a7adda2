"""Settings of the hotline: one file, driven by the environment, production by default.

Without secret key, encryption key ring, audit key and allowed hosts the application refuses to
start, and without a second factor where nobody said so.
`make run` writes a `.env` for a demo on this machine; the README has the table of variables.
"""

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from intake.crypto import parse_key_ring, parse_recipients, parse_signing_key
from intake.roles import parse_group_roles

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

_REQUIRED = {
    "SECRET_KEY": "a long random string that signs sessions",
    "ENCRYPTION_KEYS": "the key ring that seals reporting parties, as name:base64 of 32 bytes",
    "AUDIT_KEY": "the key that signs checkpoints of the audit, base64 of 32 bytes",
    "ALLOWED_HOSTS": "the host names that this site answers to, separated by commas",
}
_missing = [
    f"{name} ({meaning})" for name, meaning in _REQUIRED.items() if not env.str(name, default="")
]
if _missing:
    raise ImproperlyConfigured(
        "The hotline does not start: set " + "; ".join(_missing) + " in the environment."
    )

# What kind of installation this is ------------------------------------------------------------
DEMO = env.bool("DEMO", default=False)  # invented data on one machine, plain HTTP on localhost
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
ENCRYPTION_KEYS = parse_key_ring(env.str("ENCRYPTION_KEYS"))
AUDIT_KEY = parse_signing_key(env.str("AUDIT_KEY"))
BACKUP_RECIPIENTS = parse_recipients(env.list("BACKUP_RECIPIENTS", default=[]))
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Applications and the way of a request --------------------------------------------------------
INSTALLED_APPS = [
    "intake",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "crispy_forms",
    "csp",
    "django_tasks_db",
    # Second factors and single sign-on: its functions and tables, none of its pages.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]
MIDDLEWARE = [
    "intake.middleware.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # tells its functions of the request; no query
    "intake.middleware.SessionLimitsMiddleware",
    "intake.middleware.SignInRequiredMiddleware",
    "intake.middleware.SecondFactorMiddleware",
    "intake.middleware.RequestLimitMiddleware",
    "intake.middleware.AgencyTimeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "intake.middleware.NoStoreMiddleware",
    "intake.middleware.WrongMethodMiddleware",
    "intake.middleware.SealBrokenMiddleware",
]
ROOT_URLCONF = "hotline.urls"
WSGI_APPLICATION = "hotline.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "intake.context.site",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "uswds"
CRISPY_TEMPLATE_PACK = "uswds"

# Database -------------------------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'hotline.sqlite3'}")
}
_database = DATABASES["default"]
_database["ATOMIC_REQUESTS"] = False
_database["CONN_MAX_AGE"] = None
_database["CONN_HEALTH_CHECKS"] = True
_is_here = str(_database.get("HOST", "")).startswith("/") or _database.get("HOST", "") in (
    *("", "localhost", "127.0.0.1", "::1"),
)
if (
    _database["ENGINE"] == "django.db.backends.postgresql"
    and not _is_here
    and _database.get("OPTIONS", {}).get("sslmode") != "verify-full"
    and not env.bool("DATABASE_PLAIN_ACCEPTED", default=False)
):
    raise ImproperlyConfigured(
        "The hotline does not start: DATABASE_URL names another machine and does not say that its "
        "certificate is checked. Add ?sslmode=verify-full&sslrootcert=<file> to it, or set "
        "DATABASE_PLAIN_ACCEPTED=true where something else protects the way between the two."
    )
if _database["ENGINE"] == "django.db.backends.sqlite3":
    (BASE_DIR / "var").mkdir(exist_ok=True)  # where the default file lies
    # IMMEDIATE: a deferred transaction that reads, then writes, loses to "database is locked".
    # FULL: a save that was acknowledged survives the loss of power.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # REPLACE passes the triggers of deleted rows by, unless triggers are recursive.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        " PRAGMA recursive_triggers=ON;",
    }
else:
    _database["OPTIONS"] = _database.get("OPTIONS", {}) | {
        "prepare_threshold": 3,
        "server_side_binding": True,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# Sign-in and sessions -------------------------------------------------------------------------
AUTH_USER_MODEL = "intake.User"
AUTHENTICATION_BACKENDS = ["intake.backends.RolesBackend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    # Length and a list of known passwords, no rules of composition (NIST SP 800-63B-4).
    {"NAME": "intake.passwords.LengthValidator"},
    {"NAME": "intake.passwords.BreachedValidator"},
    {"NAME": "intake.passwords.PlaceValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
BREACHED_PASSWORDS = env.str(
    "BREACHED_PASSWORDS", default=str(BASE_DIR / "fixtures" / "passwords" / "breached.bin")
)
SESSION_ENGINE = "intake.session_store"  # in the database: one truth for all processes
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds: a shift, and no longer
SESSION_EXPIRE_AT_BROWSER_CLOSE = True  # a shared machine begins signed out
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "intake.views.errors.csrf_failure"
# Failures at the sign-in are counted here, for all processes; its table is a model of ours.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "hotline_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

# The second factor: everybody has one but workers, whose agency decides ---------------------------
SECOND_FACTOR = env.str("SECOND_FACTOR", default="off" if DEMO else "required")
if SECOND_FACTOR not in ("required", "off"):
    raise ImproperlyConfigured("SECOND_FACTOR is 'required' or 'off'.")
if SECOND_FACTOR == "off" and not DEMO and not env.bool("PASSWORD_ALONE_ACCEPTED", default=False):
    raise ImproperlyConfigured(
        "The hotline does not start: SECOND_FACTOR=off lets whoever knows a supervisor's password "
        "read every call. Take it out of the environment, or set PASSWORD_ALONE_ACCEPTED=true "
        "beside it, by which you answer for that."
    )
MFA_ADAPTER = "intake.factors.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # steps of 30 s by which a phone's clock may be wrong
MFA_RECOVERY_CODE_DIGITS = 10

# Single sign-on by OpenID Connect, where it is configured -----------------------------------------
OIDC_ISSUER = env.str("OIDC_ISSUER", default="").rstrip("/")
OIDC_NAME = env.str("OIDC_NAME", default="single sign-on")
OIDC_AGENCY = env.str("OIDC_AGENCY", default="")
OIDC_GROUPS_CLAIM = env.str("OIDC_GROUPS_CLAIM", default="groups")
OIDC_GROUPS = parse_group_roles(env.str("OIDC_GROUPS", default=""))
# Whether the provider asks everybody for a second factor, also where its tokens do not say so.
OIDC_HAS_SECOND_FACTOR = env.bool("OIDC_HAS_SECOND_FACTOR", default=False)
SOCIALACCOUNT_ADAPTER = "intake.views.single_sign_on.Adapter"
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if OIDC_ISSUER:
    _oidc = {
        "OIDC_CLIENT_ID": env.str("OIDC_CLIENT_ID", default=""),
        "OIDC_CLIENT_SECRET": env.str("OIDC_CLIENT_SECRET", default=""),
        "OIDC_AGENCY": OIDC_AGENCY,
        "OIDC_GROUPS": OIDC_GROUPS,
    }
    if not all(_oidc.values()):
        raise ImproperlyConfigured(
            "The hotline does not start: OIDC_ISSUER needs "
            + ", ".join(name for name, value in _oidc.items() if not value)
            + " in the environment (docs/sign-in.md)."
        )
    if not (OIDC_ISSUER.startswith("https://") or DEMO):
        raise ImproperlyConfigured("OIDC_ISSUER must begin with https://.")
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "agency",
                "name": OIDC_NAME,
                "client_id": _oidc["OIDC_CLIENT_ID"],
                "secret": _oidc["OIDC_CLIENT_SECRET"],
                "settings": {
                    "server_url": OIDC_ISSUER,
                    "scope": env.list("OIDC_SCOPE", default=["openid", "profile", "email"]),
                },
            }
        ],
    }

# Transport ------------------------------------------------------------------------------------
HTTPS = env.bool("HTTPS", default=not DEMO)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# The browser itself then refuses one that another host of the domain, or plain HTTP, has set.
_host_only = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_host_only}hotline_session"
CSRF_COOKIE_NAME = f"{_host_only}hotline_csrf"
BROWSER_COOKIE_NAME = f"{_host_only}hotline_browser"  # who signed in there before: `guessing`
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes ask the process, not the proxy
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
# Not "no-referrer": browsers then send `Origin: null`, and no form can be told from a forged one.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
# How many proxies stand between the browsers and this application, each of which adds its client to
# X-Forwarded-For; `TRUSTED_PROXY=true` of earlier releases is one.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=int(env.bool("TRUSTED_PROXY", default=False)))
if TRUSTED_PROXIES < 0:
    raise ImproperlyConfigured("TRUSTED_PROXIES is how many there are: 0 or more.")
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    }
}
# A form without JavaScript carries a whole narrative; JSON saves have their own, lower limit.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000
REQUEST_LIMITS = env.bool("REQUEST_LIMITS", default=True)  # of costly pages, for each person
FILE_UPLOAD_HANDLERS = ["intake.uploads.RefuseUploads"]  # nothing here takes a file

# Mail: off unless wanted, and then only how many notices wait -------------------------------------
NOTICE_EMAIL = env.bool("NOTICE_EMAIL", default=False)
SITE_URL = env.str("SITE_URL", default="")
DEFAULT_FROM_EMAIL = env.str("NOTICE_EMAIL_FROM", default="")
if NOTICE_EMAIL:
    if not SITE_URL or not DEFAULT_FROM_EMAIL or not env.str("EMAIL_URL", default=""):
        raise ImproperlyConfigured(
            "The hotline does not start: NOTICE_EMAIL needs SITE_URL (the address that the mails "
            "name), NOTICE_EMAIL_FROM (their sender) and EMAIL_URL (the mail server, such as "
            "smtp+tls://user:password@host:587) in the environment."
        )
    globals().update(env.email("EMAIL_URL"))
    EMAIL_TIMEOUT = 20  # seconds

# Language, time, static files -----------------------------------------------------------------
LANGUAGE_CODE = "en-us"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "hotline.static.StaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 24 * 60 * 60
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("ttf", "woff2", "png", "br", "gz")

# Logs: never the text of a call ---------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"quiet": {"()": "hotline.logs.QuietFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "quiet"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    # Django's own handlers would mail or print request data beside ours.
    "loggers": {
        "django": {
            "handlers": [],
            "propagate": True,
            "level": env.str("LOG_LEVEL", default="INFO"),
        },
        # They tell of every step of a PDF; fontTools even of every glyph.
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
}
