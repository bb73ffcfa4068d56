"""Staff pages of capabilities, organisations and imports."""

from django.urls import URLPattern, URLResolver, path

from marketplace.views import capability_moderation, imports, opening, organisation_queue, rankings, synonyms

urlpatterns: list[URLPattern | URLResolver] = [
    path("moderation/capabilities/", capability_moderation.capability_queue, name="capability_queue"),
    path("moderation/capabilities/<uuid:pk>/", capability_moderation.moderate_capability, name="moderate_capability"),
    path("publication/capabilities/", capability_moderation.capability_publication, name="capability_publication"),
    path(
        "publication/capabilities/<uuid:pk>/publish/",
        capability_moderation.capability_publish,
        name="capability_publish",
    ),
    path("calls/<uuid:pk>/opening/", opening.call_opening, name="call_opening"),
    path("calls/<uuid:pk>/opening/seats/", opening.name_seats, name="call_seats"),
    path("calls/<uuid:pk>/opening/code/", opening.opener_code, name="opener_code"),
    path("calls/<uuid:pk>/opening/open/", opening.open_responses, name="open_responses"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<uuid:pk>/", imports.import_job, name="import_job"),
    path("imports/<uuid:pk>/start/", imports.import_start, name="import_start"),
    path("imports/<uuid:pk>/discard/", imports.import_discard, name="import_discard"),
    path("imports/<uuid:pk>/report.csv", imports.import_report, name="import_report"),
    path("imports/<str:kind>.xlsx", imports.import_template, name="import_template"),
    path("ranking/", rankings.rankings, name="rankings"),
    path("ranking/train/", rankings.ranking_train, name="ranking_train"),
    path("ranking/<uuid:pk>/activate/", rankings.ranking_activate, name="ranking_activate"),
    path("ranking/<uuid:pk>/retire/", rankings.ranking_retire, name="ranking_retire"),
    path("synonyms/", synonyms.synonyms, name="synonyms"),
    path("synonyms/new/", synonyms.synonym_add, name="synonym_add"),
    path("synonyms/import/", synonyms.synonyms_import, name="synonyms_import"),
    path("synonyms/export.csv", synonyms.synonyms_export, name="synonyms_export"),
    path("synonyms/retired/", synonyms.synonyms_retired, name="synonyms_retired"),
    path("synonyms/proposed/", synonyms.synonyms_proposed, name="synonyms_proposed"),
    path("synonyms/proposed/<uuid:pk>/accept/", synonyms.synonyms_accept, name="synonyms_accept"),
    path("synonyms/proposed/<uuid:pk>/dismiss/", synonyms.synonyms_dismiss, name="synonyms_dismiss"),
    path("synonyms/<uuid:pk>/", synonyms.synonym_edit, name="synonym_edit"),
    path("synonyms/<uuid:pk>/retire/", synonyms.synonym_retire, name="synonym_retire"),
    path("synonyms/<uuid:pk>/reinstate/", synonyms.synonym_reinstate, name="synonym_reinstate"),
    path("organisations/", organisation_queue.organisation_queue, name="organisation_queue"),
    path("organisations/<uuid:pk>/decide/", organisation_queue.organisation_decide, name="organisation_decide"),
]
