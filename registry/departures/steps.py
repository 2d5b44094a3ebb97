"""The steps of recording, in their order, and what each still misses."""

from dataclasses import dataclass

from registry.departures.models import Departure
from registry.departures.operations import missing_for_submission
from registry.enums import N_


@dataclass(frozen=True)
class Step:
    """One page of recording: its place in the URL, its title, and the answers it asks for."""

    slug: str
    title: str
    asks: frozenset[str]


PERSON = Step("warga", N_("Siapa"), frozenset({"name", "sex", "birth_date"}))
HOME = Step("alamat", N_("Alamat dan keluarga"), frozenset({"rt"}))
PLAN = Step("tujuan", N_("Tujuan"), frozenset({"country", "job_title", "scheme", "planned_on"}))
PAPERS = Step("dokumen", N_("Dokumen"), frozenset())
SUMMARY = Step("ringkasan", N_("Ringkasan"), frozenset())

STEPS = (PERSON, HOME, PLAN, PAPERS, SUMMARY)
BY_SLUG = {step.slug: step for step in STEPS}


def next_step(step: Step) -> Step:
    """The step after this one; the summary is the last."""
    return STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]


def step_of_field(name: str) -> Step:
    """The step on which a field is asked, for its "Ubah" link and the list of what is missing."""
    return next((step for step in STEPS if name in step.asks), PLAN)


def is_done(step: Step, departure: Departure | None) -> bool:
    """Whether nothing that the step asks for is missing."""
    if departure is None:
        return False
    if step is PAPERS:
        return any(document.status is not None for document in departure.documents)
    if step is SUMMARY:
        return False
    return not step.asks & set(missing_for_submission(departure))
