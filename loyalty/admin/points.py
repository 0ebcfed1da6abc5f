"""Points of people: to look at, and to adjust with a reason."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accounts.admin.actors import actor_of
from common.admin.base import ReadOnlyModelAdmin, fields_of
from common.admin.decorators import display
from common.admin.filters import DaysFilter
from common.errors import DomainError
from loyalty.admin.forms import AdjustForm, refuse
from loyalty.models import LoyaltyAccount, LoyaltyEntry
from loyalty.selectors import ladder
from loyalty.services import adjust_points
from loyalty.tiers import Tier

ADJUST = "loyalty.adjust_loyaltyaccount"


class TierFilter(admin.SimpleListFilter):
    """Tiers follow from lifetime points and the settings; nobody's tier is written down."""

    title = "tier"
    parameter_name = "tier"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(tier.value, tier.value.capitalize()) for tier in Tier]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        steps = ladder().steps()
        chosen = next((number for number, (tier, _) in enumerate(steps) if tier == self.value()), None)
        if chosen is None:
            return queryset
        queryset = queryset.filter(lifetime_points__gte=steps[chosen][1])
        return queryset if chosen + 1 == len(steps) else queryset.filter(lifetime_points__lt=steps[chosen + 1][1])


@admin.register(LoyaltyAccount)
class LoyaltyAccountAdmin(ReadOnlyModelAdmin):
    list_display = ("user", "tier", "balance", "lifetime_points", "spent_points", "updated_at")
    list_select_related: ClassVar[Any] = ("user",)
    list_filter = (TierFilter,)
    search_fields = ("=user__email", "user__first_name", "user__last_name", "=user__phone_number", "=id")
    search_help_text = "Name, e-mail address or phone number"
    ordering = ("-lifetime_points", "id")
    fields = ("user", "tier", "balance", "lifetime_points", "spent_points", "gave_premium", "created_at", "updated_at")
    change_form_outer_before_template = "admin/points_links.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.adjust_view)
        return [path("<uuid:account_id>/adjust/", view, name="loyalty_loyaltyaccount_adjust"), *super().get_urls()]

    @display(description="Tier", ordering="lifetime_points")
    def tier(self, account: LoyaltyAccount) -> str:
        return ladder().tier(account.lifetime_points).value.capitalize()

    def adjust_view(self, request: HttpRequest, account_id: UUID) -> HttpResponse:
        """Asks how many points and why, and adds or takes them when it is posted."""
        if not request.user.has_perm(ADJUST):
            raise PermissionDenied
        account = get_object_or_404(LoyaltyAccount.objects.select_related("user"), pk=account_id)
        form = AdjustForm(request.POST if request.method == "POST" else None)
        page_of_account = reverse("admin:loyalty_loyaltyaccount_change", args=[account.pk])
        if form.is_valid() and _adjusted(request, account, form):
            messages.success(request, "The points were adjusted.")
            return HttpResponseRedirect(page_of_account)
        page = {
            **self.admin_site.each_context(request),
            "title": f"Adjust the points of {account.user} ({account})",
            "opts": LoyaltyAccount._meta,
            "form": form,
            "verb": "Adjust",
            "back": page_of_account,
        }
        return TemplateResponse(request, "admin/loyalty_form.html", page)


def _adjusted(request: HttpRequest, account: LoyaltyAccount, form: AdjustForm) -> bool:
    asked = form.cleaned_data
    try:
        adjust_points(account.user, asked["points"], key=asked["key"], actor=actor_of(request), reason=asked["reason"])
    except DomainError as refusal:
        refuse(form, refusal)
        return False
    return True


@admin.register(LoyaltyEntry)
class LoyaltyEntryAdmin(ReadOnlyModelAdmin):
    list_display = ("created_at", "owner", "kind_shown", "points", "balance_after", "reason", "expires_at")
    list_select_related: ClassVar[Any] = ("account__user",)
    list_filter = (("kind", ChoicesDropdownFilter), ("created_at", DaysFilter))
    search_fields = ("=account__user__email", "=source_key", "=subject_id", "=id")
    search_help_text = "A customer's e-mail address, a cause such as booking:<id>, or an id"
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    fields = fields_of(LoyaltyEntry)

    @display(description="Whose")
    def owner(self, entry: LoyaltyEntry) -> str:
        return str(entry.account.user)

    @display(
        description="What",
        ordering="kind",
        label={"Earned": "success", "Redeemed": "info", "Reversed": "warning", "Expired": "danger"},
    )
    def kind_shown(self, entry: LoyaltyEntry) -> str:
        return str(entry.get_kind_display())
