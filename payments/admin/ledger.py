"""The books, to look at: journals with their postings, accounts with their balances, and the trial balance."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AllValuesCheckboxFilter

from common.admin.decorators import display
from common.admin.exporting import PORTION
from common.admin.filters import DaysFilter
from common.money import Money
from payments.admin.base import MoneyAdmin
from payments.admin.export import POSTING_COLUMNS
from payments.admin.looking_up import journals_meant
from payments.admin.panels import MOST_SHOWN, link_to, postings_panel, priced, shown_side
from payments.admin.trial_balance import trial_balance_page
from payments.models import Journal, LedgerAccount, Posting


@admin.register(Journal)
class JournalAdmin(MoneyAdmin):
    list_display = ("created_at", "kind", "key", "paid_for", "note")
    list_select_related: ClassVar[Any] = ()
    list_filter = (("created_at", DaysFilter),)
    # Says that there is a search; `get_search_results` does it.
    search_fields = ("key",)
    search_help_text = "The beginning of a key, such as refund:, or the id of what it is about"
    date_hierarchy = "created_at"
    ordering = ("-id",)
    page_relations = ("reverses",)
    export_permission = "payments.export_ledgeraccount"
    export_filename = "ledger.csv"
    export_columns = POSTING_COLUMNS
    fields = ("key", "kind", "paid_for", "reverses_link", "note", "created_at")
    readonly_fields = ("paid_for", "reverses_link")

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        return journals_meant(queryset, search_term), False

    def besides(self, request: HttpRequest, row: Journal) -> Mapping[str, Any]:
        postings = row.postings.select_related("journal", "account").order_by("pk")
        return {"panels": [postings_panel("Postings", postings)]}

    def exported_rows(self, queryset: models.QuerySet[Journal]) -> Iterable[Posting]:
        postings = Posting.objects.filter(journal__in=queryset.order_by()).select_related("journal", "account")
        return postings.order_by("journal", "pk").iterator(chunk_size=PORTION)

    @display(description="About")
    def paid_for(self, journal: Journal) -> str:
        return f"{journal.payable_type} {journal.payable_id}" if journal.payable_id else "–"

    @display(description="Reverses")
    def reverses_link(self, journal: Journal) -> str | SafeString:
        return link_to("journal", journal.reverses_id, journal.reverses) if journal.reverses else "–"


@admin.register(LedgerAccount)
class LedgerAccountAdmin(MoneyAdmin):
    list_display = ("code", "currency", "debit", "credit", "created_at")
    list_select_related: ClassVar[Any] = ()
    list_filter = (("currency", AllValuesCheckboxFilter),)
    search_fields = ("code__istartswith",)
    search_help_text = "The beginning of an account's code"
    ordering = ("code", "currency")
    fields = (("code", "currency"), ("debit", "credit"), "ceiling", "created_at")
    readonly_fields = ("debit", "credit", "ceiling")
    list_before_template = "admin/ledger_links.html"
    # The trial balance is what is taken away of accounts.
    actions = ()

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

    def besides(self, request: HttpRequest, row: LedgerAccount) -> Mapping[str, Any]:
        postings = row.postings.select_related("journal", "account").order_by("-created_at", "-pk")
        return {"panels": [postings_panel(f"The last {MOST_SHOWN} postings", postings[:MOST_SHOWN])]}

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
