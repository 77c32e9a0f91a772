from django.db import models
from django.utils.translation import gettext_lazy as _


class College(models.TextChoices):
    """Which side an organisation stands on."""

    STATE = "etat", _("État")
    INDUSTRY = "industrie", _("Industrie")
    RESEARCH = "recherche", _("Recherche")
    SOCIAL = "social", _("Partenaires sociaux")
    OTHER = "autre", _("Autre")


class OrganisationKind(models.TextChoices):
    ADMINISTRATION = "administration", _("Administration")
    AGENCY = "agence", _("Agence")
    OPERATOR = "operateur", _("Opérateur")
    LARGE_COMPANY = "grand_groupe", _("Grand groupe")
    SMALL_COMPANY = "pme", _("PME ou jeune pousse")
    FEDERATION = "federation", _("Fédération professionnelle")
    CLUSTER = "pole", _("Pôle de compétitivité")
    ACADEMIC = "academique", _("Recherche et enseignement")
    HOSPITAL = "hopital", _("Établissement de santé")
    UNION = "syndicat", _("Organisation syndicale")
    ASSOCIATION = "association", _("Association")


class Region(models.TextChoices):
    """Where an organisation acts. « Nationale » is said of what covers the country; nothing is said of the rest."""

    NATIONAL = "nationale", _("Nationale")
    AUVERGNE_RHONE_ALPES = "auvergne-rhone-alpes", _("Auvergne-Rhône-Alpes")
    BOURGOGNE_FRANCHE_COMTE = "bourgogne-franche-comte", _("Bourgogne-Franche-Comté")
    BRETAGNE = "bretagne", _("Bretagne")
    CENTRE_VAL_DE_LOIRE = "centre-val-de-loire", _("Centre-Val de Loire")
    CORSE = "corse", _("Corse")
    GRAND_EST = "grand-est", _("Grand Est")
    HAUTS_DE_FRANCE = "hauts-de-france", _("Hauts-de-France")
    ILE_DE_FRANCE = "ile-de-france", _("Île-de-France")
    NORMANDIE = "normandie", _("Normandie")
    NOUVELLE_AQUITAINE = "nouvelle-aquitaine", _("Nouvelle-Aquitaine")
    OCCITANIE = "occitanie", _("Occitanie")
    PAYS_DE_LA_LOIRE = "pays-de-la-loire", _("Pays de la Loire")
    PROVENCE_ALPES_COTE_D_AZUR = "provence-alpes-cote-d-azur", _("Provence-Alpes-Côte d’Azur")
    GUADELOUPE = "guadeloupe", _("Guadeloupe")
    GUYANE = "guyane", _("Guyane")
    MARTINIQUE = "martinique", _("Martinique")
    MAYOTTE = "mayotte", _("Mayotte")
    REUNION = "la-reunion", _("La Réunion")
    OVERSEAS_COLLECTIVITIES = "collectivites-d-outre-mer", _("Collectivités d’outre-mer")
