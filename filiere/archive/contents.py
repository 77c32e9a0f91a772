"""Which tables an archive holds. All of them, but for those that are named here with the reason why."""

from django.apps import apps
from django.db import models

LEFT_OUT = {
    "contenttypes.contenttype": "made by migrate; rows that point at one name it by its label",
    "auth.permission": "made by migrate; rows that point at one name it by its code",
    "sessions.session": "signed with the secret key of the installation; people sign in again",
    "usersessions.usersession": "describes the sessions above",
    "account.emailconfirmation": "a link that lives for hours, signed like the sessions",
    "axes.accessattempt": "failed attempts of the last minutes, with addresses of computers",
    "axes.accessattemptexpiration": "belongs to the attempts above",
    "axes.accessfailurelog": "addresses of computers, kept for days",
    "axes.accesslog": "addresses of computers, kept for days",
    "filiere.jobrun": "tells of the scheduler of this installation alone",
}


def saved_models() -> list[type[models.Model]]:
    """Many-to-many tables included, sorted by name: two archives of the same data are the same."""
    found = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.label_lower not in LEFT_OUT
    ]
    return sorted(found, key=lambda model: model._meta.label_lower)


def title_of(model: type[models.Model]) -> str:
    return f"{model._meta.verbose_name_plural} ({model._meta.label_lower})"
