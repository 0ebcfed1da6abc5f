"""What services are searched by: a flat row for each, kept right by triggers on everything it is made of.

1. `catalog_service_documents` is the one place that says what a row holds. It takes ids and writes nothing.
2. `catalog_renew_service_documents` first locks the rows there are. A rival that has changed something else about the
   same services holds them until it commits; the statement after the lock then sees what it has written.
3. The triggers of services first take share locks on what the service refers to. Whoever is changing that at the moment
   has not seen this version of the service, and is waited for; whoever comes later, waits.
4. Triggers on users, specialists, categories and tiers hold the changed row itself, and renew what refers to it.

Text is taken apart in one way for rows and for questions: accents and marks go (Zoë is found as zoe), ASCII punctuation
is a blank, letters are small. Words are kept as they are and by their English stem, so that a beginning finds them
(`consultati`) as well as another form (`consultations`).
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

TEXT = r"""
CREATE FUNCTION catalog_plain_words(written text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT btrim(lower(regexp_replace(
        regexp_replace(normalize(written, NFKD), '[\u0300-\u036F]', '', 'g'), '[!-/:-@[-`{-~\s]+', ' ', 'g')))
$$;

CREATE FUNCTION catalog_search_words(written text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT to_tsvector('pg_catalog.simple', plain) || to_tsvector('pg_catalog.english', plain)
    FROM catalog_plain_words(written) AS plain
$$;

-- Every word must occur. Of the last one the beginning is enough; words such as `the` count only there.
CREATE FUNCTION catalog_search_query(asked text) RETURNS tsquery LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    typed text[] := string_to_array(catalog_plain_words(asked), ' ');
    word text;
    stem tsquery;
    found tsquery := '';
BEGIN
    FOR number IN 1 .. cardinality(typed) LOOP
        word := typed[number];
        stem := plainto_tsquery('pg_catalog.english', word);
        IF number = cardinality(typed) THEN
            found := found && (to_tsquery('pg_catalog.simple', '''' || word || ''':*') || stem);
        ELSIF numnode(stem) > 0 THEN
            found := found && (plainto_tsquery('pg_catalog.simple', word) || stem);
        END IF;
    END LOOP;
    RETURN found;
END $$;
"""
NO_TEXT = """
DROP FUNCTION catalog_search_query(text);
DROP FUNCTION catalog_search_words(text);
DROP FUNCTION catalog_plain_words(text);
"""

# The haversine formula on the mean radius of the earth, as in catalog/search_area.py.
DISTANCE = """
CREATE FUNCTION catalog_km_between(lat1 float8, lng1 float8, lat2 float8, lng2 float8) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT 2 * 6371.0088 * asin(least(1.0, sqrt(
        sin(radians(lat2 - lat1) / 2) ^ 2
        + cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lng2 - lng1) / 2) ^ 2)))
$$;
"""
NO_DISTANCE = "DROP FUNCTION catalog_km_between(float8, float8, float8, float8);"

# The body is a text, so that columns read here may still be changed by later migrations.
ROWS = """
CREATE FUNCTION catalog_service_documents(ids uuid[]) RETURNS SETOF catalog_servicedocument LANGUAGE sql STABLE AS $$
    SELECT service.id, service.owner_id, service.category_id, service.tier_id, service.price_minor, service.currency,
        specialist.rating_sum::float8 / nullif(specialist.rating_count, 0),
        coalesce(specialist.rating_count, 0),
        coalesce(lower(specialist.specialties::text)::text[], '{}'),
        coalesce(specialist.location, ''),
        specialist.latitude::float8,
        specialist.longitude::float8,
        is_listed,
        CASE WHEN is_listed THEN
            setweight(catalog_search_words(service.name), 'A')
            || setweight(catalog_search_words(concat_ws(' ', category.name, tier.name, specialist.business_name,
                person.first_name, person.last_name, array_to_string(specialist.specialties, ' '))), 'B')
            || setweight(catalog_search_words(service.description), 'C')
        ELSE ''::tsvector END
    FROM catalog_service AS service
    LEFT JOIN catalog_category AS category ON category.id = service.category_id
    LEFT JOIN catalog_tier AS tier ON tier.id = service.tier_id
    LEFT JOIN catalog_specialist AS specialist ON specialist.id = service.owner_id
    LEFT JOIN accounts_user AS person ON person.id = specialist.user_id
    CROSS JOIN LATERAL (SELECT
        service.is_active AND service.archived_at IS NULL
        AND (service.category_id IS NULL OR category.is_active)
        AND (service.owner_id IS NULL
            OR specialist.is_verified AND specialist.is_active AND person.is_active AND person.erased_at IS NULL)
        AS is_listed) AS state
    WHERE service.id = ANY(ids)
$$;

CREATE FUNCTION catalog_renew_service_documents(ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM catalog_servicedocument WHERE service_id = ANY(ids) ORDER BY service_id FOR UPDATE;
    INSERT INTO catalog_servicedocument SELECT * FROM catalog_service_documents(ids) ORDER BY 1
    ON CONFLICT (service_id) DO UPDATE SET
        (owner_id, category_id, tier_id, price_minor, currency, rating, rating_count, specialties, location, latitude,
            longitude, is_listed, words)
        = ROW(EXCLUDED.owner_id, EXCLUDED.category_id, EXCLUDED.tier_id, EXCLUDED.price_minor, EXCLUDED.currency,
            EXCLUDED.rating, EXCLUDED.rating_count, EXCLUDED.specialties, EXCLUDED.location, EXCLUDED.latitude,
            EXCLUDED.longitude, EXCLUDED.is_listed, EXCLUDED.words);
END $$;
"""
NO_ROWS = """
DROP FUNCTION catalog_renew_service_documents(uuid[]);
DROP FUNCTION catalog_service_documents(uuid[]);
"""

TRIGGERS = """
CREATE FUNCTION catalog_renew_changed_services(ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM accounts_user AS person JOIN catalog_specialist AS specialist ON specialist.user_id = person.id
        WHERE specialist.id IN (SELECT owner_id FROM catalog_service WHERE id = ANY(ids)) ORDER BY person.id FOR SHARE;
    PERFORM FROM catalog_category
        WHERE id IN (SELECT category_id FROM catalog_service WHERE id = ANY(ids)) ORDER BY id FOR SHARE;
    PERFORM FROM catalog_tier WHERE id IN (SELECT tier_id FROM catalog_service WHERE id = ANY(ids)) ORDER BY id FOR SHARE;
    PERFORM catalog_renew_service_documents(ids);
END $$;

CREATE FUNCTION catalog_services_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM catalog_renew_changed_services(array_agg(id)) FROM added HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE TRIGGER search_added AFTER INSERT ON catalog_service REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_services_added();

CREATE FUNCTION catalog_services_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM catalog_renew_changed_services(array_agg(after.id)) FROM after JOIN before ON before.id = after.id
    WHERE (before.owner_id, before.category_id, before.tier_id, before.price_minor, before.currency, before.name,
            before.description, before.is_active, before.archived_at)
        IS DISTINCT FROM (after.owner_id, after.category_id, after.tier_id, after.price_minor, after.currency,
            after.name, after.description, after.is_active, after.archived_at)
    HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE TRIGGER search_changed AFTER UPDATE ON catalog_service REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_services_changed();

CREATE FUNCTION catalog_services_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM catalog_servicedocument USING removed WHERE service_id = removed.id;
    RETURN NULL;
END $$;
CREATE TRIGGER search_removed AFTER DELETE ON catalog_service REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_services_removed();

CREATE FUNCTION catalog_service_context_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ids uuid[];
BEGIN
    CASE TG_TABLE_NAME
        WHEN 'accounts_user' THEN
            SELECT array_agg(service.id) INTO ids FROM catalog_service AS service
            JOIN catalog_specialist AS specialist ON specialist.id = service.owner_id
            WHERE specialist.user_id = NEW.id;
        WHEN 'catalog_specialist' THEN
            SELECT array_agg(id) INTO ids FROM catalog_service WHERE owner_id = NEW.id;
        WHEN 'catalog_category' THEN
            SELECT array_agg(id) INTO ids FROM catalog_service WHERE category_id = NEW.id;
        WHEN 'catalog_tier' THEN
            SELECT array_agg(id) INTO ids FROM catalog_service WHERE tier_id = NEW.id;
    END CASE;
    IF ids IS NOT NULL THEN
        PERFORM catalog_renew_service_documents(ids);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER search_changed AFTER UPDATE OF first_name, last_name, is_active, erased_at ON accounts_user
    FOR EACH ROW WHEN ((OLD.first_name, OLD.last_name, OLD.is_active, OLD.erased_at)
        IS DISTINCT FROM (NEW.first_name, NEW.last_name, NEW.is_active, NEW.erased_at))
    EXECUTE FUNCTION catalog_service_context_changed();
CREATE TRIGGER search_changed AFTER UPDATE ON catalog_specialist
    FOR EACH ROW WHEN ((OLD.user_id, OLD.business_name, OLD.specialties, OLD.location, OLD.latitude, OLD.longitude,
            OLD.rating_sum, OLD.rating_count, OLD.is_verified, OLD.is_active)
        IS DISTINCT FROM (NEW.user_id, NEW.business_name, NEW.specialties, NEW.location, NEW.latitude, NEW.longitude,
            NEW.rating_sum, NEW.rating_count, NEW.is_verified, NEW.is_active))
    EXECUTE FUNCTION catalog_service_context_changed();
CREATE TRIGGER search_changed AFTER UPDATE OF name, is_active ON catalog_category
    FOR EACH ROW WHEN ((OLD.name, OLD.is_active) IS DISTINCT FROM (NEW.name, NEW.is_active))
    EXECUTE FUNCTION catalog_service_context_changed();
CREATE TRIGGER search_changed AFTER UPDATE OF name ON catalog_tier
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name)
    EXECUTE FUNCTION catalog_service_context_changed();

SELECT catalog_renew_service_documents(array_agg(id)) FROM catalog_service HAVING count(*) > 0;
"""
NO_TRIGGERS = """
DROP TRIGGER search_changed ON catalog_tier;
DROP TRIGGER search_changed ON catalog_category;
DROP TRIGGER search_changed ON catalog_specialist;
DROP TRIGGER search_changed ON accounts_user;
DROP FUNCTION catalog_service_context_changed();
DROP TRIGGER search_removed ON catalog_service;
DROP TRIGGER search_changed ON catalog_service;
DROP TRIGGER search_added ON catalog_service;
DROP FUNCTION catalog_services_removed();
DROP FUNCTION catalog_services_changed();
DROP FUNCTION catalog_services_added();
DROP FUNCTION catalog_renew_changed_services(uuid[]);
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_audit_catalog")]

    operations = [
        migrations.CreateModel(
            name="ServiceDocument",
            # In the order in which catalog_service_documents returns them.
            fields=[
                ("service", models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name="document", serialize=False, to="catalog.service")),
                ("owner", models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="catalog.specialist")),
                ("category", models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="catalog.category")),
                ("tier", models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="catalog.tier")),
                ("price_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("rating", models.FloatField(null=True)),
                ("rating_count", models.IntegerField()),
                ("specialties", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("location", models.TextField()),
                ("latitude", models.FloatField(null=True)),
                ("longitude", models.FloatField(null=True)),
                ("is_listed", models.BooleanField()),
                ("words", django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["words"], name="service_document_words"),
                    models.Index(fields=["latitude", "longitude"], name="service_document_place"),
                ],
            },
        ),
        migrations.RunSQL(TEXT, NO_TEXT),
        migrations.RunSQL(DISTANCE, NO_DISTANCE),
        migrations.RunSQL(ROWS, NO_ROWS),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
