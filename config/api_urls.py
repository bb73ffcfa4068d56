"""The REST API: the same actions as the pages."""

from django.urls import URLPattern, URLResolver, path, re_path
from rest_framework.routers import SimpleRouter

from config.api_docs import ApiDocs, ApiSchema
from marketplace.api.call_responses import CallResponses
from marketplace.api.capabilities import CapabilityEndpoint
from marketplace.api.deadlines import Deadlines
from marketplace.api.engagement_notes import EngagementNotes
from marketplace.api.engagement_steps import (
    CostEndpoint,
    DecisionEndpoint,
    ElementEndpoint,
    GateEndpoint,
    RolloutEndpoint,
    TrialEndpoint,
)
from marketplace.api.engagements import EngagementEndpoint, LessonEndpoint
from marketplace.api.figures import FigureData, FigureFile, FigureList
from marketplace.api.members import InvitationEndpoint, OrganisationInvitations, OrganisationMembers
from marketplace.api.notifications import NotificationEndpoint
from marketplace.api.open_data import OpenData, OpenDataFile, OpenDataRows
from marketplace.api.openings import OpeningEndpoint
from marketplace.api.organisations import OrganisationEndpoint
from marketplace.api.rankings import RankingEndpoint
from marketplace.api.record import RecordEndpoint
from marketplace.api.reference import Reference, References
from marketplace.api.responses import ResponseEndpoint
from marketplace.api.review_files import ReviewFile, ReviewFiles
from marketplace.api.sandboxes import SandboxEndpoint
from marketplace.api.searches import SearchEndpoint
from marketplace.api.selections import SelectionEndpoint
from marketplace.api.sign_in import Login, Logout, LogoutAll
from marketplace.api.stop_words import StopWordEndpoint
from marketplace.api.suggestions import SuggestionEndpoint
from marketplace.api.synonyms import ConceptEndpoint, SynonymProposalEndpoint
from scenarios.api.batches import BatchEndpoint
from scenarios.api.calls import CallEndpoint
from scenarios.api.demands import DemandEndpoint
from scenarios.api.events import DeliveryRetry, EventEndpoint, Status
from scenarios.api.follows import FollowEndpoint, Unfollow
from scenarios.api.kinds import ProblemKind
from scenarios.api.needs import NeedEndpoint
from scenarios.api.problems import NoSuchAddress
from scenarios.api.proposals import ProposalEndpoint
from scenarios.api.risk import RiskRules
from scenarios.api.runs import RunEndpoint

router = SimpleRouter(use_regex_path=False)
router.register("needs", NeedEndpoint, basename="api-need")
router.register("proposals", ProposalEndpoint, basename="api-proposal")
router.register("batches", BatchEndpoint, basename="api-batch")
router.register("demands", DemandEndpoint, basename="api-demand")
router.register("calls", CallEndpoint, basename="api-call")
router.register("capabilities", CapabilityEndpoint, basename="api-capability")
router.register("organisations", OrganisationEndpoint, basename="api-organisation")
router.register("suggestions", SuggestionEndpoint, basename="api-suggestion")
router.register("rankings", RankingEndpoint, basename="api-ranking")
router.register("concepts", ConceptEndpoint, basename="api-concept")
router.register("stop-words", StopWordEndpoint, basename="api-stop-word")
router.register("synonym-proposals", SynonymProposalEndpoint, basename="api-synonym-proposal")
router.register("responses", ResponseEndpoint, basename="api-response")
router.register("engagements", EngagementEndpoint, basename="api-engagement")
router.register("gates", GateEndpoint, basename="api-gate")
router.register("gate-costs", CostEndpoint, basename="api-gate-cost")
router.register("gate-trials", TrialEndpoint, basename="api-gate-trial")
router.register("gate-decisions", DecisionEndpoint, basename="api-gate-decision")
router.register("elements", ElementEndpoint, basename="api-element")
router.register("rollouts", RolloutEndpoint, basename="api-rollout")
router.register("lessons", LessonEndpoint, basename="api-lesson")
router.register("selections", SelectionEndpoint, basename="api-selection")
router.register("notifications", NotificationEndpoint, basename="api-notification")
router.register("follows", FollowEndpoint, basename="api-follow")
router.register("searches", SearchEndpoint, basename="api-search")
router.register("runs", RunEndpoint, basename="api-run")
router.register("events", EventEndpoint, basename="api-event")

