-- An event that can never be applied is put aside by somebody who says why; it may be taken up again.
ALTER TABLE inbox ADD COLUMN discarded_by_id text, ADD COLUMN discarded_because text,
    DROP CONSTRAINT inbox_status_check,
    ADD CONSTRAINT inbox_status_check
        CHECK (status IN ('received', 'waiting', 'applied', 'stale', 'ignored', 'dead', 'discarded')) NOT VALID,
    ADD CONSTRAINT inbox_discarded
        CHECK ((status = 'discarded') = (discarded_because IS NOT NULL AND discarded_by_id IS NOT NULL));
GRANT UPDATE (discarded_by_id, discarded_because) ON inbox TO crm_admin;

-- As in 86_accounts_where_they_stand.sql, and why an event was discarded.
CREATE OR REPLACE FUNCTION erase_received(whole uuid[], theirs text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    accounts text[] := ARRAY(SELECT sso_user_id FROM customer WHERE id = ANY(whole) AND sso_user_id IS NOT NULL);
    named boolean := cardinality(accounts) > 0;
    -- What stands in the text of a capture that names one, so that not each has to be read: NULL where it may be spelled otherwise.
    spelled text[] := CASE WHEN array_to_string(accounts, '') ~ '^[[:ascii:]]*$'
        THEN ARRAY(SELECT btrim(to_json(account)::text, '"') FROM unnest(accounts) AS account) END;
BEGIN
    UPDATE capture_submission SET raw = NULL, problems = '[]', idempotency_key = NULL WHERE customer_id = ANY(whole)
        OR lead_id IN (SELECT id FROM lead WHERE customer_id = ANY(whole)) OR speaks_of(raw::text, theirs)
        OR named AND (spelled IS NULL OR jsonb_typeof(raw) = 'string'
                OR EXISTS (SELECT FROM unnest(spelled) AS account WHERE strpos(raw::text, account) > 0))
            AND accounts_in(raw #>> '{}') && accounts;
    UPDATE lead_import_row SET cells = NULL, problems = '[]', email_norm = NULL
        WHERE lead_id IN (SELECT id FROM lead WHERE customer_id = ANY(whole)) OR speaks_of(cells::text, theirs);
    UPDATE inbox SET raw = '{}', last_error = 'the customer was erased',
        status = CASE WHEN status IN ('received', 'waiting', 'dead', 'discarded') THEN 'ignored' ELSE status END,
        discarded_by_id = NULL, discarded_because = NULL,
        settled_at = coalesce(settled_at, now()), next_try_at = NULL
        WHERE speaks_of(raw, theirs) OR named AND accounts_in(raw) && accounts;
    UPDATE inbox SET discarded_because = 'Erased' WHERE speaks_of(discarded_because, theirs);
    UPDATE idempotency SET answer = answer || jsonb_build_object('customer',
            (answer->'customer') || '{"name": "Erased", "email": null, "company": ""}')
        || CASE WHEN answer ? 'subject' THEN '{"subject": "Erased"}' ELSE '{}' END::jsonb
        || CASE WHEN answer ? 'follow_up_note' THEN '{"follow_up_note": "", "score_reasons": []}' ELSE '{}' END::jsonb
        WHERE answer->'customer'->>'id' = ANY(whole::text[]);
    DELETE FROM idempotency WHERE speaks_of(answer::text, theirs) OR speaks_of(key, theirs);
    DELETE FROM saved_view WHERE speaks_of(name, theirs) OR speaks_of(query_as_typed(query), theirs);
END $$;
