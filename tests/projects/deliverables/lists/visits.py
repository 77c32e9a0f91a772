"""Reading the lists of deliverables."""

import re
from datetime import timedelta
from html import unescape

from filiere.days import today
from tests.factories.deliverables import DeliverableFactory

DAY = timedelta(days=1)


def titles(response):
    """What the list names, in its order."""
    table = re.search(r"<tbody>(.*?)</tbody>", response.content.decode(), re.DOTALL)
    found = re.findall(r'<th scope="row".*?<a href="/livrables/[^"]+">(.*?)</a>', table[1], re.DOTALL) if table else []
    return [unescape(title) for title in found]


def due(days, **fields):
    """One that is to be ready in so many days; a negative number is in the past."""
    day = today() + days * DAY
    return DeliverableFactory(due="ce jour-là", due_start=day, due_end=day, due_precision="jour", **fields)
