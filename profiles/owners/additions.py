"""Adding works that a page misses: asked for, looked up by a worker, shown to the owner, imported once they have said who they are.

addition = start_addition(user=user, kind=AdditionKind.DOI, value="10.7717/peerj.4375")
look_up(addition.pk)                                          # a worker; nothing is written into the record
choose(addition=addition, user=user, wanted={"crossref:10.7717/peerj.4375": 0})
carry_out(addition.pk)                                        # a worker: an import run, then the decisions
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from io import BytesIO
from itertools import islice
from typing import Any, Final

from allauth.socialaccount.models import SocialAccount
from celery import current_app
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from papers.exceptions import ImportBusyError
from papers.identifiers import normalise_arxiv, normalise_doi, normalise_orcid
from papers.importers.bibtex import parse as parse_bibtex
from papers.ingest.ahead import prepared
from papers.ingest.runs import execute
from papers.models import Authorship, ImportItem, ImportRun
from papers.names import PersonName, parse_name
from papers.records import ParseResult, WorkRecord
from papers.sources import SourceError, read_source
from profiles.claims.challenges import ensure_not_disputed
from profiles.exceptions import IdentityError, LimitReachedError, NotAllowedError, WrongStateError
from profiles.models import AdditionKind, AdditionState, Claim, User, WorkAddition
from profiles.owners.found_records import MOST_FOUND, chosen_among, found_records, goes_together, key_of
from profiles.owners.profile_editing import profile_of
from profiles.owners.works import take_work
from profiles.querysets.claims import held_by

TASK: Final = "profiles.tasks.owners.work_on_addition"
A_DAY: Final = 20
LONGEST_TEXT: Final = 200_000  # characters of BibTeX
LEASE: Final = timedelta(minutes=15)
KEPT: Final = timedelta(days=30)


def start_addition(*, user: User, kind: AdditionKind, value: str = "") -> WorkAddition:
    """A request to look works up; a worker hears of it after the commit. BibTeX is read at once, since it is there already.

    ``value`` is a DOI, an arXiv identifier or BibTeX; for ORCID the iD that the account signed in with counts. Raises ``WrongStateError``
    for what is none of these, ``NotAllowedError`` without a page or while it is disputed, ``LimitReachedError`` beyond twenty a day.
    """
    with transaction.atomic():
        held = _page_held(user)
        since = timezone.now() - timedelta(days=1)
        if WorkAddition.objects.filter(user=user, created_at__gt=since).count() >= A_DAY:
            raise LimitReachedError(_("You can ask for %(count)s additions a day. Go on tomorrow.") % {"count": A_DAY})
        addition = WorkAddition(user=user, author=held.author, kind=kind)
        if kind == AdditionKind.BIBTEX:
            addition.text = _bibtex(value)
        else:
            addition.request = request_for(kind, orcid_of(user) if kind == AdditionKind.ORCID else value)
        addition.save()
        if kind == AdditionKind.BIBTEX:
            _show(addition, list(islice(_results(addition), MOST_FOUND)))
        else:
            _tell_worker(addition)
    return addition


def request_for(kind: AdditionKind, value: str) -> dict[str, str]:
    """What to ask which service. Raises ``WrongStateError`` where the value is not of that kind."""
    match kind:
        case AdditionKind.ARXIV if found := normalise_arxiv(value):
            return {"from": "arxiv", "id": found}
        case AdditionKind.DOI if found := normalise_doi(value):
            return {"from": "crossref", "doi": found}
        case AdditionKind.ORCID if found := normalise_orcid(value):
            return {"from": "orcid", "orcid": found}
        case AdditionKind.ORCID:
            raise WrongStateError(_("Your account is not connected with an ORCID iD. Connect it under “Sign-in” first."))
        case _:
            raise WrongStateError(_("This is neither a DOI (10.…/…) nor an arXiv identifier (2401.00001). Check it and try again."))


def kind_of(value: str) -> AdditionKind:
    """Whether somebody typed an arXiv identifier or, as everything else is taken for, a DOI."""
    return AdditionKind.ARXIV if normalise_arxiv(value) else AdditionKind.DOI


def orcid_of(user: User) -> str:
    """The ORCID iD that the account signed in with, or "". One query."""
    return SocialAccount.objects.filter(user=user, provider="orcid").values_list("uid", flat=True).first() or ""


def look_up(addition_id: int) -> None:
    """Read what was asked for and keep it for the owner to see. Quiet where that is done, gone, or under way elsewhere."""
    addition = _leased(addition_id, AdditionState.LOOKING)
    if addition is None:
        return
    try:
        results = list(islice(_results(addition), MOST_FOUND))
    except SourceError as error:
        _fail(addition, str(error))
        return
    _show(addition, results)


def choose(*, addition: WorkAddition, user: User, wanted: Mapping[str, int]) -> WorkAddition:
    """Add these records with the owner at these places; the rest is left out. Raises ``WrongStateError`` where nothing was chosen."""
    with transaction.atomic():
        locked = WorkAddition.objects.select_for_update(of=("self",)).get(pk=addition.pk, user=user)
        if locked.state != AdditionState.FOUND:
            raise WrongStateError(_("These works do not wait for you any more."))
        if _page_held(user).author_id != locked.author_id:
            raise NotAllowedError(_("You do not own that page any more."))
        chosen = chosen_among(locked.found, wanted)
        if not chosen:
            raise WrongStateError(_("Say for at least one work which author you are."))
        locked.state, locked.chosen, locked.leased_until = AdditionState.ADDING, chosen, None
        locked.save(update_fields=["state", "chosen", "leased_until"])
        _tell_worker(locked)
    return locked


def carry_out(addition_id: int) -> None:
    """Import what was chosen and attribute the places to the owner's page. Runs twice as once; quiet where it is done, gone or under way elsewhere."""
    addition = _leased(addition_id, AdditionState.ADDING)
    if addition is None:
        return
    try:
        run = _run_of(addition)
        chosen = (one for one in _results(addition) if isinstance(one, WorkRecord) and key_of(one) in addition.chosen)
        execute(run, prepared(islice(chosen, MOST_FOUND)))
    except ImportBusyError:
        return
    except SourceError as error:
        _fail(addition, str(error))
        return
    outcome = [_attributed(addition, run, item) for item in run.items.select_related("work").order_by("ordinal")]
    WorkAddition.objects.filter(pk=addition.pk).update(
        state=AdditionState.DONE, outcome=outcome, text="", finished_at=timezone.now(), leased_until=None
    )


