"""What became of some deliverables of the demonstration: who handed what in, who decided, what the weather is.

The contract’s own are known by their references; those in INVENTED are not in it, and say so. People are named by their
accounts, without the domain.
"""

from dataclasses import dataclass
from typing import Any

NOT_IN_THE_CONTRACT = "Inventé pour la démonstration\u00a0: le contrat public n’en dit rien."


@dataclass(frozen=True)
class Handed:
    """A version: by whom, under which name, with which words, the title first."""

    by: str
    name: str
    words: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Dossier:
    """`days`: when it is due, counted from the day of loading; `this_week`: before that week is over."""

    title: str = ""
    group: str = ""
    due: str = ""
    days: int | None = None
    this_week: bool = False
    part_of: str = ""
    organisations: tuple[str, ...] = ()
    project: int | None = None
    description: str = ""
    criteria: tuple[str, ...] = ()
    met: int = 0
    owners: tuple[str, ...] = ()
    confidentiality: str = ""
    college: str = ""
    needs_bureau: bool = False
    recurrent: bool = False
    progress: str = ""
    suspended: str = ""
    resumes_in: int = 0
    abandoned: str = ""
    # Météo, sentence, by whom: the last one is today’s.
    weather: tuple[tuple[str, str, str], ...] = ()
    versions: tuple[Handed, ...] = ()
    submitted_by: str = ""
    # Of whom an opinion is asked, and within how many days.
    asked: tuple[tuple[str, int], ...] = ()
    # By whom, which, why.
    opinions: tuple[tuple[str, str, str], ...] = ()
    approved_by: tuple[str, ...] = ()
    changes_by: str = ""
    changes: str = ""
    decision: str = ""
    needs: tuple[tuple[str, str], ...] = ()


_VOUCHERS = "Position française sur le modèle des vouchers"
_WHY = (
    "Le marché des antibiotiques ne rémunère plus l’innovation\u00a0: un traitement nouveau est mis en réserve, "
    "donc peu vendu, au moment où il est le plus utile."
)

