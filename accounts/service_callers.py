"""Who calls where no person does: a service, alone or for somebody."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self
from uuid import UUID

from accounts.models import ServiceAccount, User


@dataclass(frozen=True, slots=True)
class ServiceCaller:
    """What `request.user` is when a service calls. It owns nothing and is no staff, so it sees nobody's rows.

    `acts_for` is the person that the header X-Act-For names; writes on somebody's behalf are written as theirs.
    """

    service: ServiceAccount
    acts_for: User | None = None

    is_authenticated: ClassVar = True
    is_anonymous: ClassVar = False
    is_active: ClassVar = True
    is_staff: ClassVar = False
    is_superuser: ClassVar = False
    group_names: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return self.service.name

    @property
    def pk(self) -> UUID:
        return self.service.pk

    @property
    def service_scopes(self) -> frozenset[str]:
        return frozenset(self.service.scopes)

    @property
    def requests_per_minute(self) -> int | None:
        """Its own limit; None leaves it to the platform settings."""
        return self.service.requests_per_minute

    @property
    def counted_as(self) -> str:
        """Whose turn an action uses up: a person books no oftener through a service than by hand."""
        return str(self.acts_for.pk if self.acts_for else self.pk)

    @property
    def principal(self) -> str:
        """Whose idempotency keys it uses: those for one person are never answered with another one's result."""
        own = f"{ServiceAccount._meta.label_lower}:{self.pk}"
        return f"{own}/{self.acts_for.pk}" if self.acts_for else own

    def acting_for(self, person: User) -> Self:
        return replace(self, acts_for=person)

    def has_perm(self, _permission: str, _obj: Any = None) -> bool:
        """Services are known by scopes; what members of staff may do is none of theirs."""
        return False
