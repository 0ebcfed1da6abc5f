"""What `manage.py prove` found: the last runs, a line for each invariant, and a button to run it now."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from common import audit
from common.admin.base import ReadOnlyModelAdmin
from common.admin.decorators import display
from common.models import ProofRun
from common.queue import enqueue


@admin.register(ProofRun)
class ProofRunAdmin(ReadOnlyModelAdmin):
    list_display = ("finished_at", "verdict", "proven", "violated", "errors")
    list_select_related: ClassVar[Any] = ()
    ordering = ("-id",)
    fields = ("finished_at", "verdict", "lines")
    readonly_fields = ("verdict", "lines")
    list_before_template = "admin/run_proofs.html"

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (("run/", "run_proofs", require_POST(self.run_now)),)

    @display(description="Verdict", label={"all hold": "success", "violated": "danger", "not all asked": "warning"})
    def verdict(self, run: ProofRun) -> str:
        if run.violated:
            return "violated"
        return "not all asked" if run.errors else "all hold"

    @display(description="Invariants")
    def lines(self, run: ProofRun) -> SafeString:
        return render_to_string("admin/proof_lines.html", {"results": run.results})

    def run_now(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Lets a worker run them: on a large database they take longer than a page may."""
        if not self.has_view_permission(request):
            messages.error(request, "You may not look at the proofs.")
            return HttpResponseRedirect(reverse("admin:index"))
        audit.record("proofs asked for", ProofRun, actor=request.user)
        enqueue("common.prove_invariants")
        messages.success(request, "The proofs are being run; the result appears here in a moment.")
        return HttpResponseRedirect(reverse("admin:common_proofrun_changelist"))
