-- When a score is next due: at once after an act, and a day after it was given.
-- An older release left that empty once a score was given; app/services/scoring.owe_forgotten owes one then.

-- Made beside the old one: whoever only reads a lead waits for the exchange alone.
CREATE INDEX lead_score_next ON lead (score_due_at) WHERE closed_at IS NULL;
DROP INDEX lead_score_due;
ALTER INDEX lead_score_next RENAME TO lead_score_due;

-- As in 70_merge.sql, but the score is due now, whatever had been planned.
CREATE OR REPLACE FUNCTION merge_customer(kept uuid, gone uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    k customer;
    g customer;
BEGIN
    SELECT * INTO STRICT k FROM customer WHERE id = kept AND merged_into_id IS NULL AND erased_at IS NULL FOR UPDATE;
    SELECT * INTO STRICT g FROM customer WHERE id = gone AND merged_into_id IS NULL AND erased_at IS NULL FOR UPDATE;
    UPDATE customer SET merged_into_id = kept, updated_at = now() WHERE id = gone OR merged_into_id = gone;
    UPDATE lead SET customer_id = kept, version = version + 1, updated_at = now() WHERE customer_id = gone;
    UPDATE lead SET score_due_at = now() WHERE customer_id = kept AND closed_at IS NULL;
    UPDATE ticket SET customer_id = kept WHERE customer_id = gone;
    UPDATE sale SET customer_id = kept WHERE customer_id = gone;
    UPDATE customer SET
        phone = coalesce(nullif(k.phone, ''), g.phone), company = coalesce(nullif(k.company, ''), g.company),
        job_title = coalesce(nullif(k.job_title, ''), g.job_title), country = coalesce(nullif(k.country, ''), g.country),
        last_contact_at = greatest(k.last_contact_at, g.last_contact_at),
        clv = (SELECT coalesce(sum(amount), 0) FROM sale WHERE customer_id = kept),
        created_at = least(k.created_at, g.created_at), updated_at = now() WHERE id = kept;
    UPDATE customer SET clv = 0 WHERE id = gone;
    PERFORM merge_campaigns(k, g);
    IF g.sso_user_id IS NOT NULL THEN
        PERFORM merge_identity(k, g);
    END IF;
END $$;
