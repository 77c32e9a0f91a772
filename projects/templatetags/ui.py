"""The components pages are built of; docs/interface.md shows each one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import template
from django.forms import BaseForm, BoundField
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from filiere.requests import current_request_id
from filiere.web import components, conflicts, french, icons, navigation, theme
from filiere.web.components import KINDS, TONES, Tab, TimelineEntry, known

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from filiere.web.tables import Table

register = template.Library()

NOTICE_ICONS = {"neutral": "info", "info": "info", "success": "success", "warning": "warning", "danger": "warning"}

register.filter("date_fr", french.date_fr, expects_localtime=False)
register.filter("datetime_fr", french.datetime_fr, expects_localtime=False)
register.filter("ago_fr", french.ago_fr, expects_localtime=False)
register.filter("number_fr", french.number_fr)
register.simple_tag(icons.icon, name="icon")
register.simple_tag(components.badge, name="badge")
register.simple_tag(components.avatar, name="avatar")
register.simple_tag(components.who, name="who")


@register.simple_tag
def when(value: french.Moment, style: str = "datetime") -> SafeString:
    """A moment, for readers and machines; `ago` keeps the exact moment in its title."""
    if not value:
        return SafeString("")
    written = {"date": french.date_fr, "datetime": french.datetime_fr, "ago": french.ago_fr}[style](value)
    title = format_html(' title="{}"', french.datetime_fr(value)) if style == "ago" else ""
    return format_html('<time datetime="{}"{}>{}</time>', value.isoformat(), title, written)


@register.simple_tag
def button(
    label: "StrOrPromise",
    *,
    kind: str = "primary",
    href: str | None = None,
    type: str = "submit",  # noqa: A002  the word of HTML
    name: str | None = None,
    value: str | None = None,
    icon: str | None = None,
    form: str | None = None,
    disabled: bool = False,
) -> SafeString:
    """A link when it leads somewhere (`href`), a button when it does something."""
    inside = components.label_with(icon, label)
    looks = f"button button-{known(kind, KINDS)}"
    if href is not None:
        return format_html("<a{}>{}</a>", components.attributes(class_=looks, href=href), inside)
    given = components.attributes(
        type=known(type, ("submit", "button", "reset")),
        class_=looks,
        name=name,
        value=value,
        form=form,
        disabled=disabled,
    )
    return format_html("<button{}>{}</button>", given, inside)


@register.simple_tag
def opens(dialog: str, label: "StrOrPromise", kind: str = "secondary", icon: str | None = None) -> SafeString:
    """Opens a `{% dialog %}` of the same page; without JavaScript a link to it does."""
    given = components.attributes(
        href=f"#{dialog}", class_=f"button button-{known(kind, KINDS)}", data_opens=dialog, aria_haspopup="dialog"
    )
    return format_html("<a{}>{}</a>", given, components.label_with(icon, label))


@register.simple_tag
def copies(element: str, label: "StrOrPromise" = "") -> SafeString:
    """Copies the text of the element with this id; only there with JavaScript, as only then it can."""
    given = components.attributes(type="button", class_="button button-secondary", data_copy=f"#{element}", hidden=True)
    return format_html("<button{}>{}</button>", given, components.label_with("copy", label or _("Copier")))


@register.simple_block_tag(takes_context=True)
def dialog(
    context: template.Context,
    content: str,
    id: str,  # noqa: A002  the words of HTML
    title: "StrOrPromise",
    open: object = False,  # noqa: A002
) -> SafeString:
    """A modal with JavaScript; without, its link's target, and « Fermer » leads back to the page."""
    request = context.get("request")
    back = request.get_full_path() if request else ""
    given = {"content": content, "id": id, "title": title, "open": bool(open), "back": back}
    return render_to_string("components/dialog.html", given)


@register.simple_block_tag
def panel(content: str, title: "StrOrPromise" = "", id: str = "", icon: str = "", level: int = 2) -> SafeString:  # noqa: A002
    return render_to_string(
        "components/panel.html", {"content": content, "title": title, "id": id, "icon": icon, "level": int(level)}
    )