def under_way() -> QuerySet[WorkAddition]:
    """The additions that wait for a worker, or whose worker fell silent."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=timezone.now())
    return WorkAddition.objects.filter(free, state__in=[AdditionState.LOOKING, AdditionState.ADDING]).order_by("created_at")


def forget_old_additions() -> int:
    """Delete additions that ended or were left alone a month ago; returns how many. What they added stays."""
    old = WorkAddition.objects.filter(created_at__lt=timezone.now() - KEPT).exclude(state__in=[AdditionState.LOOKING, AdditionState.ADDING])
    return old.delete()[0]


def _page_held(user: User) -> Claim:
    held = held_by(profile_of(user).pk).first()
    if held is None:
        raise NotAllowedError(_("You own no page yet. Claim yours, then add what it misses."))
    ensure_not_disputed(held)
    return held


def _bibtex(text: str) -> str:
    tidied = text.replace("\0", "").strip()
    if not tidied:
        raise WrongStateError(_("Paste BibTeX, or choose a file."))
    if len(tidied) > LONGEST_TEXT:
        raise WrongStateError(_("This is more than 200,000 characters. Split it."))
    return tidied


def _results(addition: WorkAddition) -> Iterator[ParseResult]:
    """What the request gives, in an order that is the same each time. Services are asked through the cache of their answers."""
    if addition.kind == AdditionKind.BIBTEX:
        return parse_bibtex(BytesIO(addition.text.encode()))
    return read_source(addition.request)


def _known_names(addition: WorkAddition) -> list[PersonName]:
    forms = {addition.author.display_name, profile_of(addition.user).display_name}
    forms |= set(addition.author.name_variants.values_list("name", flat=True))
    return [parse_name(form) for form in forms if form]


def _show(addition: WorkAddition, results: list[ParseResult]) -> None:
    found = found_records(results, _known_names(addition))
    if not any(not one.get("reason") for one in found):
        said = "; ".join(one["reason"] for one in found[:3])
        _fail(addition, _("Nothing that could be added was found. %(reason)s") % {"reason": said} if said else _("Nothing was found."))
        return
    WorkAddition.objects.filter(pk=addition.pk).update(state=AdditionState.FOUND, found=found, leased_until=None)
    addition.state, addition.found = AdditionState.FOUND, found


def _fail(addition: WorkAddition, reason: str) -> None:
    addition.state, addition.error = AdditionState.FAILED, reason
    WorkAddition.objects.filter(pk=addition.pk).update(
        state=AdditionState.FAILED, error=reason, text="", finished_at=timezone.now(), leased_until=None
    )


def _leased(addition_id: int, state: AdditionState) -> WorkAddition | None:
    """The addition, ours for a quarter of an hour; None where it is not in that state or somebody else's."""
    taken = under_way().filter(pk=addition_id, state=state).update(leased_until=timezone.now() + LEASE)
    return WorkAddition.objects.select_related("user", "author").filter(pk=addition_id).first() if taken else None


