"""A person's card: who they are, where they sit and for whom, as far as the reader may know."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from filiere.web.access import PersonRequest, signed_in
from projects.groups.mandates.person_selectors import card_of, people_known_to


@signed_in
@require_safe
def card(request: PersonRequest, pk: UUID) -> HttpResponse:
    person = get_object_or_404(people_known_to(request.user), pk=pk)
    return render(request, "projects/mandates/person.html", {"card": card_of(person, request.user), "person": person})
