"""A round through the staff's pages: who looks at which one, and the parts of those with several."""

from __future__ import annotations

USUAL_PERSON = "chen.jing"
PEOPLE = {  # who looks at a screen, where it is not the supervisor
    "directory": "cheng.yuan",
    "feeds": "cheng.yuan",
    "deadlines": "cheng.yuan",
    "notices": "cheng.yuan",
    "personal_data": "jin.xin",
    "people": "jin.xin",
    "audit": "wei.min",
    "training": "yan.fang",
    "publication": "zhang.lin",
}
VIEWS: dict[str, tuple[str, ...]] = {  # the parts of pages with several
    "complaints": (  # prepared words show their gaps, as in {number}: tests/complaints looks at them
        "view=overdue",
        "view=dispatch",
        "view=decide",
        "view=verify",
        "view=calls",
        "view=closed",
        "view=figures",
        "view=catalogue",
        "view=exchange",
    ),
    "deadlines": ("view=compare", "view=limits", "view=hours", "view=year", "view=import"),
    "evaluations": ("view=mine", "view=third_party", "view=templates"),
    "incentives": ("view=decisions", "view=appeals", "view=rules"),
    "inspections": ("view=coverage", "view=clauses"),
    "participation": (
        "view=figures",
        "view=exclusions",
        "view=suggestions",
        "view=consultations",
        "view=hearings",
        "view=points",
    ),
    "personal_data": ("view=wishes", "view=holds", "view=looks"),
    "programme": ("view=task", "view=change", "view=people"),
    "publication": ("view=calendar", "view=data"),
    "rankings": ("level=department", "level=area", "view=disparities", "view=disparities&unit=provider"),
    "rectifications": ("view=list",),
    "topics": ("view=mass", "view=problems"),
    "training": ("view=course", "view=session", "view=need", "view=talent"),
}
