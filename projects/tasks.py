"""Celery finds the tasks of every feature through this module."""

from projects.activity.tasks import seal_journal

__all__ = ["seal_journal"]
