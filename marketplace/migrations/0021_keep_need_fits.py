"""Keep which techniques fit which needs by triggers, and fill it in once."""

from django.db import migrations

KEEP = """
CREATE FUNCTION marketplace_refit(needs uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- One after the other: of two that refit a need at once neither would see what the other has changed.
    PERFORM FROM scenarios_need WHERE id = ANY (needs) ORDER BY id FOR NO KEY UPDATE;
    WITH fitting AS (
        SELECT suggestion.need_id, technique, max(capability.valid_until) AS until
        FROM marketplace_suggestion AS suggestion
        JOIN marketplace_capability AS capability ON capability.id = suggestion.capability_id
        JOIN marketplace_organisation AS owner ON owner.id = capability.owner_id
        CROSS JOIN unnest(capability.techniques) AS technique
        WHERE suggestion.need_id = ANY (needs) AND suggestion.failed_gates = '[]' AND suggestion.state <> 'superseded'
            AND capability.status = 'published' AND owner.verification <> 'suspended'
        GROUP BY suggestion.need_id, technique
    ), gone AS (
        DELETE FROM marketplace_needfit AS fit WHERE fit.need_id = ANY (needs) AND NOT EXISTS (
            SELECT FROM fitting WHERE fitting.need_id = fit.need_id AND fitting.technique = fit.technique)
    )
    INSERT INTO marketplace_needfit AS fit (need_id, technique, until) SELECT need_id, technique, until FROM fitting
    ON CONFLICT (need_id, technique) DO UPDATE SET until = excluded.until WHERE fit.until <> excluded.until;
END $$;

CREATE FUNCTION marketplace_suggestion_refits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM marketplace_refit(array_agg(DISTINCT need_id)) FROM new_rows
        WHERE need_id IS NOT NULL HAVING count(*) > 0;
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM marketplace_refit(array_agg(DISTINCT need_id)) FROM old_rows
        WHERE need_id IS NOT NULL HAVING count(*) > 0;
    ELSE
        PERFORM marketplace_refit(array_agg(DISTINCT one.need_id)) FROM new_rows AS one JOIN old_rows AS other USING (id)
        WHERE one.need_id IS NOT NULL
            AND (one.failed_gates, one.state = 'superseded', one.capability_id)
            IS DISTINCT FROM (other.failed_gates, other.state = 'superseded', other.capability_id)
        HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION marketplace_offer_refits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'marketplace_capability' THEN
        PERFORM marketplace_refit(array_agg(DISTINCT suggestion.need_id))
        FROM new_rows AS one JOIN old_rows AS other USING (id)
        JOIN marketplace_suggestion AS suggestion ON suggestion.capability_id = one.id
        WHERE suggestion.need_id IS NOT NULL
            AND (one.status = 'published', one.valid_until, one.techniques, one.owner_id)
            IS DISTINCT FROM (other.status = 'published', other.valid_until, other.techniques, other.owner_id)
        HAVING count(*) > 0;
    ELSE
        PERFORM marketplace_refit(array_agg(DISTINCT suggestion.need_id))
        FROM new_rows AS one JOIN old_rows AS other USING (id)
        JOIN marketplace_capability AS capability ON capability.owner_id = one.id
        JOIN marketplace_suggestion AS suggestion ON suggestion.capability_id = capability.id
        WHERE suggestion.need_id IS NOT NULL
            AND (one.verification = 'suspended') <> (other.verification = 'suspended')
        HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER suggestion_inserted_refits AFTER INSERT ON marketplace_suggestion
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION marketplace_suggestion_refits();
CREATE TRIGGER suggestion_updated_refits AFTER UPDATE ON marketplace_suggestion
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION marketplace_suggestion_refits();
CREATE TRIGGER suggestion_deleted_refits AFTER DELETE ON marketplace_suggestion
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION marketplace_suggestion_refits();
CREATE TRIGGER capability_updated_refits AFTER UPDATE ON marketplace_capability
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION marketplace_offer_refits();
CREATE TRIGGER organisation_updated_refits AFTER UPDATE ON marketplace_organisation
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION marketplace_offer_refits();

SELECT marketplace_refit(array_agg(DISTINCT need_id)) FROM marketplace_suggestion
WHERE need_id IS NOT NULL HAVING count(*) > 0;
"""

FORGET = """
DROP TRIGGER organisation_updated_refits ON marketplace_organisation;
DROP TRIGGER capability_updated_refits ON marketplace_capability;
DROP TRIGGER suggestion_deleted_refits ON marketplace_suggestion;
DROP TRIGGER suggestion_updated_refits ON marketplace_suggestion;
DROP TRIGGER suggestion_inserted_refits ON marketplace_suggestion;
DROP FUNCTION marketplace_offer_refits();
DROP FUNCTION marketplace_suggestion_refits();
DROP FUNCTION marketplace_refit(uuid[]);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('marketplace', '0020_need_fits'),
    ]

    operations = [migrations.RunSQL(KEEP, FORGET)]
