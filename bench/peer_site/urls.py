"""The addresses of the project: those of both admins, and nothing else."""

from django.contrib import admin
from django.urls import path

from bench.peer_site.admin import lean_site

urlpatterns = [path("admin/", admin.site.urls), path("lean/", lean_site.urls)]
