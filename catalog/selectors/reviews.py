"""What was said of a specialist or a service, and what it comes to."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet

from catalog.models import Review, Service, Specialist, Standing
from catalog.models.review import STARS

# On the pages of services and specialists; all of them are at `/reviews`.
LATEST = 5


@dataclass(frozen=True, slots=True)
class Ratings:
    """How many reviews gave so many stars, from one to five."""

    distribution: dict[int, int]

    @property
    def total(self) -> int:
        return sum(self.distribution.values())

    @property
    def average(self) -> float | None:
        """To one decimal, as it is shown of specialists; nothing while nobody has rated."""
        stars = sum(star * number for star, number in self.distribution.items())
        return round(stars / self.total, 1) if self.total else None


def reviews_in_full(reviews: QuerySet[Review]) -> QuerySet[Review]:
    return reviews.select_related("customer", "service")


def latest_reviews_of(reviewed: Specialist | Service) -> list[Review]:
    """One query."""
    column = "specialist" if isinstance(reviewed, Specialist) else "service"
    shown: QuerySet[Review] = Review.objects.shown().filter(**{column: reviewed.pk})
    return list(reviews_in_full(shown)[:LATEST])


def ratings_among(reviews: QuerySet[Review]) -> Ratings:
    """Counts the rows; one query."""
    counts = dict(reviews.order_by().values_list("rating").annotate(number=Count("pk")))
    return Ratings({star: counts.get(star, 0) for star in STARS})


def ratings_of(specialist_id: UUID) -> Ratings:
    """What the specialist's standing says, however many reviews there are; one query."""
    standing = Standing.objects.filter(pk=specialist_id).first() or Standing()
    return Ratings(standing.stars)