@register.simple_block_tag
def notice(content: str, tone: str = "info", title: "StrOrPromise" = "") -> SafeString:
    """A sentence that stays in the page (a toast leaves)."""
    icon = NOTICE_ICONS[known(tone, TONES)]
    return render_to_string("components/notice.html", {"content": content, "tone": tone, "title": title, "icon": icon})


@register.simple_block_tag
def definitions(content: str) -> SafeString:
    return format_html('<dl class="definitions">{}</dl>', content)


@register.simple_tag
def definition(term: "StrOrPromise", value: Any) -> SafeString:
    shown = "—" if value is None or value == "" else value
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", term, shown)


@register.inclusion_tag("components/empty.html")
def empty(
    title: "StrOrPromise", text: "StrOrPromise" = "", href: str = "", label: "StrOrPromise" = "", icon: str = ""
) -> dict[str, Any]:
    return {"title": title, "text": text, "href": href, "label": label, "icon": icon}


@register.inclusion_tag("components/tabs.html")
def tabs(items: Sequence[Tab], label: "StrOrPromise" = "") -> dict[str, Any]:
    return {"items": items, "label": label or _("Rubriques")}


@register.inclusion_tag("components/progress.html")
def progress(value: float, maximum: float, label: "StrOrPromise") -> dict[str, Any]:
    whole = max(float(maximum), 0)
    done = min(max(float(value), 0), whole)
    return {"value": done, "maximum": whole or 1, "label": label, "percent": round(100 * done / whole) if whole else 0}


@register.inclusion_tag("components/timeline.html")
def timeline(entries: Sequence[TimelineEntry]) -> dict[str, Any]:
    for entry in entries:
        known(entry.tone, TONES)
    return {"entries": entries}


@register.inclusion_tag("components/breadcrumb.html")
def breadcrumb(*steps: "StrOrPromise") -> dict[str, Any]:
    """Label, address, label, address, …, label of the page itself."""
    if len(steps) % 2 == 0:
        raise ValueError("a breadcrumb is labels with their addresses, then the label of the page alone")
    return {"steps": list(zip(steps[:-1:2], steps[1::2], strict=True)), "here": steps[-1]}


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    return bound.as_field_group()


@register.inclusion_tag("components/form_errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    """What stands in the way, all at once, before the first field; each line leads to its field."""
    vars(form)["errors_told"] = True  # `{{ form }}` says it too, unless this came first
    faulty = [form[name] for name in form.errors if name in form.fields]
    return {
        "form": form,
        "general": [
            *form.non_field_errors(),
            *(error for bound in faulty if bound.is_hidden for error in bound.errors),
        ],
        "faulty": [(bound, anchor(bound)) for bound in faulty if not bound.is_hidden],
        "current": getattr(form, "current", None),
    }


def anchor(bound: BoundField) -> str:
    return bound.id_for_label or f"{bound.auto_id}_groupe"


@register.inclusion_tag("components/conflict.html")
def conflict(form: BaseForm, current: Any) -> dict[str, Any]:
    """Somebody else saved in between: what was typed beside what stands now."""
    return {"differences": conflicts.differences(form, current)}


@register.inclusion_tag("components/table.html")
def table(table: "Table[Any]") -> dict[str, Any]:
    return {"table": table}


@register.simple_tag(takes_context=True)
def navigation_entries(context: template.Context, place: str = "main") -> list[navigation.Shown]:
    return navigation.shown(navigation.PLACES[place], context.get("request"))


@register.simple_tag(takes_context=True)
def theme_attribute(context: template.Context) -> SafeString:
    """The reader's choice, written by the server: no flash of the other theme. Nothing where the system decides."""
    chosen = theme.chosen(context.get("request"))
    return components.attributes(data_theme=chosen or None)


@register.simple_tag(takes_context=True)
def theme_choices(context: template.Context) -> list[dict[str, Any]]:
    chosen = theme.chosen(context.get("request"))
    return [
        {"value": value, "label": label, "icon": icon, "pressed": "true" if value == chosen else "false"}
        for value, label, icon in theme.choices()
    ]


@register.simple_tag
def request_id() -> str:
    return current_request_id()
