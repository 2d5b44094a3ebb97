"""The columns of our tables that the changelist shows; Django makes and changes none of them."""

from django.db import models


class Region(models.Model):
    code = models.CharField(max_length=10, primary_key=True)
    name = models.CharField(max_length=120)

    class Meta:
        managed = False
        db_table = "region"

    def __str__(self) -> str:
        return self.name


class Resident(models.Model):
    name = models.CharField(max_length=120)

    class Meta:
        managed = False
        db_table = "resident"

    def __str__(self) -> str:
        return self.name


class Departure(models.Model):
    registration_number = models.CharField(max_length=16)
    resident = models.ForeignKey(Resident, models.DO_NOTHING)
    village = models.ForeignKey(Region, models.DO_NOTHING, db_column="village_code")
    country = models.CharField(max_length=2, null=True)
    agency_name = models.CharField(max_length=160, null=True)
    leaving_on = models.DateField(null=True)
    review_status = models.CharField(max_length=40)
    stage = models.CharField(max_length=40)
    procedure = models.CharField(max_length=40, null=True)

    class Meta:
        managed = False
        db_table = "departure"

    def __str__(self) -> str:
        return self.registration_number
