"""How services are sorted: by what is done (category) and by how fine it is (tier)."""

from typing import Any, ClassVar, NewType, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from common.models.base import BaseModel

CategoryId = NewType("CategoryId", UUID)


class CategoryQuerySet(models.QuerySet["Category"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def visible_to(self, user: Any) -> Self:
        return self.active()

    def called(self, word: str) -> Self:
        """By slug or by name, however it is written: the API takes both."""
        return self.filter(Q(slug=word.lower()) | Q(name__iexact=word))


class Category(BaseModel):
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=100, unique=True)
    description = models.CharField(max_length=500, blank=True)
    icon = models.CharField(max_length=100, blank=True, help_text="The name of a picture that apps show.")
    position = models.PositiveSmallIntegerField(default=0, help_text="Smaller ones come first.")
    is_active = models.BooleanField("shown", default=True)

    objects: ClassVar = CategoryQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        ordering: ClassVar = ["position", "name", "id"]
        verbose_name_plural = "categories"
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("name"), name="category_names_differ_by_more_than_case"),
            models.CheckConstraint(name="category_slug_is_lower_case", condition=Q(slug=Lower("slug"))),
        ]

    def __str__(self) -> str:
        return self.name


class TierQuerySet(models.QuerySet["Tier"]):
    def called(self, word: str) -> Self:
        return self.filter(Q(slug=word.lower()) | Q(name__iexact=word))


class Tier(BaseModel):
    """One of few steps from plain to exclusive, each at its own price."""

    name = models.CharField(max_length=50)
    slug = models.SlugField(max_length=50, unique=True)
    position = models.PositiveSmallIntegerField(default=0, help_text="Smaller ones come first.")

    objects: ClassVar = TierQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        ordering: ClassVar = ["position", "name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("name"), name="tier_names_differ_by_more_than_case"),
            models.CheckConstraint(name="tier_slug_is_lower_case", condition=Q(slug=Lower("slug"))),
        ]

    def __str__(self) -> str:
        return self.name
