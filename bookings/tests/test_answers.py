"""Questions that a service asks, and what may be answered."""

from typing import Any

import pytest

from bookings.answers import check_answers
from common.errors import ValidationFailed

QUESTIONS: list[dict[str, Any]] = [
    {"question": "Any allergies?", "type": "text", "required": True},
    {"question": "How old are you?", "type": "number"},
    {"question": "First time?", "type": "yes_no"},
    {"question": "Tea or coffee?", "type": "choice", "options": ["Tea", "Coffee"]},
]
GOOD = {"Any allergies?": "Nuts", "How old are you?": 41.5, "First time?": False, "Tea or coffee?": "Tea"}


@pytest.mark.parametrize("answers", [GOOD, {"Any allergies?": "None"}, {**GOOD, "First time?": None}])
def test_good_answers_pass(answers: dict[str, Any]) -> None:
    check_answers(QUESTIONS, answers)


@pytest.mark.parametrize(
    ("answers", "problems"),
    [
        ({}, {"answers.Any allergies?": "REQUIRED"}),
        ({"Any allergies?": None}, {"answers.Any allergies?": "REQUIRED"}),
        ({"Any allergies?": "  "}, {"answers.Any allergies?": "INVALID"}),
        ({"Any allergies?": "x" * 1001}, {"answers.Any allergies?": "INVALID"}),
        ({"Any allergies?": ["Nuts"]}, {"answers.Any allergies?": "INVALID"}),
        ({**GOOD, "How old are you?": True}, {"answers.How old are you?": "INVALID"}),
        ({**GOOD, "How old are you?": "41"}, {"answers.How old are you?": "INVALID"}),
        ({**GOOD, "How old are you?": 1e16}, {"answers.How old are you?": "INVALID"}),
        ({**GOOD, "First time?": "yes"}, {"answers.First time?": "INVALID"}),
        ({**GOOD, "Tea or coffee?": "Milk"}, {"answers.Tea or coffee?": "INVALID"}),
        ({**GOOD, "Tea or coffee?": {"a": 1}}, {"answers.Tea or coffee?": "INVALID"}),
        (
            {"Any allergies?": "Nuts", "Shoe size?": 44, "First time?": 1},
            {"answers.Shoe size?": "UNKNOWN_FIELD", "answers.First time?": "INVALID"},
        ),
    ],
)
def test_every_bad_answer_is_named(answers: dict[str, Any], problems: dict[str, str]) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        check_answers(QUESTIONS, answers)

    assert {detail.field: detail.code for detail in refusal.value.details} == problems
