"""Celery finds the tasks of every feature through this module."""

from projects.activity.tasks import seal_journal
from projects.groups.tasks import begin_the_day, tell_borrower, tell_of_emergencies, tell_of_emergency, welcome

__all__ = ["begin_the_day", "seal_journal", "tell_borrower", "tell_of_emergencies", "tell_of_emergency", "welcome"]
