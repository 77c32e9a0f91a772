"""The application and its schedule, with the pulse every second: nobody waits thirty of them in a test."""

from datetime import timedelta

from filiere.celery import app

app.conf.beat_schedule["pouls"]["schedule"] = timedelta(seconds=1)
