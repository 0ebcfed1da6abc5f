"""The books, to look at: journals with their postings, accounts with their balances, and the trial balance."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AllValuesCheckboxFilter

from accounts.admin.actors import actor_of
from common import audit
from common.admin.base import ReadOnlyModelAdmin
from common.admin.decorators import action, display
from common.admin.filters import DaysFilter
from common.exports import stream_csv
from common.money import Money
from payments.admin.export import POSTING_COLUMNS, currency_of
from payments.admin.looking_up import journals_meant
from payments.admin.panels import MOST_SHOWN, link_to, postings_panel, priced, shown_side
from payments.admin.trial_balance import trial_balance_page
from payments.models import Journal, LedgerAccount, Posting

EXPORT = "payments.export_ledgeraccount"


@admin.register(Journal)
class JournalAdmin(ReadOnlyModelAdmin):
    list_display = ("created_at", "kind", "key", "paid_for", "note")
    list_select_related: ClassVar[Any] = ()
    list_filter = (("created_at", DaysFilter),)
    # Says that there is a search; `get_search_results` does it.
    search_fields = ("key",)
    search_help_text = "The beginning of a key, such as refund:, or the id of what it is about"
    date_hierarchy = "created_at"
    ordering = ("-id",)
    actions = ("export_csv",)
    fields = ("key", "kind", "paid_for", "reverses_link", "note", "created_at")
    readonly_fields = ("paid_for", "reverses_link")
    change_form_outer_after_template = "admin/booking_panels.html"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Journal]:
        found: models.QuerySet[Journal] = super().get_queryset(request)
        match = request.resolver_match
        is_page = match is not None and match.url_name == "payments_journal_change"
        return found.select_related("reverses") if is_page else found

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        return journals_meant(queryset, search_term), False

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(EXPORT))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        journal = self.get_object(request, object_id)
        shown: dict[str, Any] = {**(extra_context or {})}
        if journal is not None:
            postings = journal.postings.select_related("journal", "account").order_by("pk")
            shown["panels"] = [postings_panel("Postings", postings)]
        response: HttpResponse = super().change_view(request, object_id, form_url, shown)
        return response

    @display(description="About")
    def paid_for(self, journal: Journal) -> str:
        return f"{journal.payable_type} {journal.payable_id}" if journal.payable_id else "–"

    @display(description="Reverses")
    def reverses_link(self, journal: Journal) -> str | SafeString:
        return link_to("journal", journal.reverses_id, journal.reverses) if journal.reverses else "–"

    @action(description="Export CSV", permissions=["export"])
    def export_csv(self, request: HttpRequest, queryset: models.QuerySet[Journal]) -> HttpResponse:
        audit.record("exported", Journal, actor=actor_of(request), data={"filters": request.GET.dict()})
        postings = Posting.objects.filter(journal__in=queryset.order_by()).select_related("journal", "account")
        rows = postings.order_by("journal", "pk").iterator(chunk_size=2_000)
        return stream_csv("ledger.csv", POSTING_COLUMNS, rows, totals_per=currency_of)  # type: ignore[return-value]  # a streaming response is one too


@admin.register(LedgerAccount)
class LedgerAccountAdmin(ReadOnlyModelAdmin):
    list_display = ("code", "currency", "debit", "credit", "created_at")
    list_select_related: ClassVar[Any] = ()
    list_filter = (("currency", AllValuesCheckboxFilter),)
    search_fields = ("code__istartswith",)
    search_help_text = "The beginning of an account's code"
    ordering = ("code", "currency")
    fields = (("code", "currency"), ("debit", "credit"), "ceiling", "created_at")
    readonly_fields = ("debit", "credit", "ceiling")
    list_before_template = "admin/ledger_links.html"
    change_form_outer_after_template = "admin/booking_panels.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.trial_balance_view)
        return [path("trial-balance/", view, name="payments_trial_balance"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[LedgerAccount]:
        """With balances, which are added up for the rows of a page alone."""
        found: models.QuerySet[LedgerAccount] = super().get_queryset(request)
        sums = Posting.objects.filter(account=OuterRef("pk")).order_by().values("account")
        return found.annotate(balance=Coalesce(Subquery(sums.annotate(total=Sum("amount_minor")).values("total")), 0))

    def trial_balance_view(self, request: HttpRequest) -> HttpResponse:
        return trial_balance_page(self, request)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        account = self.get_object(request, object_id)
        shown: dict[str, Any] = {**(extra_context or {})}
        if account is not None:
            postings = account.postings.select_related("journal", "account").order_by("-created_at", "-pk")
            shown["panels"] = [postings_panel(f"The last {MOST_SHOWN} postings", postings[:MOST_SHOWN])]
        response: HttpResponse = super().change_view(request, object_id, form_url, shown)
        return response

    @display(description="Debit")
    def debit(self, account: Any) -> str:
        return shown_side(Money(int(account.balance), account.currency), is_debit=True)

    @display(description="Credit")
    def credit(self, account: Any) -> str:
        return shown_side(Money(int(account.balance), account.currency), is_debit=False)

    @display(description="At most")
    def ceiling(self, account: LedgerAccount) -> str:
        minor = account.ceiling_minor
        return "–" if minor is None else priced(Money(minor, account.currency))
