"""What a customer answers to the questions that a service asks before it is booked.

asked     [{"question": "Any allergies?", "type": "text", "required": true}]
answered  {"Any allergies?": "Nuts"}
"""

from collections.abc import Mapping, Sequence
from typing import Any

from common.errors import Detail, ValidationFailed

LONGEST_ANSWER = 1_000
MOST_NUMBER = 10**15


def check_answers(questions: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> None:
    """Refuses answers that miss, that do not fit their question, or that nobody asked for; all of them at once."""
    asked = {question["question"]: question for question in questions}
    problems = [
        Detail(f"answers.{text[:100]}", "Nobody asks this here.", "UNKNOWN_FIELD")
        for text in answers
        if text not in asked
    ]
    for text, question in asked.items():
        if answers.get(text) is None:
            if question.get("required", False):
                problems.append(Detail(f"answers.{text}", "Answer this question.", "REQUIRED"))
        elif problem := _problem_of(question, answers[text]):
            problems.append(Detail(f"answers.{text}", problem, "INVALID"))
    if problems:
        raise ValidationFailed(problems[0].message, details=problems)


def _problem_of(question: Mapping[str, Any], answer: Any) -> str:
    kind = question.get("type", "text")
    if kind == "yes_no":
        return "" if isinstance(answer, bool) else "Answer true or false."
    if kind == "number":
        is_number = isinstance(answer, int | float) and not isinstance(answer, bool)
        return "" if is_number and abs(answer) <= MOST_NUMBER else "Answer with a number."
    if kind == "choice":
        return "" if answer in question["options"] else f"Answer with one of {', '.join(question['options'])}."
    if not isinstance(answer, str) or not answer.strip() or len(answer) > LONGEST_ANSWER or "\0" in answer:
        return f"Answer with a text of at most {LONGEST_ANSWER} characters."
    return ""