def _run_of(addition: WorkAddition) -> ImportRun:
    if addition.run is None:
        origin = f"{addition.get_kind_display()}, added by the owner of a page"
        addition.run = ImportRun.objects.create(origin=origin, started_by=addition.user)
        addition.save(update_fields=["run"])
    return addition.run


def _attributed(addition: WorkAddition, run: ImportRun, item: ImportItem) -> dict[str, Any]:
    """What became of one record: the work, whether it is on the page now, and if not, why."""
    if item.work is None:
        return {"title": item.record_id, "url": "", "is_added": False, "reason": item.reason}
    told: dict[str, Any] = {"title": item.work.title, "url": item.work.get_absolute_url(), "is_added": True, "reason": ""}
    wanted = next((place for key, place in addition.chosen.items() if key.partition(":")[2][:300] == item.record_id), None)
    record = next((one for one in addition.found if one["key"].partition(":")[2][:300] == item.record_id), None)
    name = next((name["name"] for name in record["names"] if name["place"] == wanted), "") if record else ""
    authorship = _place(item.work_id or 0, wanted, name)
    try:
        if authorship is None:
            raise WrongStateError(_("Our record of this work does not list “%(name)s”. A moderator can look into it.") % {"name": name})
        take_work(authorship=authorship, user=addition.user, page=addition.author, opened_since=run.created_at)
    except IdentityError as error:
        told |= {"is_added": False, "reason": str(error)}
    return told


def _place(work_id: int, position: int | None, name: str) -> Authorship | None:
    """The authorship that a place of the record became: the work may have been known already, with another list."""
    present = list(Authorship.objects.filter(work_id=work_id).order_by("position", "pk"))
    fitting = [one for one in present if goes_together(one.raw_name, [parse_name(name)])]
    same = [one for one in fitting if one.position == position]
    return same[0] if same else fitting[0] if len(fitting) == 1 else None


def _tell_worker(addition: WorkAddition) -> None:
    number = addition.pk
    # Robust: with no broker the page still comes, and the scheduled sweep finds the row.
    transaction.on_commit(lambda: current_app.send_task(TASK, args=[number]), robust=True)
