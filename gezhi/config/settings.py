"""The one settings module. Environment variables are documented in docs/operate/settings.md."""

import sys
from pathlib import Path

from django.utils.csp import CSP

from gezhi.config import env, proxy

ROOT = Path(__file__).resolve().parents[2]
HOME = env.folder("GEZHI_HOME", Path("~/.local/share/gezhi"))

DEBUG = env.flag("GEZHI_DEBUG", default=False)
DEVELOPMENT_KEY = "development-only-key-that-doctor-refuses-in-production"
SECRET_KEY = env.secret("GEZHI_SECRET_KEY", HOME / "secret-key", DEVELOPMENT_KEY)
ALLOWED_HOSTS = env.words("GEZHI_HOSTS", ["127.0.0.1", "localhost", "[::1]", "testserver"])
PUBLIC_ADDRESS = env.text(
    "GEZHI_PUBLIC_ADDRESS", f"http://127.0.0.1:{env.whole('GEZHI_PORT', 8000, low=1, high=65535)}"
)
CSRF_TRUSTED_ORIGINS = proxy.trusted_origins(env.words("GEZHI_ORIGINS", []), PUBLIC_ADDRESS)

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "procrastinate.contrib.django",
    "gezhi.foundation",
    "gezhi.territory",
    "gezhi.people",
    "gezhi.notices",
    "gezhi.enactment",
    "gezhi.registers",
    "gezhi.cases",
    "gezhi.duties",
    "gezhi.sync",
    "gezhi.api",
    "gezhi.web",
    "gezhi.web.portal",
    "gezhi.web.field",
    "gezhi.web.account",
    "gezhi.web.desk",
    "gezhi.web.setup",
    "gezhi.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "gezhi.web.nulls.WithoutNulls",
    "gezhi.api.shortcut.shortcut",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "gezhi.web.account.idle.IdleSession",
    "gezhi.web.held.giving.GiveBack",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "gezhi.config.urls"
WSGI_APPLICATION = "gezhi.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gezhi.web.context.page",
            ],
        },
    },
]

DATABASES = {
    "default": {
        # The second is where a running `gezhi up` says that its embedded server listens.
        **env.database(env.secret("DATABASE_URL", HOME / "database-url", "postgresql:///gezhi")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # A threshold that nothing reaches: only what `gezhi.foundation.prepared` runs is prepared, for without one
        # psycopg prepares nothing at all. A list's best plan depends on what is asked: the ORM's are planned anew.
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": sys.maxsize},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["gezhi.people.backend.AccountBackend"]
LOGIN_URL = "/login"
# Attempts to sign in within a quarter of an hour, before a lock of as long; an address may be a whole office's.
LOGIN_ATTEMPTS_PER_ACCOUNT = env.whole("GEZHI_LOGIN_ATTEMPTS", 8, low=3, high=50)
LOGIN_ATTEMPTS_PER_ADDRESS = env.whole("GEZHI_LOGIN_ATTEMPTS_PER_ADDRESS", 100, low=10, high=10_000)
# How many public pages one network address may read in ten minutes without working for the district.
PUBLIC_PAGES = env.whole("GEZHI_PUBLIC_PAGES", 300, low=30, high=100_000)
# How many proxies of one's own stand in front: the visitor's address is that many from the end of X-Forwarded-For.
TRUSTED_PROXIES = env.whole("GEZHI_PROXIES", 0, low=0, high=5)
SESSION_IDLE_SECONDS = 60 * env.whole("GEZHI_SESSION_IDLE_MINUTES", 60, low=5, high=720)
# How long photos and documents stay that were put up ahead of a form that was never sent.
LOOSE_FILES_DAYS = env.whole("GEZHI_LOOSE_FILES_DAYS", 7, low=2, high=90)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = sorted((ROOT / "gezhi").glob("**/locale"))
TIME_ZONE = env.text("GEZHI_TIME_ZONE", "Asia/Shanghai")
USE_TZ = True

# Data keys stay out of the database (gezhi.foundation.crypto): from the environment, or from the owner's file.
DATA_KEYS = env.text("GEZHI_DATA_KEYS", "")
DATA_KEYS_FILE = HOME / "data-keys"

_MAIL_HOST = env.text("GEZHI_MAIL_HOST", "")
_MAIL_PORT = env.whole("GEZHI_MAIL_PORT", 587, low=1, high=65_535)
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": _MAIL_HOST,
            "port": _MAIL_PORT,
            "username": env.text("GEZHI_MAIL_USER", ""),
            "password": env.text("GEZHI_MAIL_PASSWORD", ""),
            "use_ssl": _MAIL_PORT == 465,
            "use_tls": _MAIL_PORT == 587,
            "timeout": 20,
        },
    }
    # Without a mail server, letters are laid into a folder where they can be looked at.
    if _MAIL_HOST
    else {"BACKEND": "django.core.mail.backends.filebased.EmailBackend", "OPTIONS": {"file_path": str(HOME / "mail")}}
}
DEFAULT_FROM_EMAIL = env.text("GEZHI_MAIL_FROM", "gezhi@localhost")
# Whether a webhook may lead into a private network (a receiver in the same house).
WEBHOOK_PRIVATE_ADDRESSES = env.flag("GEZHI_WEBHOOK_PRIVATE", default=False)

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
MEDIA_ROOT = HOME / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Without DEBUG only what `gezhi up` has collected is served; with it, the files as they are edited.
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MIMETYPES = {".mjs": "text/javascript"}
FILE_UPLOAD_PERMISSIONS = 0o640

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("GEZHI_LOG_LEVEL", "INFO")},
    # Statements would carry people's data into the log; queue chatter would drown the rest.
    "loggers": {
        "django": {"level": "INFO", "propagate": True},
        "django.db.backends": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
        # It would write every webhook's address, which may hold a secret.
        "httpx": {"level": "WARNING"},
    },
}

_HTTPS = env.flag("GEZHI_HTTPS", default=False)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_SECURE = _HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
# Without it Django takes every request for an open one, and never sends the line above.
SECURE_PROXY_SSL_HEADER = proxy.scheme_header(https=_HTTPS, proxies=TRUSTED_PROXIES)
SECURE_SSL_REDIRECT = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "worker-src": [CSP.SELF, "blob:"],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.SELF],
    "object-src": [CSP.NONE],
}
