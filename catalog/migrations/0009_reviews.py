"""Reviews, and what they come to: triggers keep the specialists' stars, whoever writes a review."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import common.clock
import common.ids
from accounts.roles import GrantRoles
from common.table_guards import AuditTable

# Per statement, so that many rows at once cost as much as one. What is said or answered without another number of
# stars touches no row but the review's own. Specialists are locked in the order of their ids, before their standing.
COUNTED = """
CREATE FUNCTION catalog_count_stars() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ids uuid[];
    stars int[];
    numbers int[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(specialist_id), array_agg(rating), array_agg(1) INTO ids, stars, numbers
            FROM added WHERE is_shown AND specialist_id IS NOT NULL;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(specialist_id), array_agg(rating), array_agg(-1) INTO ids, stars, numbers
            FROM removed WHERE is_shown AND specialist_id IS NOT NULL;
    ELSE
        SELECT array_agg(specialist_id), array_agg(rating), array_agg(number) INTO ids, stars, numbers FROM (
            SELECT specialist_id, rating, 1 AS number FROM added WHERE is_shown AND specialist_id IS NOT NULL
            UNION ALL
            SELECT specialist_id, rating, -1 FROM removed WHERE is_shown AND specialist_id IS NOT NULL
        ) AS both_sides;
    END IF;
    SELECT array_agg(id), array_agg(star), array_agg(number) INTO ids, stars, numbers FROM (
        SELECT id, star, sum(each)::int AS number FROM unnest(ids, stars, numbers) AS change (id, star, each)
        GROUP BY id, star HAVING sum(each) <> 0
    ) AS net;
    IF ids IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM FROM catalog_specialist WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
    UPDATE catalog_specialist AS specialist
        SET rating_sum = rating_sum + change.stars, rating_count = rating_count + change.reviews
        FROM (
            SELECT id, sum(star * number) AS stars, sum(number) AS reviews
            FROM unnest(ids, stars, numbers) AS net (id, star, number) GROUP BY id
        ) AS change
        WHERE specialist.id = change.id;
    INSERT INTO catalog_standing (specialist_id) SELECT DISTINCT unnest(ids) ON CONFLICT DO NOTHING;
    UPDATE catalog_standing AS standing
        SET one_star = one_star + change.one, two_stars = two_stars + change.two,
            three_stars = three_stars + change.three, four_stars = four_stars + change.four,
            five_stars = five_stars + change.five
        FROM (
            SELECT id,
                coalesce(sum(number) FILTER (WHERE star = 1), 0) AS one,
                coalesce(sum(number) FILTER (WHERE star = 2), 0) AS two,
                coalesce(sum(number) FILTER (WHERE star = 3), 0) AS three,
                coalesce(sum(number) FILTER (WHERE star = 4), 0) AS four,
                coalesce(sum(number) FILTER (WHERE star = 5), 0) AS five
            FROM unnest(ids, stars, numbers) AS net (id, star, number) GROUP BY id
        ) AS change
        WHERE standing.specialist_id = change.id;
    RETURN NULL;
END $$;
CREATE TRIGGER stars_added AFTER INSERT ON catalog_review REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_count_stars();
CREATE TRIGGER stars_changed AFTER UPDATE ON catalog_review REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_count_stars();
CREATE TRIGGER stars_removed AFTER DELETE ON catalog_review REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_count_stars();
"""
UNCOUNTED = """
DROP TRIGGER stars_removed ON catalog_review;
DROP TRIGGER stars_changed ON catalog_review;
DROP TRIGGER stars_added ON catalog_review;
DROP FUNCTION catalog_count_stars();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0008_rooms_and_instant_booking"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Standing",
            fields=[
                (
                    "specialist",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="standing",
                        serialize=False,
                        to="catalog.specialist",
                    ),
                ),
                ("one_star", models.PositiveIntegerField(db_default=0, default=0)),
                ("two_stars", models.PositiveIntegerField(db_default=0, default=0)),
                ("three_stars", models.PositiveIntegerField(db_default=0, default=0)),
                ("four_stars", models.PositiveIntegerField(db_default=0, default=0)),
                ("five_stars", models.PositiveIntegerField(db_default=0, default=0)),
                ("requests", models.PositiveIntegerField(db_default=0, default=0)),
                ("requests_answered", models.PositiveIntegerField(db_default=0, default=0)),
                ("answer_minutes", models.PositiveIntegerField(null=True)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("requests_answered__lte", models.F("requests"))),
                        name="standing_answers_are_to_requests",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer_minutes", None), ("requests_answered", 0)),
                            models.Q(("answer_minutes__isnull", False), ("requests_answered__gte", 1)),
                            _connector="OR",
                        ),
                        name="standing_knows_how_long_answers_took",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.UUIDField(default=common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), default=common.clock.now, editable=False
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), default=common.clock.now, editable=False
                    ),
                ),
                ("booking_id", models.UUIDField(editable=False, unique=True)),
                ("rating", models.PositiveSmallIntegerField()),
                ("comment", models.TextField(blank=True, max_length=2000)),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30), blank=True, default=list, size=10
                    ),
                ),
                ("edited_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "withdrawn_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="taken back at"),
                ),
                ("reply", models.TextField(blank=True, max_length=1000, verbose_name="the specialist's reply")),
                ("replied_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("hidden_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("hidden_reason", models.CharField(blank=True, editable=False, max_length=500)),
                (
                    "is_shown",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Q(("hidden_at", None), ("withdrawn_at", None)),
                        output_field=models.BooleanField(),
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "hidden_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="catalog.resource",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="catalog.service",
                    ),
                ),
                (
                    "specialist",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="catalog.specialist",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
                "permissions": [("hide_review", "Can hide reviews and show them again")],
                "abstract": False,
                "indexes": [
                    models.Index(fields=["specialist", "-created_at", "-id"], name="reviews_of_a_specialist"),
                    models.Index(fields=["service", "-created_at", "-id"], name="reviews_of_a_service"),
                    models.Index(fields=["customer", "-created_at", "-id"], name="reviews_of_a_customer"),
                    models.Index(fields=["-created_at", "-id"], name="reviews_by_age"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("rating__gte", 1), ("rating__lte", 5)),
                        name="review_gives_one_to_five_stars",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("hidden_at", None), ("hidden_reason", "")),
                            models.Q(("hidden_at__isnull", False), models.Q(("hidden_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="review_is_hidden_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_at", None),
                            models.Q(("comment", ""), ("reply", ""), ("tags", [])),
                            _connector="OR",
                        ),
                        name="review_taken_back_says_nothing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("replied_at", None), ("reply", "")),
                            models.Q(models.Q(("reply", ""), _negated=True), ("replied_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="review_reply_has_its_time",
                    ),
                ],
            },
        ),
        migrations.RunSQL(COUNTED, UNCOUNTED),
        AuditTable("catalog_review", hide=["comment", "reply"]),
        GrantRoles("catalog", only=("view_review", "hide_review")),
    ]
