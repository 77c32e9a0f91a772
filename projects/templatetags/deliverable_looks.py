"""États and météo, as `projects.deliverables.lists.looks` draws them."""

from django import template

from projects.deliverables.lists import looks

register = template.Library()

register.simple_tag(looks.sky, name="sky")
register.simple_tag(looks.approval, name="approval")
register.simple_tag(looks.stage, name="stage")
