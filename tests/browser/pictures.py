"""The pictures of the guides: which page of whom each shows, and where it lies. `make screenshots` makes them anew."""

from base64 import b64decode
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.stops import Stop

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "guide" / "images"
LANGUAGES = {"en": "en", "zh": "zh-hans"}
WIDTH, HEIGHT = 1200, 780
QUALITY = 62
PICTURES = {
    "enterprise-workspace": Stop("member", "workspace"),
    "enterprise-need-form": Stop("owner", "need_edit", ("vague",)),
    "enterprise-pool": Stop("member", "pool_detail", ("called_pool",)),
    "enterprise-project": Stop("enterprise", "engagement_detail", ("busy",)),
    "supplier-workspace": Stop("vendor", "workspace"),
    "supplier-suggestions": Stop("vendor", "my_suggestions"),
    "supplier-response": Stop("supplier", "response_edit", ("draft_response",)),
    "moderator-queue": Stop("moderator", "moderation_queue"),
    "moderator-need": Stop("moderator", "moderate_need", ("waiting",)),
    "manager-proposal": Stop("manager", "merge_proposal", ("proposal",)),
    "manager-pool": Stop("manager", "staff_pool", ("pool",)),
    "manager-dashboard": Stop("manager", "staff_dashboard"),
    "publisher-queue": Stop("publisher", "publication_queue"),
    "publisher-call": Stop("publisher", "staff_call", ("call",)),
    "reviewer-scores": Stop("chair", "review_response", ("selected", "number")),
    "supervisor-clearance": Stop("supervisor", "supervise_need", ("risky",)),
    "supervisor-sandbox": Stop("supervisor", "sandbox_detail", ("sandboxed",)),
    "auditor-events": Stop("auditor", "event_log"),
}


def photograph(page: Page, name: str, language: str) -> None:
    """Write what the window shows as a small WebP."""
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    FOLDER.mkdir(parents=True, exist_ok=True)
    chromium = page.context.new_cdp_session(page)
    picture = chromium.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    (FOLDER / f"{name}.{language}.webp").write_bytes(b64decode(picture["data"]))
