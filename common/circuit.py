"""Spares requests the wait for something that is known to be down."""

import logging
import threading
import time

logger = logging.getLogger("almanac.circuit")


class Circuit:
    """Opens at the first failure and lets one caller try again after `seconds`, while the others go without.

    The log gets one line when it opens and one when it closes, however many callers there are.
    """

    def __init__(self, name: str, *, seconds: float) -> None:
        self.name = name
        self.seconds = seconds
        self._lock = threading.Lock()
        self._retry_at: float | None = None

    def allows(self) -> bool:
        """True if the caller should try; while the circuit is open that is one caller per `seconds`."""
        if self._retry_at is None:
            return True
        with self._lock:
            # Another thread may have closed it meanwhile.
            its_turn = time.monotonic() >= (self._retry_at or 0)
            if self._retry_at is not None and its_turn:
                self._retry_at = time.monotonic() + self.seconds
            return its_turn

    def failed(self, error: Exception) -> None:
        with self._lock:
            was_closed = self._retry_at is None
            self._retry_at = time.monotonic() + self.seconds
        if was_closed:
            logger.error("%s is down; going without it: %s", self.name, type(error).__name__)

    def worked(self) -> None:
        if self._retry_at is None:
            return
        with self._lock:
            self._retry_at = None
        logger.warning("%s is back", self.name)
