"""Pages of points and of promo codes."""

from loyalty.admin import points, promo_codes

__all__ = ["points", "promo_codes"]
