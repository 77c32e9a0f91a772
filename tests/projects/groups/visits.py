"""Visiting pages as somebody who sits in a group, and reading what they say."""

import re

from projects.access.enums import Role
from tests.factories.groups import MembershipFactory


def text(response):
    """What is read, in one line, with plain spaces."""
    words = re.sub(r"<(script|style|template)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    words = re.sub(r"<[^>]+>", " ", words).replace("&nbsp;", " ").replace("&#8239;", " ")
    return " ".join(words.replace("\u00a0", " ").replace("\u202f", " ").split())


def links(response):
    return re.findall(r'<a\b[^>]*\bhref="([^"]+)"', response.content.decode())


def seated(group, role=Role.MEMBER, **fields):
    return MembershipFactory(group=group, role=role, **fields).person


def enter(client, person):
    client.force_login(person)
    client.get("/groupes/")  # the first visit of a session is noted down, and the first of a day brings grants up to it
    return person


def rows_of(response):
    table = re.search(r"<tbody>(.*?)</tbody>", response.content.decode(), re.DOTALL)
    return re.findall(r'<th scope="row".*?<a href="/groupes/([\w-]+)/"', table[1], re.DOTALL) if table else []
