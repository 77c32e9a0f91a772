from dataclasses import dataclass


@dataclass(frozen=True)
class Expectation:
    """Something that awaits a person. `first`: somebody else cannot go on without them."""

    title: str
    text: str
    href: str
    label: str
    icon: str
    late: bool = False
    first: bool = False
