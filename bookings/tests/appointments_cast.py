"""Services that speak the appointments API, and how they call."""

from typing import Any

from accounts.enums import KnownBy, ServiceScope
from accounts.models import KnownPerson, ServiceAccount, User
from accounts.services import NewClient, register_client
from accounts.tests.services_cast import keyed, with_key
from catalog.models import Service

ROOT = "/api/v1"
OWN = tuple(set(ServiceScope) - {ServiceScope.ACT_FOR})
CHAT = 123456789
PASSWORD = "password123"


def in_use(account: ServiceAccount) -> ServiceAccount:
    """With a key whose first use has been noted, which is one statement more than those that follow."""
    keyed(account)
    with_key().get(f"{ROOT}/professionals")
    return account


def call(method: str, path: str, body: Any = None, **headers: str) -> Any:
    if method == "get":
        return with_key().get(f"{ROOT}{path}", body)
    send = getattr(with_key(**headers), method)
    return send(f"{ROOT}{path}", {} if body is None else body, "application/json")


def told(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.content
    return response.json()["data"]


def john(account: ServiceAccount) -> User:
    return register_client(account, NewClient("John", "Doe", chat_id=CHAT))[0].user


def signed_in(account: ServiceAccount, professional: Any) -> None:
    KnownPerson.objects.create(service=account, user=professional.user, how=KnownBy.SIGNED_IN)


def wish(client: User, of: Service, **more: Any) -> dict[str, Any]:
    return {
        "client_id": str(client.pk),
        "professional_id": str(of.owner_id),
        "start_time": "2026-03-03T10:00:00+05:30",
        "end_time": "2026-03-03T11:00:00+05:30",
        **more,
    }
