"""Addresses of this surface, within the namespace `web`."""

from django.urls import URLPattern, path

from gezhi.web.desk import beside, bulk, case, inbox, intake, lists, moving, queue, views

urlpatterns: list[URLPattern] = [
    path("", queue.page, name="desk_queue"),
    path("cases", lists.every, name="desk_cases"),
    path("supervised", lists.supervised, name="desk_supervised"),
    path("triage", lists.triage, name="desk_triage"),
    path("proposals", lists.proposals, name="desk_proposals"),
    path("bulk", bulk.page, name="desk_bulk"),
    path("bulk/<uuid:run>", bulk.run, name="desk_bulk_run"),
    path("bulk/<uuid:run>/result.csv", bulk.result, name="desk_bulk_result"),
    path("views", views.page, name="desk_views"),
    path("views/save", views.save, name="desk_view_save"),
    path("views/counts", views.counts, name="desk_counts"),
    path("views/<uuid:view>", views.change, name="desk_view_change"),
    path("inbox", inbox.page, name="desk_inbox"),
    path("intake", intake.page, name="desk_intake"),
    path("intake/<str:number>", intake.receipt, name="desk_receipt"),
    path("case/<str:number>", case.page, name="desk_case"),
    path("case/<str:number>/aside", case.aside, name="desk_aside"),
    path("case/<str:number>/act", case.act, name="desk_act"),
    path("case/<str:number>/note", beside.note, name="desk_note"),
    path("case/<str:number>/contact", beside.contact, name="desk_contact"),
    path("case/<str:number>/supervise", beside.supervise, name="desk_supervise"),
    path("case/<str:number>/release", beside.release, name="desk_release"),
    path("case/<str:number>/proposal/<uuid:proposal>/decide", beside.decide, name="desk_decide"),
    path("case/<str:number>/proposal/<uuid:proposal>/withdraw", beside.withdraw, name="desk_withdraw"),
    path("case/<str:number>/file/<uuid:file>", case.file, name="desk_file"),
    path("case/<str:number>/file/<uuid:file>/withdraw", beside.withdraw_file, name="desk_withdraw_file"),
    path("case/<str:number>/place", moving.place, name="desk_place"),
    path("case/<str:number>/item", moving.item, name="desk_item"),
    path("case/<str:number>/merge", moving.merge, name="desk_merge"),
    path("case/<str:number>/unmerge", beside.unmerge, name="desk_unmerge"),
]
