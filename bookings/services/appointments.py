"""What services ask for in the words of the appointments API, done as for anybody else."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.errors import WrongCredentials
from accounts.models import KnownPerson, ServiceAccount, User
from accounts.services import person_with_password, remember_sign_in
from bookings.enums import Source
from bookings.errors import CannotBook
from bookings.models import Booking
from bookings.selectors.appointments import professional_of, services_lasting
from bookings.selectors.wanted import wanted_service
from bookings.services.actors import customer
from bookings.services.booking import book_appointment, not_bookable, require_offered
from bookings.services.drafting import Details
from bookings.services.times import time_between
from catalog.models import Service, Specialist
from common.errors import Detail, ValidationFailed


def book_for_client(
    *,
    client: User,
    professional_id: UUID,
    starts_at: datetime,
    ends_at: datetime | None,
    service_id: UUID | None,
    description: str = "",
    answers: Mapping[str, Any] | None = None,
) -> Booking:
    """Books in the client's own name, and so within the client's own rights and limits."""
    if service_id is not None:
        service = _named(service_id, professional_id)
        _require_length(service, starts_at, ends_at)
    elif ends_at is not None:
        service = _matching(professional_id, time_between(starts_at, ends_at).duration)
    else:
        raise ValidationFailed.of("end_time", "Say when it ends, or which service it is.", "REQUIRED")
    return book_appointment(
        service=service,
        starts_at=starts_at,
        customer=client,
        actor=customer(client),
        details=Details(description=description, answers=answers or {}, source=Source.SERVICE),
    )


def sign_in_professional(
    service: ServiceAccount, username: str, password: str, *, chat_id: int | None
) -> tuple[Specialist, KnownPerson]:
    """Lets the service act for the professional. Whoever is none is not even told that the password is right."""
    user = person_with_password(username, password)
    professional = professional_of(user)
    if professional is None:
        raise WrongCredentials
    return professional, remember_sign_in(service, user, chat_id=chat_id)


def _named(service_id: UUID, professional_id: UUID) -> Service:
    service = wanted_service(service_id)
    if service is None or service.owner_id != professional_id:
        raise not_bookable("service_id")
    require_offered(service)
    return service


def _require_length(service: Service, starts_at: datetime, ends_at: datetime | None) -> None:
    if ends_at is not None and time_between(starts_at, ends_at).duration != service.duration:
        message = f"This service lasts {service.duration_minutes} minutes."
        raise _refused("end_time", message, "DURATION_MISMATCH")


def _matching(professional_id: UUID, duration: timedelta) -> Service:
    """The one service of the professional that lasts as long as the time that is asked for."""
    found = services_lasting(professional_id, duration)
    minutes = duration // timedelta(minutes=1)
    if not found:
        message = f"This professional offers nothing that lasts {minutes} minutes."
        raise _refused("end_time", message, "NO_SERVICE_OF_THIS_LENGTH")
    if len(found) > 1:
        message = f"Several services of this professional last {minutes} minutes: name one by service_id."
        raise _refused("service_id", message, "SEVERAL_SERVICES")
    return found[0]


def _refused(field: str, message: str, code: str) -> CannotBook:
    return CannotBook(message, details=[Detail(field, message, code)])
