"""Providers on 127.0.0.1 that answer what a test tells them to, and remember what they were asked."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

HANG_UP = object()
Answer = tuple[int, dict[str, Any]] | tuple[int, dict[str, Any], dict[str, str]] | object


@dataclass
class Asked:
    path: str
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body).items()}


@dataclass
class Provider:
    """`answers` are given in turn, the last one for ever."""

    url: str
    answers: list[Answer] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def next_answer(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def provider(*answers: Answer) -> Iterator[Provider]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            known.asked.append(Asked(self.path, headers, self.rfile.read(length).decode()))
            _answer(self, known.next_answer())

        def log_message(self, *_args: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    known = Provider(f"http://127.0.0.1:{server.server_address[1]}", list(answers))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(handler: BaseHTTPRequestHandler, answer: Any) -> None:
    if answer is HANG_UP:
        handler.close_connection = True
        return
    status, content, *more = answer
    body = json.dumps(content).encode()
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", **(more[0] if more else {})}.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@dataclass
class Mailbox:
    """`refusals` maps an SMTP verb to the line that is answered to it; an empty line hangs up."""

    port: int
    refusals: dict[str, str] = field(default_factory=dict)
    mails: list[str] = field(default_factory=list)


class _SmtpHandler(socketserver.StreamRequestHandler):
    @property
    def box(self) -> Mailbox:
        box: Mailbox = self.server.box  # type: ignore[attr-defined]  # put there by smtp_server
        return box

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            if not self.reply(line.split()[0].upper()):
                return

    def reply(self, verb: str) -> bool:
        refusal = self.box.refusals.get(verb)
        if refusal is not None:
            self.say(refusal)
            return bool(refusal)
        if verb == "DATA":
            return self.read_mail()
        self.say("221 bye" if verb == "QUIT" else "250 ok")
        return verb != "QUIT"

    def read_mail(self) -> bool:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
            lines.append(line)
        end = self.box.refusals.get("END", "250 queued")
        if end:
            self.box.mails.append("\n".join(lines))
            self.say(end)
        return bool(end)

    def say(self, line: str) -> None:
        if line:
            self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def smtp_server(**refusals: str) -> Iterator[Mailbox]:
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _SmtpHandler)
    server.daemon_threads = True
    box = Mailbox(server.server_address[1], refusals)
    server.box = box  # type: ignore[attr-defined]  # its handlers find it there
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield box
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def closed_port() -> Iterator[str]:
    """An address where nobody listens."""
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as server:
        port = server.server_address[1]
    yield f"http://127.0.0.1:{port}"
