"""The changelist with the columns of our list: as Django makes it, and at its leanest."""

import os

from django.contrib import admin

from bench.peer_site.models import Departure


@admin.register(Departure)
class DepartureAdmin(admin.ModelAdmin):
    list_display = (
        *("registration_number", "resident", "country", "agency_name", "village"),
        *("leaving_on", "review_status", "stage", "procedure"),
    )
    list_select_related = ("resident", "village")
    list_per_page = 50
    ordering = tuple(os.environ["ORDER"].split(","))


class LeanDepartureAdmin(DepartureAdmin):
    """Without boxes to choose rows, and without counting the whole table beside the filtered."""

    actions = None
    show_full_result_count = False


lean_site = admin.AdminSite("lean")
lean_site.register(Departure, LeanDepartureAdmin)
