"""Days of gateways held against our books: what is closed, what needs a look, and reading a day again."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accounts.admin.actors import actor_of
from common import audit
from common.admin.decorators import action, display
from common.errors import BusinessRuleViolation
from common.exports import Column
from common.money import Money
from payments.admin.base import MoneyAdmin
from payments.admin.filters import GatewayFilter, RunGatewayFilter
from payments.admin.panels import Panel, link_to, priced
from payments.enums import LineState, RunState
from payments.models import ReconciliationLine, ReconciliationRun
from payments.services.reconciling import reconcile_again
from payments.services.summing_up import resolve_line

NAMES = ("gateway_ref", "gateway_charge_ref", "gateway_refund_ref")
EXPORT = "payments.export_reconciliationrun"
MOST_OPEN = 100
RUN_COLOURS = {
    RunState.INCOMPLETE.label: "warning",
    RunState.FLAGGED.label: "danger",
    RunState.CLEAN.label: "success",
}
LINE_COLOURS = {
    LineState.MATCHED.label: "success",
    LineState.HEALED.label: "info",
    LineState.ORPHAN.label: "danger",
    LineState.OURS_ONLY.label: "danger",
    LineState.DIFFERS.label: "danger",
    LineState.DUPLICATE.label: "warning",
}


def _sum(name: str, currency_and_sums: tuple[ReconciliationRun, str, Mapping[str, int]]) -> Any:
    _, currency, sums = currency_and_sums
    return Money(sums[name], currency).decimal


def net_of(sums: Mapping[str, int]) -> int:
    """What the gateway owes us for the day."""
    return sums["gross"] - sums["refunded"] - sums["fee"]


RUN_COLUMNS = (
    Column("day", lambda line: line[0].day),
    Column("gateway", lambda line: line[0].gateway),
    Column("state", lambda line: line[0].state),
    Column("to look at", lambda line: line[0].open_count),
    Column("currency", lambda line: line[1]),
    Column("gross", lambda line: _sum("gross", line), is_summed=True),
    Column("refunded", lambda line: _sum("refunded", line), is_summed=True),
    Column("fee", lambda line: _sum("fee", line), is_summed=True),
    Column("net", lambda line: Money(net_of(line[2]), line[1]).decimal, is_summed=True),
)
LINE_COLUMNS = (
    Column("day", lambda line: line.run.day),
    Column("gateway", lambda line: line.run.gateway),
    Column("state", lambda line: line.state),
    Column("order", lambda line: line.gateway_ref),
    Column("charge", lambda line: line.gateway_charge_ref),
    Column("refund", lambda line: line.gateway_refund_ref),
    Column("payment", lambda line: line.payment_id),
    Column("currency", lambda line: line.currency),
    Column("theirs", lambda line: line.theirs.decimal if line.theirs else 0, is_summed=True),
    Column("ours", lambda line: line.ours.decimal if line.ours else 0, is_summed=True),
    Column("fee currency", lambda line: line.fee_currency),
    Column("fee", lambda line: line.fee.decimal),
    Column("note", lambda line: line.note),
    Column("dealt with", lambda line: line.resolution),
)


@admin.register(ReconciliationRun)
class ReconciliationRunAdmin(MoneyAdmin):
    list_display = ("day", "gateway", "state_shown", "counted", "open_count", "gross", "refunded", "fee", "net")
    list_select_related: ClassVar[Any] = ()
    list_filter = (("state", ChoicesDropdownFilter), GatewayFilter)
    date_hierarchy = "day"
    ordering = ("-day", "gateway")
    actions = ("run_again", "export_csv")
    export_permission = EXPORT
    export_filename = "reconciliation.csv"
    export_columns = RUN_COLUMNS
    fieldsets = (
        ("What", {"fields": (("day", "gateway", "state"), ("starts_at", "ends_at"))}),
        ("What the gateway lists", {"fields": (("gross", "refunded"), ("fee", "net"))}),
        ("How it went", {"fields": (("attempts", "finished_at", "due_at"), "error")}),
    )
    readonly_fields = ("gross", "refunded", "fee", "net")

    def has_rerun_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("payments.rerun_reconciliationrun"))

    def besides(self, request: HttpRequest, row: ReconciliationRun) -> Mapping[str, Any]:
        return {"panels": [panel for panel in (_states(row), _open_lines(row)) if panel.rows]}

    def total_of(self, row: Any) -> str:
        return str(row[1])

    def exported_rows(self, queryset: models.QuerySet[Any]) -> Iterable[Any]:
        """A line for each day, gateway and currency."""
        for run in queryset.order_by("day", "gateway").iterator():
            for currency, sums in run.totals.items():
                yield run, currency, sums

    @display(description="State", ordering="state", label=RUN_COLOURS)
    def state_shown(self, run: ReconciliationRun) -> str:
        return str(RunState(run.state).label)

    @display(description="Lines")
    def counted(self, run: ReconciliationRun) -> int:
        return sum(run.counts.values())

    @display(description="Gross")
    def gross(self, run: ReconciliationRun) -> str:
        return _in_each_currency(run, lambda sums: sums["gross"])

    @display(description="Refunded")
    def refunded(self, run: ReconciliationRun) -> str:
        return _in_each_currency(run, lambda sums: sums["refunded"])

    @display(description="Fee")
    def fee(self, run: ReconciliationRun) -> str:
        return _in_each_currency(run, lambda sums: sums["fee"])

    @display(description="Net")
    def net(self, run: ReconciliationRun) -> str:
        return _in_each_currency(run, net_of)

    @action(description="Run again…", permissions=["rerun"])
    def run_again(self, request: HttpRequest, queryset: models.QuerySet[ReconciliationRun]) -> HttpResponse | None:
        return self.confirm(
            request,
            queryset,
            action="run_again",
            question="Read these days of the gateways' books again? What is missing here is healed as always.",
            run=lambda run, reason: _run_again(request, run, reason),
        )


@admin.register(ReconciliationLine)
class ReconciliationLineAdmin(MoneyAdmin):
    list_display = (
        "day",
        "gateway",
        "state_shown",
        "gateway_ref",
        "refund_ref",
        "theirs",
        "ours",
        "note",
        "payment_link",
    )
    list_select_related: ClassVar[Any] = ("run", "payment")
    list_filter = (("state", ChoicesDropdownFilter), RunGatewayFilter)
    search_fields = ("gateway_ref__exact", "gateway_charge_ref__exact", "gateway_refund_ref__exact")
    search_help_text = "A gateway's word for an order, a charge or a refund"
    date_hierarchy = "run__day"
    ordering = ("-id",)
    actions = ("resolve", "export_csv")
    export_permission = EXPORT
    export_filename = "reconciliation-lines.csv"
    export_columns = LINE_COLUMNS
    page_relations = ("run", "payment", "refund", "resolved_by")
    fieldsets = (
        ("What", {"fields": (("day", "gateway", "state"), NAMES)}),
        ("Both sides", {"fields": (("theirs", "ours", "fee"), ("payment_link", "refund_link"), "note")}),
        ("How it was dealt with", {"fields": (("resolved_at", "resolved_by"), "resolution")}),
    )
    readonly_fields = ("day", "gateway", "theirs", "ours", "fee", "payment_link", "refund_link")

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("payments.resolve_reconciliationline"))

    def exported_rows(self, queryset: models.QuerySet[Any]) -> Iterable[Any]:
        return super().exported_rows(queryset.select_related("run", "payment"))

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """A day's own page leads to its lines."""
        return lookup == "run__id__exact" or super().lookup_allowed(lookup, value, request)

    @display(description="Day", ordering="run__day")
    def day(self, line: ReconciliationLine) -> SafeString:
        return link_to("reconciliationrun", line.run_id, line.run.day.isoformat())

    @display(description="Gateway", ordering="run__gateway")
    def gateway(self, line: ReconciliationLine) -> str:
        return str(line.run.gateway)

    @display(description="State", ordering="state", label=LINE_COLOURS)
    def state_shown(self, line: ReconciliationLine) -> str:
        return str(LineState(line.state).label)

    @display(description="Refund")
    def refund_ref(self, line: ReconciliationLine) -> str:
        return line.gateway_refund_ref

    @display(description="At the gateway", ordering="theirs_minor")
    def theirs(self, line: ReconciliationLine) -> str:
        return priced(line.theirs) if line.theirs is not None else "–"

    @display(description="Here", ordering="ours_minor")
    def ours(self, line: ReconciliationLine) -> str:
        return priced(line.ours) if line.ours is not None else "–"

    @display(description="The gateway's fee")
    def fee(self, line: ReconciliationLine) -> str:
        return priced(line.fee)

    @display(description="Payment")
    def payment_link(self, line: ReconciliationLine) -> str | SafeString:
        return link_to("payment", line.payment_id, line.payment) if line.payment is not None else "–"

    @display(description="Refund")
    def refund_link(self, line: ReconciliationLine) -> str | SafeString:
        return link_to("refund", line.refund_id, line.refund) if line.refund is not None else "–"

    @action(description="Dealt with…", permissions=["resolve"])
    def resolve(self, request: HttpRequest, queryset: models.QuerySet[ReconciliationLine]) -> HttpResponse | None:
        return self.confirm(
            request,
            queryset,
            action="resolve",
            question="Say how these were dealt with? No money is moved by it; with the last one the day closes.",
            run=lambda line, reason: _resolve(request, line, reason),
        )


