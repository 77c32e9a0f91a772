"""Text as people type it: a little Markdown, and nothing that could harm who reads it."""

from typing import Final

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_TAGS: Final = {"a", "blockquote", "br", "code", "em", "h3", "h4", "hr", "li", "ol", "p", "pre", "strong", "ul"}
# Titles start below those of the page they stand in.
_TITLES: Final = {"h6": "h4", "h5": "h4", "h3": "h4", "h2": "h4", "h1": "h3"}
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 20}).disable("image")


def rich(text: str) -> SafeString:
    html = _markdown.render(text)
    for title, lower in _TITLES.items():
        html = html.replace(f"<{title}>", f"<{lower}>").replace(f"</{title}>", f"</{lower}>")
    # What the two libraries agree is safe: no image, which would tell its server who reads, and no foreign script.
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)  # noqa: S308  cleaned just above
