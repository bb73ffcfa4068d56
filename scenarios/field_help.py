"""What stands below the fields of the forms of needs and calls: examples, and what the words of policy mean."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

NEED_HELP: Mapping[str, Any] = {
    "owner": _("The organisation whose need it is."),
    "domain": _("Where it is used, not by which technology: readers and suppliers narrow the list by it."),
    "track": _("Only where it belongs to one; leave it empty otherwise."),
    "quantity": _(
        "How many of them: “4”, with the unit “lines” beside it. Suppliers begin from a minimum scale of these."
    ),
    "quantity_unit": _("What you count in. Like needs are summed up within one unit only."),
    "district": _("Where it will run. Suppliers who do not serve the district are told so."),
    "start_by": _("The earliest day on which a supplier may begin on your site."),
    "finish_by": _("The day by which it must have passed its test."),
    "value_amount": _("What it saves or earns in a year: “80” for 800,000 yuan. Verified organisations read it."),
    "value_basis": _("How you come to that figure: “40 returned parts a month at 600 yuan, and two inspectors less”."),
    "budget_min": _("Only you and the city's staff read the budget."),
    "budget_max": _("The most that you would spend: “120” for 1.2 million yuan."),
    "funding": _(
        "“Grant first, equity later”: the city pays a grant first; once what was agreed is reached, such as a "
        "financing round or a turnover, it becomes a share in the supplier's company, which the city sells again "
        "later."
    ),
    "cooperation": _(
        "“Try before buying”: you try it on your own site, at little or no charge, and buy only if it meets your "
        "indicators."
    ),
    "adoption": _(
        "What follows once the indicators are met. “Budget is planned”: the money stands in your budget. "
        "“Exploring only” promises nothing, and suppliers see that."
    ),
    "data_state": _(
        "Whether there is data to learn and to test from: pictures, logs, records, with what is right marked in them."
    ),
    "data_class": _(
        "“Important data” is what could endanger national security, the economy, social stability, or public "
        "health and safety if it were altered, leaked or misused (Data Security Law, art. 21); your industry's "
        "catalogue lists it. Names and faces are personal information; health, biometrics, location and whatever "
        "concerns children under 14 are sensitive."
    ),
    "deploy": _("Where the software may run. “At the edge”: on a device beside the machine, without a server room."),
    "ethics_number": _("Only where an ethics committee has reviewed it. Tier R4 is not published without it."),
    "merge_pref": _(
        "Whether your need may be proposed for a pool. Either way nobody is merged without their consent; “Do not"
        " merge” is never proposed. Merged needs keep their own code and text."
    ),
    "visibility": _(
        "“Public”: everyone. “Verified organisations”: their members only. “Parties only”: owners in the same "
        "pool. “Government staff only”: nobody else. Only the first two are matched with suppliers and with like "
        "needs."
    ),
    "contact": _(
        "Whom to call: “Equipment department, 0510-…”. Stored encrypted; suppliers and the public never read it here."
    ),
}
INDICATOR_HELP: Mapping[str, Any] = {
    "metric": _("What is counted: “Missed faults”, “Cycle time”."),
    "unit": _("Choose one or type another: “%”, “s per part”, “mm”."),
    "comparator": _("“≤” where less is better, “≥” where more is."),
    "baseline": _("Today's figure; without it nobody can tell what was gained."),
    "target": _("The figure at which you would accept it."),
    "target_max": _("Only for “within”."),
    "test_method": _(
        "Who measures what, how often: “Five shifts in a row; every part that passed is checked again by hand”."
    ),
    "weight": _("Per cent, where some count more."),
    "essential": _("A project is accepted only when every essential indicator is met."),
}
CALL_HELP: Mapping[str, Any] = {
    "kind": _(
        "“Request for interest” and “Opportunity published” take declared interest only. The others take sealed "
        "responses: “Open bounty” is for whoever solves it best, in a “Race of several teams” some work on the "
        "same task until a gate, “Cooperative innovation procurement” shares the risk of what cannot be bought "
        "yet."
    ),
    "title_zh": _("What is to be done, to what, for how much: “In-line inspection of casting surfaces, 20 lines”."),
    "title_en": _("For readers abroad."),
    "summary": _(
        "What a supplier must know to decide whether to answer: site, data, what is included and what is not. No "
        "owner's name in an anonymous pool."
    ),
    "consortium_allowed": _("Several organisations may respond together under one lead."),
    "budget_cap": _("A response above it is not accepted: “300” for 3 million yuan. Empty: no cap."),
    "question_deadline": _("Leave time for the answers: some days before the close."),
    "closes_at": _("To the second, by the database clock. Nobody reads a response before."),
    "publicity_days": _("At least 5."),
    "winners": _("In a race at least two."),
}
CRITERION_HELP: Mapping[str, Any] = {
    "name": _("“Technical approach”, “Price”, “Similar projects”. Never the origin or size of an organisation."),
    "weight": _("Its part of the total of 100."),
    "minimum": _("Whoever stays below is out, however good the rest. Empty: none."),
}
CLAUSE_HELP: Mapping[str, Any] = {
    "name": _("Short: “Licence for medical devices”."),
    "text": _("What proves it: “Registration certificate of class II for the software, valid at the close”."),
}


def help_out(fields: Mapping[str, forms.Field], texts: Mapping[str, Any]) -> None:
    """Set the help of each of these fields that a form has."""
    for name, text in texts.items():
        if name in fields:
            fields[name].help_text = text
