"""Push by Firebase Cloud Messaging, HTTP v1, as the service account of `FCM_SERVICE_ACCOUNT_FILE`."""

import json
import threading
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import google.auth.transport
import httpx
from django.conf import settings
from google.auth.exceptions import GoogleAuthError
from google.oauth2.service_account import Credentials

from notifications.channels.base import Message, Temporary, Unreachable
from notifications.channels.http import TIMEOUT, answer_of, id_in, post, refuse_failure, trust

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
# The app was uninstalled, or its token is of another project.
DEAD_TOKENS = frozenset({"UNREGISTERED", "SENDER_ID_MISMATCH"})
MAX_TEXT = 1_000


class FcmChannel:
    """A repeated message replaces its first copy on the device, because both bear the delivery's id as tag."""

    is_repeatable: ClassVar[bool] = True

    def send(self, message: Message) -> str:
        account = _account(settings.FCM_SERVICE_ACCOUNT_FILE)
        response = post(
            f"{settings.FCM_API_URL}/v1/projects/{account.project}/messages:send",
            headers={"Authorization": f"Bearer {account.access_token()}"},
            json={"message": _payload(message)},
        )
        answer = answer_of(response)
        code = _error_code(answer)
        if code in DEAD_TOKENS or (response.status_code == 404 and not code):
            raise Unreachable(f"FCM {code or 404}")
        refuse_failure(response, code=code)
        return id_in(answer, "name")


class ServiceAccount:
    """Keeps the access token, which lives an hour, and gets the next one a few minutes before it ends."""

    def __init__(self, path: str) -> None:
        facts = json.loads(Path(path).read_text())
        self.project: str = facts["project_id"]
        make: Any = Credentials.from_service_account_info  # half annotated
        self._credentials: Any = make(facts, scopes=[SCOPE])
        self._lock = threading.Lock()

    def access_token(self) -> str:
        with self._lock:
            if not self._credentials.valid:
                self._refresh()
            return str(self._credentials.token)

    def _refresh(self) -> None:
        try:
            self._credentials.refresh(_transport)
        except (GoogleAuthError, httpx.HTTPError) as error:
            raise Temporary(f"no access token: {type(error).__name__}") from None


class _Response(google.auth.transport.Response):
    def __init__(self, response: httpx.Response) -> None:
        self._response = response

    @property
    def status(self) -> int:
        return self._response.status_code

    @property
    def headers(self) -> Any:
        return self._response.headers

    @property
    def data(self) -> bytes:
        return self._response.content


@cache
def _account(path: str) -> ServiceAccount:
    return ServiceAccount(path)


def _transport(url: str, method: str = "GET", body: Any = None, headers: Any = None, **_options: Any) -> _Response:
    """Lets google-auth speak through httpx, with our timeouts."""
    return _Response(httpx.request(method, url, content=body, headers=headers, timeout=TIMEOUT, verify=trust()))


def _payload(message: Message) -> dict[str, Any]:
    tag = str(message.delivery_id)
    return {
        "token": message.to,
        "notification": {"title": message.title, "body": message.text[:MAX_TEXT]},
        "data": {"kind": message.kind, "link": message.link},
        "android": {"priority": "HIGH" if message.is_urgent else "NORMAL", "notification": {"tag": tag}},
        "apns": {"headers": {"apns-collapse-id": tag, "apns-priority": "10" if message.is_urgent else "5"}},
        "webpush": {"notification": {"tag": tag}},
    }


def _error_code(answer: dict[str, Any]) -> str:
    """FCM's own code stands among the details; the status beside it is the one of all Google APIs."""
    error = answer.get("error")
    details = error.get("details") if isinstance(error, dict) else None
    codes = [detail.get("errorCode") for detail in details or [] if isinstance(detail, dict)]
    return next((str(code) for code in codes if code), "")
