"""Reading the page of a deliverable: what it says, and the doors it shows."""

import re
from html import unescape

from django.urls import reverse

from tests.projects.groups.visits import links, text


def page(client, deliverable, name="deliverable", *arguments):
    return client.get(reverse(name, args=[deliverable.pk, *arguments]))


def turn(response):
    """The sentence that says who must act."""
    found = re.search(r'<section class="turn.*?</section>', response.content.decode(), re.DOTALL)
    return " ".join(text(_Part(found[0])).split()) if found else ""


def acts(response, deliverable):
    """The addresses below the deliverable's own that its page leads or posts to, without the versions' numbers."""
    here = reverse("deliverable", args=[deliverable.pk])
    posted = re.findall(r'<form\b[^>]*\baction="([^"]+)"', response.content.decode())
    below = [unescape(each).partition("#")[0].partition("?")[0] for each in [*links(response), *posted]]
    names = {re.sub(r"^versions/\d+/", "", each.removeprefix(here)) for each in below if each.startswith(here)}
    # « Qui le lit » is a page to read: nothing is done there.
    return {name.strip("/") for name in names} - {"", "qui-lit"}


class _Part:
    def __init__(self, markup):
        self.content = markup.encode()
