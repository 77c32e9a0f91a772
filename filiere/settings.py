"""Settings. Everything that varies comes from `env.py`; everything else is a decision, taken here."""

from datetime import timedelta

import dj_database_url
from django.urls import reverse_lazy

from filiere import env, logs, schedule

ENVIRONMENT = env.read()
ROOT = env.ROOT
DATA_DIR = ENVIRONMENT.data_dir

DEBUG = False
SECRET_KEY = ENVIRONMENT.secret_key
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts)
BASE_URL = ENVIRONMENT.base_url
TRUSTED_PROXIES = ENVIRONMENT.trusted_proxies

INSTALLED_APPS = [
    "filiere",
    "projects",
    "accounts",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "guardian",
    "rest_framework",
    "drf_spectacular",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "filiere.requests.TrustedProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "filiere.requests.RequestIdMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.people.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.signin.middleware.SecondFactorMiddleware",
    "accounts.signin.middleware.SessionActivityMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "filiere.urls"
WSGI_APPLICATION = "filiere.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "projects.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORM_RENDERER = "filiere.web.forms.Renderer"

# --- Data -------------------------------------------------------------------

DATABASES = {"default": dj_database_url.parse(ENVIRONMENT.database_url, conn_max_age=60, conn_health_checks=True)}
SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if SQLITE:
    # Measured with four writers: no lock error, where the defaults lost a quarter of the attempts.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
    if ENVIRONMENT.mode is env.Mode.TEST:
        # A file, not memory: locks and journal mode are then those of the real thing.
        DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}
else:
    # A server that does not answer is told within seconds, not after the kernel's two minutes.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "filiere.cache.ForgivingCache",
        "LOCATION": ENVIRONMENT.redis_url,
        "KEY_PREFIX": "filiere-cache",  # tasks wait beside it under another one, see global_keyprefix
    }
}

STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": ENVIRONMENT.storage_dir, "base_url": None},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if ENVIRONMENT.production
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.static_dir
STATICFILES_DIRS = [ROOT / "static"]
# The embedded mode serves files from where they are: no collection step before the first page.
WHITENOISE_USE_FINDERS = not ENVIRONMENT.production
WHITENOISE_MAX_AGE = 60 if not ENVIRONMENT.production else 3600
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_HANDLERS = [
    "filiere.web.uploads.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- People and sign-in -----------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # refuses while an account is locked, and lets nobody in
    "accounts.signin.backends.EmailBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None  # guardian's: nobody signs in as a visitor
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "given_name", "family_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.signin.validators.EasyToGuess"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 4 * 3600
ACCOUNT_ADAPTER = "accounts.signin.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation reaches the address it was sent to
ACCOUNT_LOGOUT_REDIRECT_URL = reverse_lazy("account_login")
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if ENVIRONMENT.secure else "http"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# The shipped one would fill allauth's own table of addresses, which nothing here reads.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105  a class
ACCOUNT_FORMS = {
    "login": "accounts.signin.forms.LoginForm",
    "change_password": "accounts.signin.forms.ChangePasswordForm",
    "set_password": "accounts.signin.forms.SetPasswordForm",
    "reset_password": "accounts.signin.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.signin.forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.signin.forms.ReauthenticateForm",
}
# Brakes, in the cache; the lockout below, in the database, is what stops a guesser. A whole ministry may share an
# address, and whoever types somebody's address wrongly on purpose must not be able to keep them out for long.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "30/m/ip,100/h/key",
    "second_factor": "30/h/key",
    "reset_password": "20/m/ip,5/h/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
}
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
MFA_ADAPTER = "accounts.signin.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Filière"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # clocks drift and people type slowly: the code before and the code after pass too
MFA_FORMS = {
    "authenticate": "accounts.signin.forms.AuthenticateForm",
    "reauthenticate": "accounts.signin.forms.ReauthenticateCodeForm",
    "activate_totp": "accounts.signin.forms.ActivateTOTPForm",
    "add_webauthn": "accounts.signin.forms.AddWebAuthnForm",
    "edit_webauthn": "accounts.signin.forms.EditWebAuthnForm",
    "authenticate_webauthn": "accounts.signin.forms.AuthenticateWebAuthnForm",
    "login_webauthn": "accounts.signin.forms.LoginWebAuthnForm",
    "reauthenticate_webauthn": "accounts.signin.forms.ReauthenticateWebAuthnForm",
}
REQUIRE_MFA = ENVIRONMENT.require_mfa
# Who must hold a second factor when it is required: each rule answers for one person.
SECOND_FACTOR_RULES = [
    "accounts.signin.second_factor.administers",
    "accounts.signin.second_factor.delegates",
    "projects.groups.selectors.pilots_a_group",
]
# What an accepted invitation brings besides the account: each is called with it, in the same transaction.
INVITATION_FOLLOW_UPS = ["projects.groups.invitations.services.give_invited_mandates"]
# The same, in words: what its mail and its page promise.
INVITATION_BRINGS = ["projects.groups.invitations.offers.promised"]
# What else ends when a person is anonymised: each is called with them and with who did it, in the same transaction.
DEPARTURE_FOLLOW_UPS = ["projects.groups.mandates.services.end_mandates_of"]
# What a mandate leaves to do in its group when it ends: each answers the duties to hand over.
DUTIES = [
    "projects.groups.mandates.duties.delegations",
    "projects.groups.mandates.duties.substitutes",
    "projects.groups.mandates.duties.substitution",
    "projects.groups.invitations.offers.offers_pending",
    "projects.deliverables.duties.deliverables_owned",
    "projects.deliverables.duties.opinions_to_give",
    "projects.deliverables.duties.approvals_to_give",
]
# What makes grants of mandates: asked by whoever first needs a permission on a new day.
ACCESS_PROJECTION = "projects.groups.projection"
# What awaits a group, feature by feature: each is called with groups and a reader.
GROUP_MATTERS = [
    "projects.groups.matters.invitations_without_answer",
    "projects.deliverables.matters.deliverables_to_follow",
    "projects.deliverables.approvals.matters.validations_awaited",
]
# What is counted of each project: each is called with the keys of projects and a reader.
PROJECT_FIGURES = ["projects.deliverables.lists.figures.deliverables_of_projects"]
# Narrows the journal to what its reader may read of it: called with the events and the reader.
JOURNAL_ACCESS = "projects.groups.selectors.events_open_to"
OIDC = ENVIRONMENT.oidc
SOCIALACCOUNT_ADAPTER = "accounts.signin.adapters.SocialAccountAdapter"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_LOGIN_ON_GET = False

AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# Trying again while locked does not lengthen the wait: the sentence that announces it stays true.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_HANDLER = "accounts.signin.lockout.Handler"
AXES_USERNAME_CALLABLE = "accounts.signin.lockout.account_name"
AXES_CLIENT_IP_CALLABLE = "accounts.signin.devices.client_address"
AXES_LOCKOUT_CALLABLE = "accounts.signin.lockout.response"
AXES_SENSITIVE_PARAMETERS = ["login", "email", "username", "ip_address", "code", "credential"]
AXES_DISABLE_ACCESS_LOG = True  # the list of sessions is what a person reads
AXES_ENABLE_ADMIN = False

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.secure
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_FAILURE_VIEW = "filiere.web.errors.csrf_failure"

