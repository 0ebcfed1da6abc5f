"""Pages of what there is, and of everybody's time."""

from catalog.admin import calendars, categories, resources, reviews, services, specialists

__all__ = ["calendars", "categories", "resources", "reviews", "services", "specialists"]
