"""Addresses of the contract. `nouveau` comes before codes: nothing is called that (`codes.RESERVED`)."""

from django.urls import URLPattern, path

from projects.contracts import contract_pages, pages, project_pages

urlpatterns: list[URLPattern] = [
    path("contrat/", pages.contract, name="contract"),
    path("contrat/nouveau/", contract_pages.new_contract, name="contract-new"),
    path("contrat/<slug:code>/", pages.contract_version, name="contract-version"),
    path("contrat/<slug:code>/modifier/", contract_pages.edit_contract, name="contract-edit"),
    path("contrat/<slug:code>/avenants/nouveau/", contract_pages.new_amendment, name="amendment-new"),
    path("contrat/<slug:code>/avenants/<int:number>/", contract_pages.edit_amendment, name="amendment-edit"),
    path("contrat/<slug:code>/axes/", contract_pages.axes, name="axes"),
    path("contrat/<slug:code>/axes/nouveau/", contract_pages.new_axis, name="axis-new"),
    path("contrat/<slug:code>/axes/<slug:axis>/", contract_pages.edit_axis, name="axis-edit"),
    path("contrat/<slug:code>/axes/<slug:axis>/deplacer/", contract_pages.move_axis, name="axis-move"),
    path("contrat/<slug:code>/axes/<slug:axis>/supprimer/", contract_pages.remove_axis, name="axis-remove"),
    path("contrat/<slug:code>/projets/", pages.projects, name="projects"),
    path("contrat/<slug:code>/projets/nouveau/", project_pages.new_project, name="project-new"),
    path("contrat/<slug:code>/projets/<slug:project>/", pages.project, name="project"),
    path("contrat/<slug:code>/projets/<slug:project>/modifier/", project_pages.edit_project, name="project-edit"),
    path(
        "contrat/<slug:code>/projets/<slug:project>/organisations/",
        project_pages.edit_participations,
        name="project-organisations",
    ),
    path("contrat/<slug:code>/projets/<slug:project>/liens/", project_pages.edit_links, name="project-links"),
    path("contrat/<slug:code>/projets/<slug:project>/budget/", project_pages.edit_budget, name="project-budget"),
    path("contrat/<slug:code>/projets/<slug:project>/criteres/", project_pages.edit_criteria, name="project-criteria"),
    path("administration/contrats/", pages.contracts, name="contracts"),
]
