"""The load generator: keep-alive connections over raw sockets, each with one request under way at any time.

It is a closed loop: a client sends its next request when it has the answer to the last. Speed and waiting time are
therefore two views of one thing once the server is saturated, and a stall delays the requests after it unseen.
"""

import selectors
import socket
import time
from collections.abc import Iterator

from bench.figures import Sample
from bench.wire import BrokenResponse, Request, Response, ResponseReader

TIMEOUT_SECONDS = 10.0
RECEIVE_BYTES = 65_536
# How often clients that wait too long are looked for.
CHECK_SECONDS = 0.5


class Client:
    """One connection; it is opened again after the server closed it."""

    def __init__(self, port: int, selector: selectors.BaseSelector) -> None:
        self._port = port
        self._selector = selector
        self._socket = self._connected()
        self._reader = ResponseReader()
        self.request: Request | None = None
        self.sent_at = 0.0

    def send(self, request: Request) -> None:
        """Raises OSError if the connection cannot be had or used."""
        self.request = request
        self._reader = ResponseReader()
        self.sent_at = time.perf_counter()
        self._socket.sendall(request.raw)

    def receive(self) -> Response | None:
        """The answer once it is whole; raises OSError or BrokenResponse when there will be none."""
        response = self._reader.feed(self._socket.recv(RECEIVE_BYTES))
        if response is not None and response.closes:
            self.reconnect()
        return response

    def reconnect(self) -> None:
        self.close()
        self._socket = self._connected()

    def close(self) -> None:
        if self._socket.fileno() < 0:
            # It was closed to be opened again, and then the server was gone.
            return
        self._selector.unregister(self._socket)
        self._socket.close()

    def _connected(self) -> socket.socket:
        # Reads happen only when there is something to read; the timeout is for a send that the server does not take.
        made = socket.create_connection(("127.0.0.1", self._port), timeout=TIMEOUT_SECONDS)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(made, selectors.EVENT_READ, self)
        return made


class HttpDriver:
    """Sends the requests of one iterator over as many connections as there are clients."""

    def __init__(self, port: int, requests: Iterator[Request], *, clients: int) -> None:
        self._port = port
        self._requests = requests
        self._wanted = clients
        self._selector: selectors.BaseSelector | None = None
        self._clients: list[Client] = []
        self._sample = Sample()
        self._under_way = 0
        self._deadline = 0.0

    def run(self, seconds: float) -> Sample:
        selector = self._connect()
        self._sample = Sample(seconds=seconds)
        self._deadline = time.perf_counter() + seconds
        for client in self._clients:
            self._send_next(client)
        next_check = time.perf_counter() + CHECK_SECONDS
        while self._under_way:
            for key, _ in selector.select(CHECK_SECONDS):
                self._take_answer(key.data)
            if time.perf_counter() > next_check:
                next_check += CHECK_SECONDS
                self._give_up_on_late_answers()
        return self._sample

    def close(self) -> None:
        for client in self._clients:
            client.close()
        if self._selector is not None:
            self._selector.close()

    def _connect(self) -> selectors.BaseSelector:
        # Here and not when the driver is made: the parent process shall not hold the connections too.
        if self._selector is None:
            self._selector = selectors.DefaultSelector()
            self._clients = [Client(self._port, self._selector) for _ in range(self._wanted)]
        return self._selector

    def _send_next(self, client: Client) -> None:
        """Sends the next request unless time is up. Raises OSError if the server cannot be reached at all."""
        if time.perf_counter() >= self._deadline:
            return
        request = next(self._requests)
        try:
            client.send(request)
        except OSError:
            self._count_failure("dropped")
            client.reconnect()
            client.send(request)
        self._under_way += 1

    def _take_answer(self, client: Client) -> None:
        try:
            response = client.receive()
        except (OSError, BrokenResponse):
            self._fail(client, "dropped")
            return
        if response is None:
            return
        self._count_answer(client, response)
        self._finish(client)

    def _count_answer(self, client: Client, response: Response) -> None:
        now, sample, request = time.perf_counter(), self._sample, client.request
        if request is None:
            raise BrokenResponse("An answer came that nobody asked for.")
        sample.latencies.setdefault(request.part, []).append(now - client.sent_at)
        sample.statuses[str(response.status)] += 1
        sample.completed_in_time += now <= self._deadline
        sample.errors += response.status not in request.accepts

    def _give_up_on_late_answers(self) -> None:
        too_old = time.perf_counter() - TIMEOUT_SECONDS
        for client in self._clients:
            if client.request is not None and client.sent_at < too_old:
                self._fail(client, "timeout")

    def _fail(self, client: Client, how: str) -> None:
        self._count_failure(how)
        client.reconnect()
        if client.request is not None:
            self._finish(client)

    def _finish(self, client: Client) -> None:
        client.request = None
        self._under_way -= 1
        self._send_next(client)

    def _count_failure(self, how: str) -> None:
        self._sample.statuses[how] += 1
        self._sample.errors += 1
