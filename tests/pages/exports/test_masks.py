"""What each role sees in a downloaded workbook."""

import pytest

from registry.accounts.roles import Role
from registry.departures.fields import NO_SIGHT
from registry.departures.filters import Filter
from registry.regions.area import Area
from registry.workbooks.columns import COLUMNS, Mask
from tests.factories import make_user
from tests.pages.exports.books import DETAIL, FULL_NIK, people, written

SECRETS = (FULL_NIK, "Siti Aminah", "1998-03-12", "Dusun Satu", "81234567890", "998877", "445566")


@pytest.mark.parametrize(
    ("role", "name", "recruiter"),
    [
        (Role.OPERATOR, "Siti Aminah", "Pak Rudi"),
        (Role.VILLAGE_HEAD, "Siti Aminah", "Pak Rudi"),
        (Role.REVIEWER, "Siti Aminah", "•"),
        (Role.LABOUR_OFFICE, "S•• A••", "Pak Rudi"),
        (Role.BP3MI, "S•• A••", "Pak Rudi"),
    ],
)
def test_a_download_is_masked_for_every_role(full, sign_in, role, name, recruiter):
    (row,) = people(sign_in(make_user(role=role)).get(DETAIL).data)
    assert row["Nama"] == name
    assert row["Perekrut"] == recruiter
    assert row["NIK"] == "1807••••••••••••"
    assert row["Tanggal Lahir"] == "1998-••-••"
    assert row["Telepon"].endswith("90")
    for column in COLUMNS:
        if column.mask not in (Mask.OPEN, Mask.NAME, Mask.RECRUITER):
            assert "•" in row[column.heading], column.heading
    said = " ".join(str(value) for value in row.values())
    hidden = SECRETS if name != "Siti Aminah" else [s for s in SECRETS if s != "Siti Aminah"]
    assert not [secret for secret in hidden if secret in said]


def test_without_any_sight_every_masked_column_holds_a_dot(full, tmp_path):
    data, _ = written(tmp_path, Filter(Area("18")), NO_SIGHT)
    (row,) = people(data)
    for column in COLUMNS:
        if column.mask is not Mask.OPEN:
            assert "•" in row[column.heading], column.heading
