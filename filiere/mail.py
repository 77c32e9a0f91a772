"""The embedded mail box: one .eml file a message, so that a person or a test can open it."""

import os
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from filiere.ids import uuid7


class FolderBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            # Written aside, then renamed: a reader never meets half a message.
            target = folder / f"{uuid7()}.eml"
            draft = target.with_suffix(".part")
            with draft.open("wb") as stream:
                stream.write(message.message().as_bytes())
                stream.flush()
                os.fsync(stream.fileno())
            draft.rename(target)
        return len(email_messages)
