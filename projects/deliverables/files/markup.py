"""The XML of documents, told event by event: no tree, no definitions, no end."""

from collections.abc import Iterable, Iterator
from typing import Protocol
from xml.parsers import expat

# Word nests tables in boxes in tables; nobody nests five hundred times.
DEEPEST = 500
MOST_EVENTS = 5_000_000
MOST_LISTED = 100_000


class Unreadable(ValueError):
    """It is not XML, or XML that no office program writes."""


class TooLong(Exception):
    """What has been told so far stands; the rest is not worth its time."""


class Attributes(dict[str, str]):
    """By local name, and by « namespace name » for the rare ones that two namespaces carry."""

    def relation(self) -> str:
        return next((value for key, value in self.items() if key.endswith("/relationships id")), "")

    def times(self, key: str, most: int) -> int:
        """How often something is repeated: a claim, and one line may claim a billion."""
        given = self.get(key, "1")
        return min(int(given), most) if given.isascii() and given.isdigit() and len(given) < 10 else 1


class Listener(Protocol):
    def start(self, name: str, attributes: Attributes) -> None: ...

    def end(self, name: str) -> None: ...

    def words(self, text: str) -> None: ...


class _Reading:
    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.depth = self.events = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = listener.words
        self.parser.StartDoctypeDeclHandler = self.refuse_definitions

    def read(self, piece: bytes, *, last: bool = False) -> None:
        try:
            self.parser.Parse(piece, last)
        except (expat.ExpatError, LookupError, ValueError) as error:  # an encoding nobody knows is one of the latter
            raise Unreadable from error

    def start(self, name: str, given: dict[str, str]) -> None:
        self.depth += 1
        self.events += 1
        if self.depth > DEEPEST:
            raise Unreadable
        if self.events > MOST_EVENTS:
            raise TooLong
        attributes = Attributes(given)
        for key, value in given.items():
            attributes.setdefault(_local(key), value)
        self.listener.start(_local(name), attributes)

    def end(self, name: str) -> None:
        self.depth -= 1
        self.listener.end(_local(name))

    def refuse_definitions(self, *_declared: object) -> None:
        raise Unreadable


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def tell(pieces: Iterable[bytes], listener: Listener) -> None:
    """Raises Unreadable, TooLong, and what the pieces raise."""
    reading = _Reading(listener)
    for piece in pieces:
        reading.read(piece)
    reading.read(b"", last=True)


def elements(pieces: Iterable[bytes]) -> Iterator[tuple[str, Attributes]]:
    """Every element of a small part, in order."""
    found: list[tuple[str, Attributes]] = []

    class Collecting:
        def start(self, name: str, attributes: Attributes) -> None:
            if len(found) == MOST_LISTED:
                raise TooLong
            found.append((name, attributes))

        def end(self, name: str) -> None: ...

        def words(self, text: str) -> None: ...

    tell(pieces, Collecting())
    return iter(found)
