"""What departures can be grouped by."""

from enum import StrEnum

from registry.enums import Stage

# What `Jumlah` counts of the stages.
UNCANCELLED = (Stage.PLANNED.value, Stage.DEPARTED.value, Stage.RETURNED.value)


class Axis(StrEnum):
    """What departures can be grouped by; `REGION` is the next level below the filter's area."""

    REGION = "region"
    STAGE = "stage"
    IS_PMI = "is_pmi"
    PROCEDURE = "procedure"
    READINESS = "readiness"
    SEX = "sex"
    COUNTRY = "country"
    SCHEME = "scheme"
    JOB = "job"
    EMPLOYER = "employer"
    AGENCY = "agency"
    AGE = "age"
    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    # Groups of days, see `layout.SPAN_DAYS`; 0 where they are not known.
    LEAD = "lead"
    WAIT = "wait"
    PAPERS = "papers"