STORIES: dict[str, dict[str, Any]] = {
    # --- Antibiorésistance ---
    "P04-L01": {
        "needs_bureau": True,
        "progress": "en_finalisation",
        "owners": ("rapporteur-amr",),
        "criteria": (
            "Les forces et les limites du modèle de la TSE sont examinées",
            "Le coût pour l’assurance maladie est chiffré",
            "La position est relue par les deux collèges",
        ),
        "met": 2,
        "weather": (
            ("soleil", "", "pilote-amr"),
            ("nuages", "Le chiffrage dépend de données que nous n’avons pas encore toutes.", "pilote-amr"),
        ),
        "versions": (
            Handed(
                "rapporteur-amr",
                "position-vouchers.docx",
                (
                    _VOUCHERS,
                    _WHY,
                    "Un voucher transférable prolonge l’exclusivité d’un autre médicament de six mois.",
                    "Le groupe recommande de soutenir ce mécanisme au niveau européen.",
                ),
                "Première rédaction",
            ),
            Handed(
                "rapporteur-amr",
                "position-vouchers-v2.docx",
                (
                    _VOUCHERS,
                    _WHY,
                    "Un voucher transférable prolonge l’exclusivité d’un autre médicament de douze mois au plus.",
                    "Son coût pour l’assurance maladie est estimé entre 90 et 150 millions d’euros par voucher.",
                    "Le groupe recommande de soutenir ce mécanisme en Europe, s’il est plafonné et bien ciblé.",
                ),
                "Chiffrage ajouté, recommandation encadrée",
            ),
        ),
        "submitted_by": "rapporteur-amr",
        "asked": (("membre-amr", 5), ("membre-etat-amr", 4)),
        "opinions": (
            (
                "membre-amr",
                "favorable_reserves",
                "D’accord sur le fond. Le plafond de douze mois mérite d’être justifié en une phrase.",
            ),
        ),
        "needs": (("P04-L08", "Les objectifs annuels en fixent le calendrier."),),
    },
    "P04-L02": {
        "progress": "en_cours",
        "owners": ("membre-amr",),
        "versions": (
            Handed(
                "membre-amr",
                "couplage-diagnostic.txt",
                (
                    "Coupler un test de diagnostic et un antibiotique",
                    "Trois modèles étrangers sont comparés\u00a0: Royaume-Uni, Suède, Allemagne.",
                ),
                "Trois modèles étrangers comparés",
            ),
        ),
        "submitted_by": "membre-amr",
        "changes_by": "copilote-amr",
        "changes": "Le lien avec les vouchers manque, alors que l’intitulé l’annonce. Ajoutez aussi les États-Unis.",
    },
    "P04-L03": {
        "needs_bureau": True,
        "progress": "finalise",
        "owners": ("rapporteur-amr", "membre-amr"),
        "criteria": ("Anciens antibiotiques, traitements nouveaux et tests rapides sont traités",),
        "met": 1,
        "weather": (("soleil", "", "pilote-amr"),),
        "versions": (
            Handed(
                "rapporteur-amr",
                "modeles-anciens-antibiotiques.docx",
                (
                    "Préserver les anciens antibiotiques",
                    "Des prix planchers garantissent le maintien sur le marché des molécules anciennes.",
                    "Les tests rapides sont remboursés dès lors qu’ils évitent une prescription.",
                ),
            ),
        ),
        "submitted_by": "rapporteur-amr",
        "approved_by": ("pilote-amr",),
    },
    "P04-L04": {
        "progress": "en_cours",
        "owners": ("membre-etat-amr",),
        "weather": (("soleil", "Deux sites étrangers sont déjà reliés.", "copilote-amr"),),
        "needs": (("P07-L01", "Les situations critiques disent quelles souches suivre."),),
    },
    "P04-L05": {
        "progress": "en_cours",
        "owners": ("membre-amr",),
        "weather": (("nuages", "L’audience du site stagne depuis l’été.", "copilote-amr"),),
    },
    "P04-L06": {"progress": "en_cours", "recurrent": True, "owners": ("pilote-amr",)},
    "P04-L07": {
        "progress": "en_cours",
        "suspended": "Le calendrier des négociations internationales a été reporté d’un an.",
        "resumes_in": 90,
        "weather": (("orage", "Plus aucune réunion n’est prévue avant le report.", "pilote-amr"),),
    },
    "P04-L08": {
        "progress": "finalise",
        "owners": ("rapporteur-amr",),
        "versions": (
            Handed(
                "rapporteur-amr",
                "feuille-de-route.pdf",
                (
                    "Feuille de route du projet antibiorésistance",
                    "Première année\u00a0: examiner les modèles économiques.",
                    "Deuxième année\u00a0: porter une position commune, et la faire connaître.",
                ),
            ),
        ),
        "submitted_by": "rapporteur-amr",
        "approved_by": ("copilote-amr",),
    },
    # --- Décarbonation ---
    "P01-L01": {
        "needs_bureau": True,
        "confidentiality": "filiere",
        "progress": "finalise",
        "owners": ("rapporteur-decarbonation",),
        "weather": (("soleil", "", "pilote-decarbonation"),),
        "versions": (
            Handed(
                "rapporteur-decarbonation",
                "feuille-de-route-volet-2.pdf",
                (
                    "Feuille de route de décarbonation, volet 2",
                    "Le périmètre s’étend aux dispositifs médicaux et au diagnostic in vitro.",
                    "Baisse visée\u00a0: un tiers des émissions directes d’ici 2030.",
                ),
            ),
        ),
        "submitted_by": "rapporteur-decarbonation",
        "approved_by": ("pilote-decarbonation",),
        "decision": "Décision 2026-04",
    },
    "P01-L02": {
        "progress": "finalise",
        "owners": ("membre-decarbonation",),
        "versions": (
            Handed(
                "membre-decarbonation",
                "maturite-carbone.md",
                ("Maturité carbone des entreprises", "Soixante entreprises ont répondu, dont quarante PME."),
            ),
        ),
        "submitted_by": "membre-decarbonation",
        "approved_by": ("copilote-decarbonation",),
    },
    "P01-L03": {
        "progress": "en_finalisation",
        "owners": ("rapporteur-decarbonation",),
        "weather": (("nuages", "Deux filières n’ont pas rendu leurs chiffres.", "pilote-decarbonation"),),
        "needs": (("P02-L02", "La méthode commune dit comment compter."),),
    },
    "P01-L04": {
        "progress": "en_cours",
        "abandoned": "Ces mesures sont reprises dans la trajectoire\u00a0: un document suffit.",
    },
    "P01-L05": {
        "progress": "en_cours",
        "owners": ("pilote-decarbonation",),
        "weather": (
            ("nuages", "Le prestataire a pris du retard.", "pilote-decarbonation"),
            ("orage", "Le prestataire a renoncé\u00a0: il faut relancer la consultation.", "pilote-decarbonation"),
        ),
    },
    "P01-L06": {"progress": "en_cours", "recurrent": True, "owners": ("membre-decarbonation",)},
    "P02-L02": {
        "progress": "en_cours",
        "owners": ("pilote-decarbonation",),
        "weather": (("soleil", "", "pilote-decarbonation"),),
    },
    "P10-L01": {"progress": "finalise"},
}

