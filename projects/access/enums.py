"""The words of the question « who may do what »."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a mandate makes of a person in one group."""

    PILOT = "pilote", _("Pilote")
    CO_PILOT = "copilote", _("Copilote")
    RAPPORTEUR = "rapporteur", _("Rapporteur")
    MEMBER = "membre", _("Membre")
    OBSERVER = "observateur", _("Observateur")
    GUEST = "invite", _("Invité")


class ContractRole(models.TextChoices):
    """What holds across the whole contract, whatever the group."""

    DELEGATE = "delegue", _("Délégué permanent")
    BUREAU = "bureau", _("Membre du Bureau")
    ADMINISTRATOR = "administrateur", _("Administrateur")


class Permission(models.TextChoices):
    """What can be granted on a group. Guardian keeps them by these very names."""

    SEE = "see_group", _("Voir le groupe et ses membres")
    READ = "read_group_content", _("Lire ce qui est réservé au groupe")
    READ_WORK = "read_work_in_progress", _("Lire les travaux qui ne sont pas encore validés")
    READ_FILIERE = "read_filiere_content", _("Lire ce qui est ouvert à toute la filière")
    READ_RESTRICTED = "read_restricted_content", _("Lire ce qui est restreint")
    READ_JOURNAL = "read_group_journal", _("Lire le journal du groupe")
    DISCUSS = "discuss", _("Commenter et donner un avis")
    CONTRIBUTE = "contribute", _("Déposer des versions et mettre à jour les travaux")
    PLAN = "plan_work", _("Inscrire les livrables, dire ce qui en est attendu et pour quand")
    HOLD_MEETINGS = "hold_meetings", _("Préparer les réunions et tenir les comptes rendus")
    APPROVE = "approve", _("Approuver les livrables et les comptes rendus")
    INVITE = "invite", _("Inviter et confier des mandats")
    EDIT_GROUP = "edit_group", _("Présenter le groupe et régler son rythme")
    LEND = "lend", _("Prêter une de ses permissions")
    MANAGE_GROUP = "manage_group", _("Régler les droits du groupe, l’archiver, le rouvrir")
    SIT_ON_BUREAU = "sit_on_bureau", _("Siéger au Bureau")
    # What one college keeps to itself: a mandate gives the one of the college it speaks for.
    READ_COLLEGE_STATE = "read_college_etat", _("Lire ce qui est réservé au collège État")
    READ_COLLEGE_INDUSTRY = "read_college_industrie", _("Lire ce qui est réservé au collège Industrie")
    READ_COLLEGE_RESEARCH = "read_college_recherche", _("Lire ce qui est réservé au collège Recherche")
    READ_COLLEGE_SOCIAL = "read_college_social", _("Lire ce qui est réservé aux partenaires sociaux")
    READ_COLLEGE_OTHER = "read_college_autre", _("Lire ce qui est réservé aux autres organisations")


class Confidentiality(models.TextChoices):
    """To whom an object exists; to anybody else it does not."""

    PUBLIC = "public", _("Public")
    FILIERE = "filiere", _("Filière")
    GROUP = "groupe", _("Groupe")
    COLLEGE = "college", _("Collège")
    RESTRICTED = "restreint", _("Restreint")
