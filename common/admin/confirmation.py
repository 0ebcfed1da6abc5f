"""Actions that touch money or people ask first: what will happen, to whom, and why."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import helpers
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.widgets import UnfoldAdminTextareaWidget

from common.errors import DomainError

# A page of people one can still read through; more than that is a mistake or a job for a command.
MOST_ROWS = 500


class ReasonForm(forms.Form):
    reason = forms.CharField(
        min_length=3,
        max_length=500,
        help_text="Kept in the audit log.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "autofocus": ""}),
    )


class ConfirmedActions:
    """Gives a model admin `confirm`, to be called first thing in an action."""

    admin_site: Any
    model: Any

    def described(self, row: Any) -> str:
        """How the page names a row, so that one sees whether it is the right one."""
        return str(row)

    def confirm(
        self,
        request: HttpRequest,
        queryset: models.QuerySet[Any],
        *,
        action: str,
        question: str,
        run: Callable[[Any, str], Any],
        is_dangerous: bool = False,
    ) -> HttpResponse | None:
        """Shows the question and the rows; once a reason was given, calls `run(row, reason)` for each row.

        A row that a domain error refuses is reported and does not stop the others. The button is red where it
        `is_dangerous`: somebody is shut out, money leaves, or what is lost does not come back.
        """
        count = queryset.count()
        if count > MOST_ROWS:
            messages.error(request, f"{count} rows are too many for one go; at most {MOST_ROWS}.")
            return None
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if form.is_valid():
            _run_each(request, queryset, form.cleaned_data["reason"], run)
            return None
        page = {
            **self.admin_site.each_context(request),
            "title": question,
            "opts": self.model._meta,
            "form": form,
            "rows": [(row, self.described(row)) for row in queryset],
            "is_dangerous": is_dangerous,
            "action": action,
            "action_checkbox_name": helpers.ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/confirm_action.html", page)


def _run_each(
    request: HttpRequest, queryset: models.QuerySet[Any], reason: str, run: Callable[[Any, str], Any]
) -> None:
    done, refusals = 0, []
    for row in queryset:
        try:
            run(row, reason)
        except DomainError as refusal:
            refusals.append(f"{row}: {refusal.message}")
        else:
            done += 1
    if done:
        messages.success(request, f"Done for {done}.")
    for line in refusals[:20]:
        messages.error(request, line)
    if len(refusals) > 20:
        messages.error(request, f"… and {len(refusals) - 20} more were refused.")