def lines_url(run: ReconciliationRun, state: str) -> str:
    return f"{reverse('admin:payments_reconciliationline_changelist')}?run__id__exact={run.pk}&state__exact={state}"


def _states(run: ReconciliationRun) -> Panel:
    rows = [
        (
            format_html('<a class="almanac-link" href="{}">{}</a>', lines_url(run, state), LineState(state).label),
            str(count),
        )
        for state, count in run.counts.items()
    ]
    return Panel("Lines by their state", ("State", "Lines"), rows)


def _open_lines(run: ReconciliationRun) -> Panel:
    rows = [
        (
            link_to("reconciliationline", line.pk, LineState(line.state).label),
            line.gateway_ref,
            priced(line.theirs) if line.theirs is not None else "",
            priced(line.ours) if line.ours is not None else "",
            line.note,
        )
        for line in run.lines.open().select_related("payment").order_by("pk")[:MOST_OPEN]
    ]
    return Panel("To look at", ("State", "Order", "At the gateway", "Here", "Note"), rows)


def _in_each_currency(run: ReconciliationRun, value: Any) -> str:
    return ", ".join(priced(Money(value(sums), currency)) for currency, sums in run.totals.items()) or "–"


def _run_again(request: HttpRequest, run: ReconciliationRun, reason: str) -> None:
    if run.state == RunState.INCOMPLETE:
        raise BusinessRuleViolation("This day is being read, or will be soon.")
    user = actor_of(request)
    audit.record("reconciled again", run, actor=user, reason=reason)
    reconcile_again(run)


def _resolve(request: HttpRequest, line: ReconciliationLine, reason: str) -> None:
    user = actor_of(request)
    with audit.acting(user, reason=reason):
        resolve_line(line, by=user, reason=reason)
