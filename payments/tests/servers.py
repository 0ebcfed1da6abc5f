"""Gateways on 127.0.0.1: one that answers what a test tells it to, and a small Razorpay that keeps books."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

from common import clock


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    # Ends the connection before everything that was announced is said.
    hangs_up: bool = False


@contextmanager
def server(answer_to: Callable[[Asked], Answer]) -> Iterator[str]:
    """The address of a server that answers so."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            said = answer_to(Asked(self.command, parts.path, query, headers, body))
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body) + said.hangs_up))
            self.end_headers()
            self.wfile.write(said.body)

        do_GET = do_POST = answer  # noqa: N815 - the names that the library calls

        def log_message(self, *_args: Any) -> None:
            """Nobody reads it."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{httpd.server_address[1]}"
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()


class SmallRazorpay:
    """Orders, payments and refunds as Razorpay's API has them, as far as the platform asks for them."""

    def __init__(self) -> None:
        self.orders: dict[str, dict[str, Any]] = {}
        self.payments: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, dict[str, Any]] = {}
        self.numbers = count(1)

    def answer_to(self, asked: Asked) -> Answer:
        if not asked.headers.get("authorization", "").startswith("Basic "):
            return _refusal(401, "The api key provided is invalid")
        way = asked.path.removeprefix("/v1/").split("/")
        if asked.method == "POST":
            return self._change(way, json.loads(asked.body), asked.headers.get("x-refund-idempotency", ""))
        said = self._listed(way, asked.query) if len(way) != 2 else self._one(*way)
        if said is None:
            return _refusal(400, "The id provided does not exist")
        return Answer(body=json.dumps(said).encode())

    def _change(self, way: list[str], what: dict[str, Any], key: str) -> Answer:
        match way:
            case ["orders"]:
                return Answer(body=json.dumps(self._new_order(what)).encode())
            case ["payments", number, "capture"]:
                return self._capture(self.payments[number], what)
            case ["payments", number, "refund"]:
                return self._refund(self.payments[number], what, key)
        return _refusal(400, "The requested URL was not found")

    def _one(self, kind: str, number: str) -> dict[str, Any] | None:
        return {"orders": self.orders, "payments": self.payments}[kind].get(number)

    def _listed(self, way: list[str], query: dict[str, str]) -> dict[str, Any]:
        match way:
            case ["orders"]:
                return _items([each for each in self.orders.values() if each["receipt"] == query["receipt"]])
            case ["orders", number, "payments"]:
                return _items([each for each in self.payments.values() if each["order_id"] == number])
            case ["payments", number, "refunds"]:
                return _items([each for each in self.refunds.values() if each["payment_id"] == number])
        books = {"payments": self.payments, "refunds": self.refunds}[way[0]]
        first, last, skip = int(query["from"]), int(query["to"]), int(query["skip"])
        within = [each for each in books.values() if first <= each["created_at"] <= last]
        return _items(within[skip : skip + int(query["count"])])

    def pay(self, order: str, *, succeeds: bool = True) -> None:
        """What the checkout in the customer's browser does."""
        to_pay = self.orders[order]
        captured = succeeds and to_pay["captures"]
        number = f"pay_{next(self.numbers)}"
        self.payments[number] = {
            "id": number,
            "order_id": order,
            "amount": to_pay["amount"],
            "currency": to_pay["currency"],
            "status": "captured" if captured else "authorized" if succeeds else "failed",
            "amount_refunded": 0,
            "fee": to_pay["amount"] * 2 // 100 if captured else None,
            "error_code": None if succeeds else "BAD_REQUEST_ERROR",
            "error_description": None if succeeds else "Your payment was declined.",
            "created_at": int(clock.now().timestamp()),
        }

    def _new_order(self, what: dict[str, Any]) -> dict[str, Any]:
        number = f"order_{next(self.numbers)}"
        self.orders[number] = {
            "id": number,
            "amount": what["amount"],
            "currency": what["currency"],
            "receipt": what["receipt"],
            "notes": what["notes"],
            "status": "created",
            "captures": what["payment"]["capture"] == "automatic",
        }
        return self.orders[number]

    def _capture(self, payment: dict[str, Any], what: dict[str, Any]) -> Answer:
        if payment["status"] != "authorized" or what["amount"] != payment["amount"]:
            return _refusal(400, "Capture amount must be equal to the amount authorized")
        payment |= {"status": "captured", "fee": payment["amount"] * 2 // 100}
        return Answer(body=json.dumps(payment).encode())

    def _refund(self, payment: dict[str, Any], what: dict[str, Any], key: str) -> Answer:
        if key in self.keys:
            return Answer(body=json.dumps(self.keys[key]).encode())
        if what["amount"] > payment["amount"] - payment["amount_refunded"]:
            return _refusal(400, "The refund amount is greater than the amount that is left")
        payment["amount_refunded"] += what["amount"]
        number = f"rfnd_{next(self.numbers)}"
        made = {
            "id": number,
            "payment_id": payment["id"],
            "amount": what["amount"],
            "currency": payment["currency"],
            "notes": what["notes"],
            "status": "processed",
            "created_at": int(clock.now().timestamp()),
        }
        self.refunds[number] = self.keys[key] = made
        return Answer(body=json.dumps(made).encode())


def _items(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"entity": "collection", "count": len(items), "items": items}


def _refusal(status: int, words: str) -> Answer:
    return Answer(status, json.dumps({"error": {"code": "BAD_REQUEST_ERROR", "description": words}}).encode())
