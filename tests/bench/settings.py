"""The product's settings, with one more address beside its own and no limit to how often one may ask."""

from filiere.settings import *  # noqa: F403
from filiere.settings import MIDDLEWARE, REST_FRAMEWORK, SPECTACULAR_SETTINGS  # noqa: F401

ROOT_URLCONF = "tests.bench.urls"
MIDDLEWARE = ["tests.bench.counting.QueryCountMiddleware", *MIDDLEWARE]
REST_FRAMEWORK = {
    **REST_FRAMEWORK,
    "DEFAULT_THROTTLE_RATES": dict.fromkeys(REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "100000/s"),
}
