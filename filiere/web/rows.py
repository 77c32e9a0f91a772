"""The rows of a list, drawn.

What a column repeats is made once, not once a cell: templates cell by cell took four times as long as all the rest.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from typing import Any

from django.http import HttpRequest
from django.template import RequestContext
from django.template.loader import get_template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from filiere.web.columns import Column

Show = Callable[[Any], Any]


def drawn(columns: Sequence[Column], rows: Iterable[Any], request: HttpRequest) -> list[SafeString]:
    """The inside of each `<tr>`. The first cell names the row."""
    templates = {column.key: _template(column.template) for column in columns if column.template}
    context = RequestContext(request)
    # Bound once: the context processors of the page run once, whatever the number of cells.
    with context.bind_template(next(iter(templates.values()))) if templates else nullcontext():
        frames = [
            (_frame(column, heading=not place), _shower(column, templates.get(column.key), context))
            for place, column in enumerate(columns)
        ]
        return [mark_safe("".join([_cell(frame, show(row)) for frame, show in frames])) for row in rows]  # noqa: S308


def _template(name: str) -> Any:
    backend: Any = get_template(name)
    return backend.template


def _frame(column: Column, *, heading: bool) -> tuple[str, str]:
    name = SafeString("th") if heading else SafeString("td")
    scope = SafeString(' scope="row"') if heading else SafeString("")
    start = format_html('<{}{} class="{}" data-label="{}">', name, scope, column.looks, column.label)
    return start, f"</{name}>"


def _shower(column: Column, template: Any, context: RequestContext) -> Show:
    if template is None:
        return column.of

    def show(row: Any) -> Any:
        with context.push(row=row, value=column.of(row)):
            # Stripping unmarks what a template escaped.
            return mark_safe(template.render(context).strip())  # noqa: S308

    return show


def _cell(frame: tuple[str, str], shown: Any) -> str:
    """One box a cell: on small screens it stands beside its label. A cell without words is truly empty, and leaves."""
    start, end = frame
    words = "" if shown is None else conditional_escape(shown)
    return f"{start}<div>{words}</div>{end}" if words else start + end
