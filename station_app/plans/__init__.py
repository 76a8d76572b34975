"""Plan packs and what follows from them: verdict, amount and clause for one case. Pure: no files, no clock."""

from station_app.plans.applicable import Applicable, Why, applicable_plans
from station_app.plans.assessment import Assessment, Clause, Finding, Severity, Verdict
from station_app.plans.case import Case, Grant, read_case
from station_app.plans.engine import Preview, assess, case_of, preview
from station_app.plans.pack import PACK_FILES, bundle, load_plan, unbundle
from station_app.plans.plan import (
    Amount,
    CategoryPlan,
    ChannelLine,
    Choice,
    Contact,
    Form,
    FormCell,
    FormField,
    FormSection,
    Plan,
    PlanBook,
)
from station_app.plans.way_out import Change, WayOut, ways_out

__all__ = [
    "PACK_FILES",
    "Amount",
    "Applicable",
    "Assessment",
    "Case",
    "CategoryPlan",
    "Change",
    "ChannelLine",
    "Choice",
    "Clause",
    "Contact",
    "Finding",
    "Form",
    "FormCell",
    "FormField",
    "FormSection",
    "Grant",
    "Plan",
    "PlanBook",
    "Preview",
    "Severity",
    "Verdict",
    "WayOut",
    "Why",
    "applicable_plans",
    "assess",
    "bundle",
    "case_of",
    "load_plan",
    "preview",
    "read_case",
    "unbundle",
    "ways_out",
]
