"""Agencies and job titles as a file spells them: recognised by name or code, else kept as text."""

from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import select

from registry.db import db
from registry.enums import AgencyKind
from registry.formatting import company_key, normal_name
from registry.reference.models import Agency, AgencyAlias, Job
from registry.reference.queries import near_keys
from registry.workbooks.import_rows import ImportRow


@dataclass(frozen=True)
class Registers:
    """The agencies and job titles, by every name under which they are recognised."""

    agencies: dict[str, tuple[int, str]]
    jobs: dict[str, tuple[str, str]]
    _looked_up: set[str] = field(default_factory=set)

    @classmethod
    def load(cls) -> "Registers":
        listed = Agency.kind == AgencyKind.P3MI
        agencies = [
            *db.session.execute(
                select(AgencyAlias.normal_name, Agency.id, Agency.name).join(Agency).where(listed)
            ),
            *db.session.execute(select(Agency.normal_name, Agency.id, Agency.name).where(listed)),
        ]
        jobs = db.session.execute(select(Job.code, Job.title, Job.title_en)).all()
        by_name = {normal_name(title): (code, title) for code, title, _ in jobs}
        by_english = {normal_name(english): (code, title) for code, title, english in jobs}
        by_code = {normal_name(code): (code, title) for code, title, _ in jobs}
        return cls(
            {key: (agency_id, name) for key, agency_id, name in agencies},
            by_english | by_code | by_name,
        )

    def recognise(self, row: ImportRow) -> None:
        """Give agency and job of a row their codes and official names, where they have any."""
        if "agency_name" in row.plan:
            agency = self.agencies.get(_agency_key(row.plan["agency_name"]))
            if agency:
                row.codes["agency_id"], row.plan["agency_name"] = agency
        if "job_title" in row.plan:
            job = self.jobs.get(_job_key(row.plan["job_title"]))
            if job:
                row.codes["job_code"], row.plan["job_title"] = job

    def near_agency(self, row: ImportRow) -> str | None:
        """The listed agency whose name is much like a row's unlisted one; told once a name."""
        name = row.plan.get("agency_name")
        if not name or row.codes.get("agency_id") is not None:
            return None
        key = _agency_key(name)
        if key in self._looked_up:
            return None
        self._looked_up.add(key)
        near = near_keys(key, self.agencies)
        return self.agencies[near[0]][1] if near else None


# A file repeats few names thousands of times.
_agency_key = lru_cache(maxsize=4096)(company_key)
_job_key = lru_cache(maxsize=4096)(normal_name)
