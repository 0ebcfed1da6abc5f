"""A recurrence rule in a request."""

from typing import Any

from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import empty

from catalog.recurrence import MOST_CHARACTERS, Rule, parse_rule
from common.api.fields import MultilineTextField
from common.errors import ValidationFailed


class RuleField(MultilineTextField):
    """The text of RFC 5545 in, a `Rule` out. Lines may be folded, so a line break alone is no mistake."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "RFC 5545, daily and slower: FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10.")
        super().__init__(max_length=MOST_CHARACTERS, **options)

    def run_validation(self, data: Any = empty) -> Any:
        """Reads the rule when the text has passed: validators of text cannot look at a rule."""
        text = super().run_validation(data)
        try:
            rule: Rule = parse_rule(text)
        except ValidationFailed as refused:
            raise ValidationError([ErrorDetail(each.message, each.code) for each in refused.details]) from refused
        return rule
