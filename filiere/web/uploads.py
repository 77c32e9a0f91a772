"""What people send us is bounded before it is read: the first file of a body that is too large stops the reading.

What stands before it in the body — so in the form — is kept: nothing typed is lost.
"""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

# The other fields, and the seams of the body.
AROUND = 1024 * 1024


class BoundedUpload(FileUploadHandler):
    """Comes before those that keep what they are given."""

    too_large = False

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803  the word of Django
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        self.too_large = content_length > settings.UPLOAD_LIMIT + AROUND

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.too_large:
            if self.request is not None:
                vars(self.request)["too_large"] = True
            raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def is_too_large(request: HttpRequest) -> bool:
    """Whether a file was left unread; known once the body has been."""
    return bool(vars(request).get("too_large"))
