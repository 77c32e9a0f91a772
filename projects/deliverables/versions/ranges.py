"""A part of a file, for who takes up a download that was cut, or turns to a page in the middle."""

import re
from typing import BinaryIO, cast

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase

# Several ranges at once would be answered in several parts: nobody here asks for that, and the whole is a right answer.
_ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z")


def in_part(request: HttpRequest, response: FileResponse, *, size: int) -> HttpResponseBase:
    """The whole answer, told that parts can be asked for; or the part that was."""
    response["Accept-Ranges"] = "bytes"
    asked = _ONE_RANGE.match(request.headers.get("Range", ""))
    if not asked or asked.groups() == ("", "") or not _is_the_same(request, response):
        return response
    first, last = _bounds(*asked.groups(), size=size)
    if first > last:
        let_go(response)
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    stream = cast(BinaryIO, response.file_to_stream)
    stream.seek(first)
    kept = {name: value for name, value in response.items() if name != "Content-Length"}
    part = FileResponse(_Piece(stream, last - first + 1), status=206, headers=kept)
    part["Content-Length"] = str(last - first + 1)
    part["Content-Range"] = f"bytes {first}-{last}/{size}"
    return part


def let_go(response: FileResponse) -> None:
    """Of a file that will not be sent. Closing the answer itself would tell that the request is over."""
    cast(BinaryIO, response.file_to_stream).close()


def _bounds(first: str, last: str, *, size: int) -> tuple[int, int]:
    if not first:  # the last bytes, as many
        return max(size - int(last), 0), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def _is_the_same(request: HttpRequest, response: HttpResponseBase) -> bool:
    return request.headers.get("If-Range", response["ETag"]) == response["ETag"]


class _Piece:
    def __init__(self, stream: BinaryIO, length: int) -> None:
        self.stream, self.left = stream, length

    def read(self, size: int = -1) -> bytes:
        piece = self.stream.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(piece)
        return piece

    def close(self) -> None:
        self.stream.close()
