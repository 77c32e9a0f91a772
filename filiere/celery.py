"""The Celery application. Each task carries the id of the request that asked for it."""

from celery import Celery

from filiere.start import load_settings

load_settings()

app = Celery("filiere")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.set_default()

from filiere import task_signals  # noqa: E402,F401  connects to the application above
