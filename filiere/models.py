"""What the installation itself remembers."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class JobRun(models.Model):
    """When a scheduled job last succeeded: `/readyz` reads it, and a missed run is caught up from it."""

    name = models.CharField(max_length=80, primary_key=True)
    expected_since = models.DateTimeField(default=timezone.now, help_text="a job that never ran is late from here on")
    succeeded_at = models.DateTimeField(null=True)
    caught_up_at = models.DateTimeField(null=True, help_text="when a missed run was last sent again")

    def __str__(self) -> str:
        return self.name


class StoredAnswer(models.Model):
    """The answer once given to an Idempotency-Key: the same request gets it again, another one is refused."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=128)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, path and body")
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return self.key