INVENTED: dict[str, Dossier] = {
    "AMR-D1": Dossier(
        title="Note d’étape sur la consommation d’antibiotiques",
        group="antibioresistance",
        project=4,
        this_week=True,
        progress="en_finalisation",
        owners=("membre-amr",),
        description=NOT_IN_THE_CONTRACT,
        versions=(
            Handed(
                "membre-amr",
                "note-consommation.txt",
                ("Consommation d’antibiotiques", "En ville, elle recule de 3\u00a0% sur un an."),
            ),
        ),
        asked=(("invite-amr", 2),),
    ),
    "AMR-D2": Dossier(
        title="Bilan des ruptures d’antibiotiques critiques",
        group="antibioresistance",
        project=4,
        days=-12,
        progress="en_cours",
        owners=("rapporteur-amr",),
        description=NOT_IN_THE_CONTRACT,
        weather=(("orage", "Trois laboratoires n’ont pas répondu.", "pilote-amr"),),
        needs=(("AMR-D1", ""),),
    ),
    "AMR-D3": Dossier(
        title="Volumes et prix par laboratoire",
        group="antibioresistance",
        project=4,
        due="d’ici fin 2026",
        progress="en_cours",
        confidentiality="restreint",
        owners=("rapporteur-amr",),
        description=f"Secret des affaires\u00a0: réservé aux pilotes et au rapporteur. {NOT_IN_THE_CONTRACT}",
    ),
    "AMR-D4": Dossier(
        title="Lignes de l’État sur le financement des vouchers",
        group="antibioresistance",
        project=4,
        due="mars 2027",
        progress="en_cours",
        confidentiality="college",
        college="etat",
        owners=("membre-etat-amr",),
        description=NOT_IN_THE_CONTRACT,
    ),
    "DIV-D1": Dossier(
        title="Plan de continuité des tests en cas de tension d’approvisionnement",
        group="div",
        project=7,
        due="T1 2027",
        progress="en_cours",
        owners=("rapporteur-div", "membre-div"),
        description=NOT_IN_THE_CONTRACT,
        versions=(
            Handed(
                "membre-div",
                "plan-de-continuite.md",
                ("Plan de continuité", "Stocks de sécurité, substitution, alerte\u00a0: qui fait quoi en dix jours."),
            ),
        ),
        submitted_by="rapporteur-div",
        needs=(("P07-L01", "Le plan couvre ces situations, et elles seules."),),
    ),
    "DIV-D2": Dossier(
        title="Position sur le remboursement des tests compagnons",
        group="div",
        project=11,
        due="S2 2025",
        progress="finalise",
        confidentiality="filiere",
        needs_bureau=True,
        owners=("rapporteur-div",),
        description=NOT_IN_THE_CONTRACT,
        versions=(
            Handed(
                "rapporteur-div",
                "tests-compagnons.docx",
                ("Tests compagnons", "Un test et le traitement qu’il conditionne sont évalués ensemble."),
            ),
        ),
        submitted_by="rapporteur-div",
        approved_by=("pilote-div",),
        decision="Décision 2026-02",
    ),
    "IMG-D1": Dossier(
        title="État des lieux de la filière de l’imagerie",
        group="imagerie",
        project=13,
        due="1er semestre 2025",
        progress="finalise",
        confidentiality="public",
        owners=("membre-imagerie",),
        description=NOT_IN_THE_CONTRACT,
        versions=(
            Handed(
                "membre-imagerie",
                "etat-des-lieux.pdf",
                ("L’imagerie médicale en France", "Deux cents entreprises, dont neuf sur dix sont des PME."),
            ),
        ),
        submitted_by="membre-imagerie",
        approved_by=("rapporteur-imagerie",),
    ),
    "IMG-D2": Dossier(
        title="Charte d’usage des données d’imagerie",
        group="imagerie",
        project=13,
        due="fin 2026/début 2027",
        progress="en_cours",
        needs_bureau=True,
        owners=("rapporteur-imagerie",),
        description=NOT_IN_THE_CONTRACT,
        criteria=("Le régime des données de santé est rappelé", "Les hôpitaux ont été entendus"),
        met=1,
        weather=(("nuages", "L’audition des hôpitaux est reportée.", "copilote-imagerie"),),
    ),
}
