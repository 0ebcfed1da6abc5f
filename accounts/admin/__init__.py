"""Pages of people, what they may do, where they are signed in, and of the services that call for them."""

from accounts.admin import people, roles, services, sessions

__all__ = ["people", "roles", "services", "sessions"]
