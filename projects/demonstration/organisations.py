from accounts.organisations.models import Alias, Organisation, folded
from accounts.organisations.services import create_organisation
from projects.demonstration.facts import facts


def load() -> int:
    """Those of the contract that no organisation answers for yet: one that was merged is not brought back."""
    known = set(Alias.objects.values_list("folded", flat=True))
    missing = [each for each in facts()["organisations"] if not known & {folded(each["acronym"]), folded(each["name"])}]
    for each in missing:
        create_organisation(
            name=each["name"],
            # Where the contract knows one word for it, that word is the name.
            acronym="" if each["acronym"] == each["name"] else each["acronym"],
            kind=each["kind"],
            college=each["college"],
            aliases=each["aliases"],
            by=None,
            confirmed=True,
        )
    return len(missing)


def by_spelling() -> dict[str, Organisation]:
    found = Organisation.objects.prefetch_related("aliases")
    return {alias.text: organisation for organisation in found for alias in organisation.aliases.all()}
