"""Keeps the names of somebody's groups on their own row, where authentication reads them for nothing.

The membership tables stay the truth. Whatever is written to the column by anybody else, such as the save of an object
that was read before a group was joined, is replaced by what the tables say.
"""

from django.db import migrations

from common.table_guards import AuditTable

# As migration 0002 wrote it.
BEFORE = AuditTable("accounts_user", hide=["password"], ignore=["last_login"], without_actor="is_staff")
FORWARDS = """
CREATE FUNCTION accounts_group_names(person uuid) RETURNS varchar[] LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(array_agg(role.name ORDER BY role.name), '{}')
    FROM accounts_user_groups member JOIN auth_group role ON role.id = member.group_id
    WHERE member.user_id = person
$$;

CREATE FUNCTION accounts_correct_group_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.group_names := accounts_group_names(NEW.id);
    RETURN NEW;
END $$;

CREATE FUNCTION accounts_mirror_membership() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    person uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.user_id ELSE NEW.user_id END;
BEGIN
    -- Whoever joins two groups at once waits here, and then reads what the other transaction has written.
    PERFORM 1 FROM accounts_user WHERE id = person FOR NO KEY UPDATE;
    UPDATE accounts_user SET group_names = accounts_group_names(person) WHERE id = person;
    RETURN NULL;
END $$;

CREATE FUNCTION accounts_mirror_group_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE accounts_user person SET group_names = accounts_group_names(person.id)
    FROM accounts_user_groups member WHERE member.group_id = NEW.id AND member.user_id = person.id;
    RETURN NULL;
END $$;

UPDATE accounts_user SET group_names = accounts_group_names(id)
WHERE id IN (SELECT user_id FROM accounts_user_groups);

CREATE TRIGGER correct_group_names BEFORE UPDATE ON accounts_user FOR EACH ROW
    WHEN (NEW.group_names IS DISTINCT FROM OLD.group_names) EXECUTE FUNCTION accounts_correct_group_names();
CREATE TRIGGER mirror_membership AFTER INSERT OR UPDATE OR DELETE ON accounts_user_groups FOR EACH ROW
    EXECUTE FUNCTION accounts_mirror_membership();
CREATE TRIGGER mirror_group_name AFTER UPDATE OF name ON auth_group FOR EACH ROW
    WHEN (NEW.name IS DISTINCT FROM OLD.name) EXECUTE FUNCTION accounts_mirror_group_name();
"""
BACKWARDS = """
DROP TRIGGER mirror_group_name ON auth_group;
DROP TRIGGER mirror_membership ON accounts_user_groups;
DROP TRIGGER correct_group_names ON accounts_user;
DROP FUNCTION accounts_mirror_group_name();
DROP FUNCTION accounts_mirror_membership();
DROP FUNCTION accounts_correct_group_names();
DROP FUNCTION accounts_group_names(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_people")]

    operations = [
        migrations.RunSQL(FORWARDS, BACKWARDS),
        # That somebody joined a group is recorded where it happens; the mirror is no second piece of news.
        migrations.RunSQL(BEFORE.reverse_sql, BEFORE.sql),
        AuditTable(
            "accounts_user", hide=["password"], ignore=["last_login", "group_names"], without_actor="is_staff"
        ),
    ]
