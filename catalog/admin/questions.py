"""What a service asks, as rows that people fill in; it is kept as the JSON that the API takes and gives."""

from typing import Any, ClassVar

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from catalog.models.intake import LONGEST_QUESTION, MOST_QUESTIONS

KINDS = (("text", "A text"), ("number", "A number"), ("yes_no", "Yes or no"), ("choice", "One of several"))
NEEDED = (("", "May stay open"), ("yes", "Must be answered"))
NEW_ROW: dict[str, Any] = {"question": "", "type": "text", "required": False}


class QuestionRows(forms.Widget):
    """A row of four fields for each question and one that is empty, which is all that a page without scripts needs.

    Every field of a row is sent, whatever it holds, so that their lists go together however rows come and go.
    """

    _question = UnfoldAdminTextInputWidget(attrs={"maxlength": LONGEST_QUESTION, "aria-label": "Question"})
    _kind = UnfoldAdminSelectWidget(attrs={"aria-label": "Answered by"}, choices=KINDS)
    _needed = UnfoldAdminSelectWidget(attrs={"aria-label": "Has to be answered"}, choices=NEEDED)
    _options = UnfoldAdminTextareaWidget(attrs={"rows": 3, "aria-label": "To choose from, one a line"})

    class Media:
        js: ClassVar = ["almanac/rows.js"]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        asked = value if isinstance(value, list) else []
        page = {
            "name": name,
            "rows": [self._row(name, each) for each in [*asked, NEW_ROW]],
            "new": self._row(name, NEW_ROW),
            "most": MOST_QUESTIONS,
        }
        return render_to_string("admin/question_rows.html", page)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, Any]]:
        columns = (data.getlist(f"{name}-{part}") for part in ("question", "type", "required", "options"))
        return [asked for row in zip(*columns, strict=False) if (asked := _asked(*row)) is not None]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data

    def _row(self, name: str, asked: dict[str, Any]) -> dict[str, SafeString]:
        return {
            "question": self._question.render(f"{name}-question", asked.get("question", "")),
            "kind": self._kind.render(f"{name}-type", asked.get("type", "text")),
            "needed": self._needed.render(f"{name}-required", "yes" if asked.get("required") else ""),
            "options": self._options.render(f"{name}-options", "\n".join(asked.get("options") or [])),
        }


class QuestionsField(forms.Field):
    """The model's own validator looks at what the rows say."""

    widget = QuestionRows

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool([{**NEW_ROW, **each} for each in initial or []] != (data or []))


def _asked(question: str, kind: str, needed: str, options: str) -> dict[str, Any] | None:
    """A row as JSON; None if nothing was written into it."""
    lines = [line.strip() for line in options.splitlines() if line.strip()]
    if not question.strip() and not lines:
        return None
    asked = {"question": question.strip(), "type": kind, "required": needed == "yes"}
    return {**asked, "options": lines} if lines or kind == "choice" else asked