members = "organisations/<uuid:organisation>/members/"
invitations = "organisations/<uuid:organisation>/invitations/"
member_urls: list[URLPattern | URLResolver] = [
    path(members, OrganisationMembers.as_view({"get": "list"}), name="api-members"),
    path(
        f"{members}<int:account>/",
        OrganisationMembers.as_view({"patch": "partial_update", "delete": "destroy"}),
        name="api-member",
    ),
    path(
        invitations, OrganisationInvitations.as_view({"get": "list", "post": "create"}), name="api-member-invitations"
    ),
    path(
        f"{invitations}<uuid:pk>/", OrganisationInvitations.as_view({"delete": "destroy"}), name="api-member-invitation"
    ),
    path("invitations/", InvitationEndpoint.as_view({"get": "list"}), name="api-invitations"),
    path("invitations/<uuid:pk>/accept/", InvitationEndpoint.as_view({"post": "accept"}), name="api-invitation-accept"),
    path(
        "invitations/<uuid:pk>/decline/", InvitationEndpoint.as_view({"post": "decline"}), name="api-invitation-decline"
    ),
]

project = "engagements/<uuid:pk>/"
sandbox_urls: list[URLPattern | URLResolver] = [
    path(f"{project}sandbox/", SandboxEndpoint.as_view({"get": "retrieve", "put": "set_up"}), name="api-sandbox"),
    path(f"{project}sandbox/end/", SandboxEndpoint.as_view({"post": "end"}), name="api-sandbox-end"),
    path(f"{project}sandbox/report/", SandboxEndpoint.as_view({"post": "report"}), name="api-sandbox-report"),
    path("incidents/<uuid:pk>/close/", SandboxEndpoint.as_view({"post": "close"}), name="api-incident-close"),
]

note_urls: list[URLPattern | URLResolver] = [
    path(f"{project}notes/", EngagementNotes.as_view({"get": "list", "post": "create"}), name="api-engagement-notes"),
]

opening = "calls/<uuid:pk>/opening/"
opening_urls: list[URLPattern | URLResolver] = [
    path("openings/", OpeningEndpoint.as_view({"get": "places"}), name="api-openings"),
    path(opening, OpeningEndpoint.as_view({"get": "retrieve"}), name="api-opening"),
    path(f"{opening}officials/", OpeningEndpoint.as_view({"get": "officials"}), name="api-opening-officials"),
    path(f"{opening}panel/", OpeningEndpoint.as_view({"put": "panel"}), name="api-opening-panel"),
    path(f"{opening}openers/", OpeningEndpoint.as_view({"put": "openers"}), name="api-opening-openers"),
    path(f"{opening}code/", OpeningEndpoint.as_view({"post": "code"}), name="api-opening-code"),
    path(f"{opening}open/", OpeningEndpoint.as_view({"post": "give_code"}), name="api-opening-open"),
]

review_files = "selections/<uuid:pk>/responses/<int:number>/files/"
own_urls: list[URLPattern | URLResolver] = [
    path("record/", RecordEndpoint.as_view({"get": "retrieve"}), name="api-record"),
    path("record/responses/", RecordEndpoint.as_view({"get": "responses"}), name="api-record-responses"),
    path(review_files, ReviewFiles.as_view(), name="api-review-files"),
    path(f"{review_files}<int:place>/", ReviewFile.as_view(), name="api-review-file"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *router.urls,
    *member_urls,
    *sandbox_urls,
    *note_urls,
    *opening_urls,
    *own_urls,
    path("follows/<slug:subject_type>/<uuid:subject_id>/", Unfollow.as_view(), name="api-unfollow"),
    path("auth/login/", Login.as_view(), name="api-login"),
    path("auth/logout/", Logout.as_view(), name="api-logout"),
    path("auth/logoutall/", LogoutAll.as_view(), name="api-logoutall"),
    path("reference/", References.as_view(), name="api-references"),
    path("reference/<slug:name>/", Reference.as_view(), name="api-reference"),
    path("risk-rules/", RiskRules.as_view(), name="api-risk-rules"),
    path("problems/<slug:kind>/", ProblemKind.as_view(), name="api-problem"),
    path("deliveries/<int:pk>/retry/", DeliveryRetry.as_view(), name="api-delivery-retry"),
    path("calls/<uuid:pk>/responses/", CallResponses.as_view(), name="api-call-responses"),
    path("deadlines/", Deadlines.as_view(), name="api-deadlines"),
    path("figures/", FigureList.as_view(), name="api-figures"),
    path("figures/<slug:name>/", FigureData.as_view(), name="api-figure"),
    path("figures/<slug:name>.csv", FigureFile.as_view(), name="api-figure-file"),
    path("open-data/", OpenData.as_view(), name="api-open-data"),
    path("open-data/<slug:name>/", OpenDataRows.as_view(), name="api-open-data-rows"),
    path("open-data/<slug:name>.csv", OpenDataFile.as_view(), name="api-open-data-file"),
    path("status/", Status.as_view(), name="api-status"),
    path("schema/", ApiSchema.as_view(), name="api-schema"),
    path("docs/", ApiDocs.as_view(), name="api-docs"),
    re_path("", NoSuchAddress.as_view(), name="api-nothing"),
]
