"""Writes about contracts and their amendments. Axes are in `chapters`, projects in `sheets`."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.organisations.models import Organisation
from accounts.organisations.permissions import capacity_of
from accounts.organisations.services import hold
from accounts.people.models import User
from accounts.people.names import one_line
from filiere.versions import locked
from projects.activity.services import record
from projects.contracts.codes import check_code
from projects.contracts.models import Amendment, Contract

ONE_LINE = frozenset({"title", "sector"})


@transaction.atomic
def create_contract(
    *,
    code: str,
    title: str,
    sector: str,
    starts_on: date,
    ends_on: date,
    by: User | None,
    presentation: str = "",
    organisations: Iterable[UUID] = (),
) -> Contract:
    """`organisations`: who signed it."""
    contract = Contract(
        code=check_code(code, Contract.objects.all()),
        title=one_line("title", title),
        sector=one_line("sector", sector),
        presentation=presentation.strip(),
        starts_on=starts_on,
        ends_on=ends_on,
    )
    contract.full_clean(validate_unique=False)
    try:
        with transaction.atomic():
            contract.save(force_insert=True)
    except IntegrityError as error:  # two people may give one code at once
        raise ValidationError({"code": _("Un contrat porte déjà ce code.")}) from error
    _sign(contract, organisations)
    _record(contract, "contract.created", by, {name: (None, value) for name, value in _content(contract).items()})
    return contract


@transaction.atomic
def change_contract(*, contract: Contract, by: User | None, seen: str | None = None, **changes: Any) -> Contract:
    """What is not given stays as it is; `organisations` is the whole list of those who signed."""
    contract = locked(Contract.objects.all(), contract.pk, seen=seen)
    before = _content(contract)
    signatories = changes.pop("organisations", None)
    for field, value in changes.items():
        setattr(contract, field, one_line(field, value) if field in ONE_LINE else value)
    contract.presentation = contract.presentation.strip()
    contract.full_clean(validate_unique=False)
    for amendment in contract.amendments.all():
        _check_end(amendment, contract)
    if signatories is not None:
        _sign(contract, signatories)
    if differences := _differences(before, _content(contract)):
        contract.save()
        _record(contract, "contract.changed", by, differences)
    return contract


@transaction.atomic
def add_amendment(
    *,
    contract: Contract,
    number: int,
    title: str,
    signed_on: date,
    by: User | None,
    summary: str = "",
    ends_on: date | None = None,
) -> Amendment:
    """`ends_on`: what it makes of the contract's end; None leaves it alone."""
    contract = locked(Contract.objects.all(), contract.pk)
    amendment = Amendment(
        contract=contract,
        number=number,
        title=one_line("title", title),
        summary=summary.strip(),
        signed_on=signed_on,
        ends_on=ends_on,
    )
    _check_amendment(amendment)
    amendment.save(force_insert=True)
    _record(amendment, "amendment.added", by, {name: (None, value) for name, value in _terms(amendment).items()})
    return amendment


@transaction.atomic
def change_amendment(*, amendment: Amendment, by: User | None, seen: str | None = None, **changes: Any) -> Amendment:
    """What is not given stays as it is. To amend is not to erase: nothing removes an amendment."""
    locked(Contract.objects.all(), amendment.contract_id)  # one at a time gives numbers
    amendment = locked(Amendment.objects.select_related("contract"), amendment.pk, seen=seen)
    before = _terms(amendment)
    for field, value in changes.items():
        setattr(amendment, field, one_line(field, value) if field in ONE_LINE else value)
    amendment.summary = amendment.summary.strip()
    _check_amendment(amendment)
    if differences := _differences(before, _terms(amendment)):
        amendment.save()
        _record(amendment, "amendment.changed", by, differences)
    return amendment


def _sign(contract: Contract, organisations: Iterable[UUID]) -> None:
    wanted = set(organisations)
    stay = contract.organisations.filter(pk__in=wanted)
    # In the order of their keys, so that two writers never wait for each other; only what is new is held.
    try:
        new = [hold(pk) for pk in sorted(wanted - set(stay.values_list("pk", flat=True)))]
    except Organisation.DoesNotExist as error:
        raise ValidationError({"organisations": _("Une de ces organisations n’existe pas.")}) from error
    contract.organisations.set([*stay, *new])


def _check_amendment(amendment: Amendment) -> None:
    amendment.full_clean(validate_unique=False, validate_constraints=False)
    _check_end(amendment, amendment.contract)
    twins = Amendment.objects.filter(contract=amendment.contract, number=amendment.number).exclude(pk=amendment.pk)
    if twins.exists():
        raise ValidationError({"number": _("Ce contrat a déjà un avenant de ce numéro.")})


def _check_end(amendment: Amendment, contract: Contract) -> None:
    if amendment.ends_on is not None and amendment.ends_on < contract.starts_on:
        sentence = _("L’avenant %(number)s ferait finir le contrat avant son début.") % {"number": amendment.number}
        raise ValidationError({"starts_on": sentence, "ends_on": sentence})


def _record(target: Contract | Amendment, verb: str, by: User | None, changes: dict[str, tuple[Any, Any]]) -> None:
    told = {name: change for name, change in changes.items() if any(value not in (None, "", []) for value in change)}
    record(actor=by, capacity=capacity_of(by), verb=verb, target=target, changes=told)


def _differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {name: (before[name], after[name]) for name in after if before[name] != after[name]}


def _content(contract: Contract) -> dict[str, Any]:
    """Words rather than keys: this is read years later, by people."""
    fields = ("code", "title", "sector", "presentation", "starts_on", "ends_on")
    return {
        **{name: getattr(contract, name) for name in fields},
        "organisations": sorted(str(each) for each in contract.organisations.all()),
    }


def _terms(amendment: Amendment) -> dict[str, Any]:
    return {name: getattr(amendment, name) for name in ("number", "title", "summary", "signed_on", "ends_on")}
