"""Public pages of needs, pools and calls, and the enterprise's workspace."""

from django.urls import URLPattern, URLResolver, path

from scenarios.views import (
    assistance,
    calls,
    drafting,
    following,
    health,
    home,
    my_needs,
    pools,
    reading_needs,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("how-it-works/", home.how_it_works, name="how_it_works"),
    path("needs/", reading_needs.need_list, name="need_list"),
    path("needs/<uuid:pk>/", reading_needs.need_detail, name="need_detail"),
    path("pools/", pools.pool_list, name="pool_list"),
    path("pools/<uuid:pk>/", pools.pool_detail, name="pool_detail"),
    path("pools/<uuid:pk>/answer/", pools.answer, name="pool_answer"),
    path("pools/<uuid:pk>/leave/<uuid:need_pk>/", pools.leave, name="pool_leave"),
    path("calls/", calls.call_list, name="call_list"),
    path("calls/<uuid:pk>/", calls.call_detail, name="call_detail"),
    path("calls/<uuid:pk>/interest/", calls.declare, name="interest_declare"),
    path("calls/<uuid:pk>/interest/<uuid:organisation_pk>/withdraw/", calls.withdraw, name="interest_withdraw"),
    path("follow/<str:subject_type>/<uuid:pk>/", following.follow_subject, name="follow"),
    path("workspace/following/", following.my_following, name="my_following"),
    path("workspace/pools/", pools.my_pools, name="my_pools"),
    path("workspace/needs/", my_needs.my_needs, name="my_needs"),
    path("workspace/needs/new/", drafting.need_create, name="need_create"),
    path("workspace/needs/autosave/", drafting.autosave, name="need_autosave"),
    path("workspace/needs/precision/", assistance.precision_panel, name="need_precision"),
    path("workspace/needs/like/", assistance.like_needs_panel, name="need_like"),
    path("workspace/needs/<uuid:pk>/edit/", drafting.need_edit, name="need_edit"),
    path("workspace/needs/<uuid:pk>/submit/", my_needs.need_submit, name="need_submit"),
    path("workspace/needs/<uuid:pk>/withdraw/", my_needs.need_withdraw, name="need_withdraw"),
    path("workspace/needs/<uuid:pk>/reopen/", my_needs.need_reopen, name="need_reopen"),
    path("workspace/needs/<uuid:pk>/renew/", my_needs.need_renew, name="need_renew"),
    path("workspace/needs/<uuid:pk>/delete/", my_needs.need_delete, name="need_delete"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("status", health.status, name="status"),
    path("status/retry/<int:pk>/", health.retry, name="delivery_retry"),
    path("metrics", health.metrics, name="metrics"),
]
