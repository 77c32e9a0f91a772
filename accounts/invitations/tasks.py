from uuid import UUID

from celery import shared_task

from accounts.invitations import sending


@shared_task(expires=3600)
def send_invitation(invitation_id: str) -> None:
    sending.send(UUID(invitation_id))


@shared_task
def send_waiting() -> None:
    """Takes up what was interrupted, and what the mail server or the broker was not there for."""
    for pk in sending.due().values_list("pk", flat=True)[: sending.AT_ONCE]:
        send_invitation.delay(str(pk))
