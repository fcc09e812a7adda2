"""Addresses of the site, and what answers for what could not be read."""

from django.urls import include, path

handler400 = "intake.views.errors.bad_request"
urlpatterns = [path("", include("intake.urls"))]
