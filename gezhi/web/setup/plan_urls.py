"""Addresses of the plan's pages: schemes and drafts, what is in force, the audit log, the first steps."""

from django.urls import URLPattern, path

from gezhi.web.setup import (
    audit,
    beginning,
    changing,
    comparing,
    downloads,
    drafts,
    enacting,
    form_books,
    in_force,
    reader,
    schemes,
    trying,
)

urlpatterns: list[URLPattern] = [
    path("", schemes.schemes, name="setup_schemes"),
    path("scheme/<uuid:version>", reader.scheme, name="setup_scheme"),
    path("scheme/<uuid:version>/document", reader.document, name="setup_document"),
    path("scheme/<uuid:plan>/workbook", downloads.as_workbook, name="setup_workbook"),
    path("scheme/<uuid:plan>/folder", downloads.as_folder, name="setup_folder"),
    path("scheme/<uuid:plan>/form", form_books.take_form, name="setup_take_form"),
    path("scheme/<uuid:plan>/form/<slug:form>", form_books.as_form_workbook, name="setup_form_workbook"),
    path("scheme/<uuid:plan>/draft", drafts.begin_draft, name="setup_begin_draft"),
    path("scheme/<uuid:plan>/change", changing.change, name="setup_change"),
    path("scheme/<uuid:plan>/accept", drafts.accept, name="setup_accept"),
    path("scheme/<uuid:plan>/discard", drafts.discard, name="setup_discard"),
    path("scheme/<uuid:plan>/try", trying.trial, name="setup_try"),
    path("scheme/<uuid:plan>/enact", enacting.enact, name="setup_enact"),
    path("scheme/<uuid:plan>/cancel", enacting.cancel, name="setup_cancel"),
    path("shipped", drafts.shipped, name="setup_shipped"),
    path("upload", drafts.upload, name="setup_upload"),
    path("compare", comparing.compare, name="setup_compare"),
    path("catalogue", in_force.catalogue, name="setup_catalogue"),
    path("calendars", in_force.calendars, name="setup_calendars"),
    path("notices", in_force.notices, name="setup_notices"),
    path("audit", audit.audit, name="setup_audit"),
    path("audit.csv", audit.export, name="setup_audit_export"),
    path("begin", beginning.begin, name="setup_begin"),
]
