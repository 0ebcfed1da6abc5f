"""How the sandbox fails, as a gateway across the network would."""


class SandboxError(Exception):
    """Anything but an answer."""


class SandboxRefused(SandboxError):
    """A 4xx: the sandbox understood, and says no."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code, self.message = code, message


class SandboxBroken(SandboxError):
    """A 500. What became of the call it does not say."""


class SandboxTimedOut(SandboxError):
    """No answer in time."""
