"""Addresses of the portal, within the namespace `web`."""

from django.urls import URLPattern, path

from gezhi.web.portal import followed, grids, home, report, results, services, track

urlpatterns: list[URLPattern] = [
    path("", home.page, name="portal_home"),
    path("report", report.begin, name="portal_report"),
    path("report/<str:key>/what", report.what, name="portal_what"),
    path("report/<str:key>/where", report.where, name="portal_where"),
    path("report/<str:key>/look", report.look, name="portal_look"),
    path("report/<str:key>/similar", report.like_it, name="portal_similar"),
    path("report/<str:key>/contact", report.contact, name="portal_contact"),
    path("report/<str:key>/receipt", report.receipt, name="portal_receipt"),
    path("track", track.find, name="portal_track"),
    path("t/<str:number>/<str:secret>", track.open_by_link, name="portal_open"),
    path("matter/<str:number>", track.page, name="portal_case"),
    path("matter/<str:number>/do/<slug:action>", track.act, name="portal_act"),
    path("matter/<str:number>/add", track.add, name="portal_add"),
    path("matter/<str:number>/slip", track.slip, name="portal_slip"),
    path("matter/<str:number>/photo/<uuid:file>", track.photo, name="portal_photo"),
    path("followed/<str:number>", followed.page, name="portal_followed"),
    path("followed/<str:number>/stop", followed.stop, name="portal_unfollow"),
    path("grid", grids.choose, name="portal_my_grid"),
    path("grid/<str:code>", grids.board, name="portal_grid"),
    path("grid/<str:code>/card", grids.card, name="portal_card"),
    path("results", results.page, name="portal_results"),
    path("results/photo/<uuid:file>", results.photo, name="portal_result_photo"),
    path("services", services.guide, name="portal_services"),
    path("services/<str:scheme>/<str:item>", services.one, name="portal_service"),
]
