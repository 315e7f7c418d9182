"""The form for “you said, we did”: what the public said, what was done, in both languages."""

from __future__ import annotations

from dataclasses import fields

import streamlit as st

from pages._ui.choices import words_by_code
from pages._ui.page import Page, reading, saving
from pages._ui.widgets import note
from qs.directory.queries import services
from qs.i18n import gettext as _
from qs.publication import actions
from qs.publication.queries import ReleaseDetail
from qs.publication.terms import STORIES_SHOWN, STORY_LENGTH, Story


def story_form(page: Page, detail: ReleaseDetail) -> None:
    """All stories of a release in one form; a story without any text is left out."""
    with st.expander(_("You said, we did"), icon=":material/forum:"):
        note(_("At most {most}. No names, no places that point to one person.").format(most=STORIES_SHOWN))
        with reading() as session:
            frame = services(session, actor=page.actor)
        names = words_by_code(frame)
        ids = dict(zip(frame["code"], frame["service_id"], strict=True))
        codes = {service_id: code for code, service_id in ids.items()}
        words = story_words()
        filled: list[Story] = []
        with st.form(f"stories_{detail.release_id}", border=False):
            for place in range(min(len(detail.stories) + 1, STORIES_SHOWN)):
                before = detail.stories[place] if place < len(detail.stories) else None
                key = f"story_{detail.release_id}_{place}"
                options = list(names)
                kept = codes.get(before.service_id) if before and before.service_id is not None else None
                code = st.selectbox(
                    _("Service"),
                    options,
                    index=options.index(kept) if kept in options else None,
                    format_func=lambda option: names.get(option, option),
                    key=f"{key}_service",
                )
                left, right = st.columns(2)
                texts = {
                    name: (right if name.endswith("_en") else left).text_area(
                        words[name],
                        value=getattr(before, name) if before else "",
                        max_chars=STORY_LENGTH,
                        height=68,
                        key=f"{key}_{name}",
                    )
                    for name in (field.name for field in fields(Story) if field.name != "service_id")
                }
                if any(text.strip() for text in texts.values()):
                    filled.append(Story(int(ids[code]) if code else None, **texts))
            sent = st.form_submit_button(_("Save and build anew"), key="save_stories")
        if sent:
            with saving(page, done=_("Saved; the report was built anew.")) as session:
                actions.write_stories(
                    session, detail.release_id, filled, version=detail.version, actor=page.actor, now=page.now
                )


def story_words() -> dict[str, str]:
    return {
        "said": _("You said (Chinese)"),
        "said_en": _("You said (English)"),
        "did": _("We did (Chinese)"),
        "did_en": _("We did (English)"),
        "result": _("Result (Chinese)"),
        "result_en": _("Result (English)"),
    }
