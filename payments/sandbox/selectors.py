"""What others ask of the sandbox's books without its API being called."""

from payments.sandbox.models import SandboxFault, SandboxOrder


def order_on_page(reference: str) -> SandboxOrder | None:
    return SandboxOrder.objects.filter(reference=reference).first()


def standing_faults() -> list[SandboxFault]:
    return list(SandboxFault.objects.filter(left__gt=0).order_by("id"))
