"""What a service asks before it is booked: a short list of questions, kept as JSON."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

KINDS = frozenset({"text", "number", "yes_no", "choice"})
MEMBERS = frozenset({"question", "type", "required", "options"})
MOST_QUESTIONS = 20
MOST_OPTIONS = 20
LONGEST_QUESTION = 300
LONGEST_OPTION = 100


def check_intake_questions(questions: Any) -> None:
    """`[{"question": "Any allergies?", "type": "text", "required": true}]`; `choice` also has its `options`."""
    if not isinstance(questions, list):
        raise ValidationError("Expected a list of questions.", code="not_a_list")
    if len(questions) > MOST_QUESTIONS:
        raise ValidationError(f"At most {MOST_QUESTIONS} questions can be asked.", code="max_length")
    for number, question in enumerate(questions, start=1):
        problem = _problem_of(question)
        if problem:
            raise ValidationError(f"Question {number}: {problem}", code="invalid")


def _problem_of(question: Any) -> str:
    if not isinstance(question, Mapping) or set(question) - MEMBERS:
        return "expected an object of question, type, required and options."
    if not _is_text(question.get("question"), LONGEST_QUESTION):
        return f"question must be a text of at most {LONGEST_QUESTION} characters."
    kind = question.get("type", "text")
    if not isinstance(kind, str) or kind not in KINDS:
        return f"type must be one of {', '.join(sorted(KINDS))}."
    if not isinstance(question.get("required", False), bool):
        return "required must be true or false."
    return _problem_of_options(question.get("options"), needed=kind == "choice")


def _problem_of_options(options: Any, *, needed: bool) -> str:
    if not needed:
        return "" if options is None else "only a choice has options."
    if not isinstance(options, list) or not 2 <= len(options) <= MOST_OPTIONS:
        return f"a choice has 2 to {MOST_OPTIONS} options."
    if not all(_is_text(option, LONGEST_OPTION) for option in options):
        return f"options must be texts of at most {LONGEST_OPTION} characters."
    return ""


def _is_text(value: Any, longest: int) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= longest and "\0" not in value
