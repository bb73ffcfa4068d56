"""Pages of capabilities, organisations, suggestions and notifications, and everybody's workspace."""

from django.urls import URLPattern, URLResolver, path

from marketplace.views import (
    account,
    capabilities,
    capability_drafts,
    invitations,
    my_organisation,
    notifications,
    organisations,
    suggestions,
    workspace,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("capabilities/", capabilities.capability_list, name="capability_list"),
    path("capabilities/<uuid:pk>/", capabilities.capability_detail, name="capability_detail"),
    path("organisations/<uuid:pk>/", organisations.organisation_detail, name="organisation_detail"),
    path("needs/<uuid:pk>/suggestions/", suggestions.need_suggestions, name="need_suggestions"),
    path("pools/<uuid:pk>/suggestions/", suggestions.pool_suggestions, name="pool_suggestions"),
    path("calls/<uuid:pk>/suggestions/", suggestions.call_suggestions, name="call_suggestions"),
    path("suggestions/<uuid:pk>/<str:move>/", suggestions.suggestion_judge, name="suggestion_judge"),
    path("workspace/", workspace.workspace, name="workspace"),
    path("workspace/capabilities/", capability_drafts.my_capabilities, name="my_capabilities"),
    path("workspace/capabilities/new/", capability_drafts.capability_create, name="capability_create"),
    path("workspace/capabilities/<uuid:pk>/edit/", capability_drafts.capability_edit, name="capability_edit"),
    path("workspace/capabilities/<uuid:pk>/<str:move>/", capability_drafts.capability_move, name="capability_move"),
    path("workspace/suggestions/", suggestions.my_suggestions, name="my_suggestions"),
    path("workspace/invitations/<uuid:pk>/<str:answer>/", invitations.invitation_answer, name="invitation_answer"),
    path("workspace/notifications/", notifications.notification_list, name="notification_list"),
    path("workspace/notifications/read/", notifications.notifications_read, name="notifications_read"),
    path("workspace/notifications/mail/", notifications.notifications_mail, name="notifications_mail"),
    path("workspace/notifications/<int:pk>/", notifications.notification_open, name="notification_open"),
    path("workspace/organisation/", my_organisation.my_organisation, name="my_organisation"),
    path("workspace/organisation/new/", my_organisation.organisation_register, name="organisation_register"),
    path("workspace/organisation/<uuid:pk>/", my_organisation.my_organisation, name="my_organisation_one"),
    path("workspace/organisation/<uuid:pk>/save/", my_organisation.organisation_save, name="organisation_save"),
    path("workspace/organisation/<uuid:pk>/members/", my_organisation.member_invite, name="member_invite"),
    path(
        "workspace/organisation/<uuid:pk>/members/<int:account_id>/role/",
        my_organisation.member_role,
        name="member_role",
    ),
    path(
        "workspace/organisation/<uuid:pk>/invitations/<uuid:invitation>/withdraw/",
        my_organisation.invitation_withdraw,
        name="invitation_withdraw",
    ),
    path(
        "workspace/organisation/<uuid:pk>/members/<int:account_id>/remove/",
        my_organisation.member_remove,
        name="member_remove",
    ),
    path("workspace/settings/", account.account_settings, name="account_settings"),
    path("workspace/settings/tokens/", account.token_create, name="token_create"),
    path("workspace/settings/tokens/<str:token_key>/revoke/", account.token_revoke, name="token_revoke"),
]