# What a person receives when they ask for their data: each function answers for one person, and adds its headings.
PERSONAL_DATA = [
    "accounts.people.personal_data.identity",
    "accounts.people.personal_data.sign_in",
    "accounts.people.personal_data.invitations",
    "projects.groups.personal_data.mandates",
    "projects.groups.personal_data.delegations",
    "projects.groups.personal_data.emergency_readings",
    "projects.deliverables.personal_data.deliverables",
    "projects.deliverables.personal_data.versions",
    "projects.deliverables.personal_data.approvals",
    "projects.deliverables.personal_data.opinions",
    "projects.deliverables.personal_data.comments",
    "accounts.people.personal_data.acts",
]
# How long what must not stay for ever is kept; the nightly « ménage » forgets the rest.
RETENTION_ATTEMPTS = timedelta(days=30)  # who tried to sign in, from where
RETENTION_INVITATIONS = timedelta(days=90)  # names and addresses of people invited who never came
RETENTION_ANSWERS = timedelta(days=1)  # answers given to an Idempotency-Key
# The largest file that people hand in, in bytes. A scanner in front of them must take as much.
UPLOAD_LIMIT = 100 * 1024 * 1024
CLAMAV = ENVIRONMENT.clamav

# --- Security ---------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = ENVIRONMENT.secure
# Container and balancer probes speak plain HTTP to the process itself.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if ENVIRONMENT.secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = ENVIRONMENT.secure
SECURE_HSTS_PRELOAD = ENVIRONMENT.secure

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],  # data: the QR code of a one-time password
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}

# --- Language and time ------------------------------------------------------

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# --- Mail -------------------------------------------------------------------

if ENVIRONMENT.mail.folder:
    EMAIL_BACKEND = "filiere.mail.FolderBackend"
    EMAIL_FILE_PATH = ENVIRONMENT.mail.folder
else:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = ENVIRONMENT.mail.host
    EMAIL_PORT = ENVIRONMENT.mail.port
    EMAIL_HOST_USER = ENVIRONMENT.mail.user
    EMAIL_HOST_PASSWORD = ENVIRONMENT.mail.password
    EMAIL_USE_TLS = ENVIRONMENT.mail.tls
    EMAIL_USE_SSL = ENVIRONMENT.mail.ssl
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENVIRONMENT.from_email

# --- API --------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.tokens.authentication.TokenAuthentication",
        "filiere.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["filiere.api.permissions.Undeclared"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["filiere.api.parsers.StrictJSON"],
    "DEFAULT_FILTER_BACKENDS": [
        "filiere.api.lists.Filters",
        "filiere.api.lists.Search",
        "filiere.api.lists.Ordering",
    ],
    "DEFAULT_PAGINATION_CLASS": "filiere.api.lists.Pagination",
    "DEFAULT_SCHEMA_CLASS": "filiere.api.schema.Schema",
    "DEFAULT_THROTTLE_CLASSES": ["filiere.api.throttles.PersonThrottle", "filiere.api.throttles.VisitorThrottle"],
    "DEFAULT_THROTTLE_RATES": {"person": "600/min", "visitor": "30/min"},
    "EXCEPTION_HANDLER": "filiere.api.handler.handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Filière",
    "DESCRIPTION": "L’espace de travail d’un comité stratégique de filière.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # Choices stay where they are used: shared enumerations clash as soon as two features have a "kind".
    "POSTPROCESSING_HOOKS": ["filiere.api.schema.without_marks", "filiere.api.schema.with_sections"],
}

# --- Background work --------------------------------------------------------

CELERY_BROKER_URL = schedule.broker_url(ENVIRONMENT.redis_url)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # What a vanished machine had taken comes back after this: longer than the longest task, waited for behind another.
    # The only worker of an embedded installation takes it back as it starts (`broker.py`).
    "visibility_timeout": 900,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    "global_keyprefix": "filiere:",
    # A broker that accepts and then says nothing must not hold a page.
    "socket_connect_timeout": 2,
    "socket_timeout": 3,
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_DEFAULT_QUEUE = "filiere"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = schedule.beat()

# --- Logs -------------------------------------------------------------------

LOGGING_CONFIG = None
logs.configure(ENVIRONMENT.log_format)

SILENCED_SYSTEM_CHECKS: list[str] = []

if ENVIRONMENT.sentry_dsn:
    import sentry_sdk  # only where it is wanted: the embedded installation does not carry it

    sentry_sdk.init(ENVIRONMENT.sentry_dsn, send_default_pii=False, traces_sample_rate=0)
