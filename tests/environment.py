"""Loaded by pytest before Django reads its settings: a data folder and a broker of the tests' own."""

import os
import tempfile
from pathlib import Path

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
FOLDER = Path(tempfile.mkdtemp(prefix=f"filiere-{WORKER}-"))
(FOLDER / "static").mkdir()  # the static file server warns where it is missing

os.environ["FILIERE_ENV"] = "test"
os.environ["FILIERE_DATA_DIR"] = str(FOLDER)
os.environ["FILIERE_BASE_URL"] = "http://localhost"
os.environ["FILIERE_ALLOWED_HOSTS"] = "testserver"
# Playwright drives its browser from an event loop; Django's guard would take every query for a mistake.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

EMBEDDED_BROKER = "REDIS_URL" not in os.environ or os.environ["REDIS_URL"].startswith("unix:")
if EMBEDDED_BROKER:
    os.environ["REDIS_URL"] = f"unix://{FOLDER}/valkey.sock?db=0"
else:
    # One numbered database a worker, high ones: a developer's own keys usually lie in 0.
    base = os.environ["REDIS_URL"].rpartition("/")[0]
    os.environ["REDIS_URL"] = f"{base}/{8 + int(WORKER.removeprefix('gw'))}"
