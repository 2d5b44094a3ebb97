"""What was lost is found, also where something else has taken its place."""

import pytest

from tests.factories import make_departure, make_nik, make_user
from tests.faults.findings import Findings, examine


@pytest.fixture
def nik(app):
    """The NIK of the one person of a village, whose record has its first version."""
    nik = make_nik()
    make_departure(by=make_user(), nik=nik)
    return nik


def test_what_is_there_is_not_lost(settings, nik):
    assert examine(settings, [(nik, 1)], {nik}) == Findings(lost=[])


def test_a_record_that_took_the_number_of_a_lost_one_does_not_stand_in_for_it(settings, nik):
    lost = (make_nik(), 1)
    assert examine(settings, [lost, (nik, 1)]).lost == [lost]


def test_a_version_that_is_not_there_is_lost(settings, nik):
    assert examine(settings, [(nik, 99)]).lost == [(nik, 99)]


def test_somebody_whom_nobody_sent_is_invented(settings, nik):
    assert examine(settings, [], {make_nik()}).invented == 1
