"""What each verb says to people. The one table: a service that records a new verb adds its sentence here.

A verb is "object.what_was_done". The object's name stands beside the sentence, never in it: not every reader may know
it. `{actor}` is a person, « Personne anonymisée », or the application itself.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.activity.models import Event

SENTENCES = {
    "amendment.added": gettext_lazy("{actor} a ajouté un avenant"),
    "amendment.changed": gettext_lazy("{actor} a modifié un avenant"),
    "axis.added": gettext_lazy("{actor} a ajouté un axe"),
    "axis.changed": gettext_lazy("{actor} a modifié un axe"),
    "axis.removed": gettext_lazy("{actor} a supprimé un axe"),
    "contract.changed": gettext_lazy("{actor} a modifié un contrat"),
    "contract.created": gettext_lazy("{actor} a créé un contrat"),
    "delegation.given": gettext_lazy("{actor} a délégué une permission"),
    "delegation.taken_back": gettext_lazy("{actor} a mis fin à une délégation"),
    "deliverable.abandoned": gettext_lazy("{actor} a abandonné un livrable"),
    "deliverable.changed": gettext_lazy("{actor} a modifié un livrable"),
    "deliverable.changes_requested": gettext_lazy("{actor} a demandé des modifications d’une version"),
    "deliverable.created": gettext_lazy("{actor} a inscrit un livrable"),
    "deliverable.criteria_ticked": gettext_lazy("{actor} a mis à jour les critères d’acceptation d’un livrable"),
    "deliverable.dependency_added": gettext_lazy("{actor} a noté une dépendance d’un livrable"),
    "deliverable.dependency_removed": gettext_lazy("{actor} a retiré une dépendance d’un livrable"),
    "deliverable.health_changed": gettext_lazy("{actor} a donné la météo d’un livrable"),
    "deliverable.opinion_asked": gettext_lazy("{actor} a demandé un avis sur une version"),
    "deliverable.opinion_given": gettext_lazy("{actor} a donné son avis sur une version"),
    "deliverable.opinion_no_longer_asked": gettext_lazy("{actor} a retiré une demande d’avis"),
    "deliverable.progress_changed": gettext_lazy("{actor} a changé l’état d’avancement d’un livrable"),
    "deliverable.recusal_declared": gettext_lazy("{actor} s’est déporté d’un livrable"),
    "deliverable.recusal_lifted": gettext_lazy("{actor} a levé son déport d’un livrable"),
    "deliverable.sent_back_by_bureau": gettext_lazy("{actor} a consigné le renvoi d’un livrable par le Bureau"),
    "deliverable.suspended": gettext_lazy("{actor} a suspendu un livrable"),
    "deliverable.taken_up_again": gettext_lazy("{actor} a repris un livrable"),
    "deliverable.validated_by_bureau": gettext_lazy("{actor} a consigné la validation d’un livrable par le Bureau"),
    "deliverable.version_approved": gettext_lazy("{actor} a approuvé une version, qui a toutes ses approbations"),
    "deliverable.version_approved_in_part": gettext_lazy("{actor} a approuvé une version, qui en attend d’autres"),
    "deliverable.version_deposited": gettext_lazy("{actor} a déposé une version"),
    "deliverable.version_quarantined": gettext_lazy("{actor} a mis une version en quarantaine"),
    "deliverable.version_submitted": gettext_lazy("{actor} a soumis une version aux pilotes"),
    "deliverable.version_withdrawn": gettext_lazy("{actor} a retiré une version de l’approbation"),
    "discussion.answered": gettext_lazy("{actor} a répondu dans une discussion"),
    "discussion.corrected": gettext_lazy("{actor} a corrigé un commentaire"),
    "discussion.opened": gettext_lazy("{actor} a ouvert une discussion"),
    "discussion.reopened": gettext_lazy("{actor} a rouvert une discussion"),
    "discussion.settled": gettext_lazy("{actor} a marqué une discussion comme résolue"),
    "discussion.taken_back": gettext_lazy("{actor} a retiré un commentaire"),
    "emergency.closed": gettext_lazy("{actor} a refermé une lecture d’urgence"),
    "emergency.opened": gettext_lazy("{actor} a ouvert une lecture d’urgence"),
    "group.archived": gettext_lazy("{actor} a archivé un groupe"),
    "group.changed": gettext_lazy("{actor} a modifié un groupe"),
    "group.created": gettext_lazy("{actor} a créé un groupe"),
    "group.reopened": gettext_lazy("{actor} a rouvert un groupe"),
    "invitation.accepted": gettext_lazy("{actor} a accepté une invitation"),
    "invitation.created": gettext_lazy("{actor} a invité une personne"),
    "invitation.first_administrator": gettext_lazy("{actor} a préparé l’arrivée du premier administrateur"),
    "invitation.forgotten": gettext_lazy("{actor} a effacé les coordonnées d’une invitation restée sans suite"),
    "invitation.not_sent": gettext_lazy("{actor} n’a pas pu envoyer une invitation"),
    "invitation.resent": gettext_lazy("{actor} a renvoyé une invitation"),
    "invitation.revoked": gettext_lazy("{actor} a révoqué une invitation"),
    "invitation.sent": gettext_lazy("{actor} a envoyé une invitation"),
    "mandate.changed": gettext_lazy("{actor} a changé un mandat"),
    "mandate.ended": gettext_lazy("{actor} a mis fin à un mandat"),
    "mandate.given": gettext_lazy("{actor} a donné un mandat"),
    "mandate.prolonged": gettext_lazy("{actor} a changé la fin d’un mandat"),
    "mandate.substitution_moved": gettext_lazy("{actor} a changé le titulaire d’un suppléant"),
    "mandate.withdrawn": gettext_lazy("{actor} a retiré un mandat"),
    "mandate.offer_resent": gettext_lazy("{actor} a proposé de nouveau un mandat"),
    "mandate.offer_withdrawn": gettext_lazy("{actor} a retiré un mandat proposé"),
    "mandate.offered": gettext_lazy("{actor} a proposé un mandat"),
    "organisation.absorbed": gettext_lazy("{actor} a fait absorber un doublon par une autre organisation"),
    "organisation.changed": gettext_lazy("{actor} a modifié une organisation"),
    "organisation.created": gettext_lazy("{actor} a créé une organisation"),
    "organisation.merged": gettext_lazy("{actor} a fusionné un doublon dans une organisation"),
    "person.anonymised": gettext_lazy("{actor} a anonymisé une personne"),
    "person.changed": gettext_lazy("{actor} a modifié l’identité d’une personne"),
    "person.closed": gettext_lazy("{actor} a fermé un compte"),
    "person.data_exported": gettext_lazy("{actor} a pris copie de données personnelles"),
    "person.identity_linked": gettext_lazy("{actor} a relié son compte à un fournisseur d’identité"),
    "person.identity_unlinked": gettext_lazy("{actor} a délié un compte de son fournisseur d’identité"),
    "person.locked_out": gettext_lazy("{actor} a bloqué un compte après trop d’essais"),
    "person.made_administrator": gettext_lazy("{actor} a nommé un administrateur"),
    "person.made_delegate": gettext_lazy("{actor} a nommé un délégué permanent"),
    "person.opened": gettext_lazy("{actor} a ouvert un compte"),
    "person.password_changed": gettext_lazy("{actor} a changé de mot de passe"),
    "person.password_reset": gettext_lazy("{actor} a remplacé un mot de passe oublié"),
    "person.preferences_changed": gettext_lazy("{actor} a changé ses préférences"),
    "person.recovery_code_used": gettext_lazy("{actor} s’est servi d’un code de secours"),
    "person.recovery_codes_renewed": gettext_lazy("{actor} a renouvelé ses codes de secours"),
    "person.reopened": gettext_lazy("{actor} a rouvert un compte"),
    "person.second_factor_added": gettext_lazy("{actor} a ajouté un second facteur"),
    "person.second_factor_removed": gettext_lazy("{actor} a retiré un second facteur"),
    "person.second_factors_removed": gettext_lazy("{actor} a retiré tous les seconds facteurs d’une personne"),
    "person.session_ended": gettext_lazy("{actor} a fermé une session"),
    "person.sessions_ended": gettext_lazy("{actor} a fermé plusieurs sessions"),
    "person.unlocked": gettext_lazy("{actor} a débloqué un compte"),
    "person.withdrawn_administrator": gettext_lazy("{actor} a retiré le rôle d’administrateur"),
    "person.withdrawn_delegate": gettext_lazy("{actor} a retiré le rôle de délégué permanent"),
    "project.added": gettext_lazy("{actor} a ajouté un projet"),
    "project.changed": gettext_lazy("{actor} a modifié un projet"),
    "token.created": gettext_lazy("{actor} a créé un jeton d’API"),
    "token.revoked": gettext_lazy("{actor} a révoqué un jeton d’API"),
}


def sentence_of(event: Event) -> str:
    """Needs the event's actor: select it with the events."""
    actor = str(event.actor) if event.actor else _("L’application")
    # A verb that no version of the application writes any more is still told.
    template = SENTENCES.get(event.verb) or _("{actor} a fait\u00a0: {verb}")
    return str(template).format(actor=actor, verb=event.verb)


def acts() -> list[tuple[str, str]]:
    """Verbs with their sentence, to choose from: « a créé un groupe »."""
    named = [(verb, str(sentence).removeprefix("{actor} ")) for verb, sentence in SENTENCES.items()]
    return sorted(named, key=lambda pair: pair[1])
