-- A saved view may search for a person: who erases them forgets it too.

-- What stands in a query string, as it was typed; in a text there is no %00.
CREATE FUNCTION query_as_typed(query text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$
    SELECT convert_from(string_agg(
        CASE WHEN part[1] LIKE '\%__' THEN decode(substr(part[1], 2), 'hex') ELSE convert_to(part[1], 'UTF8') END,
        '' ORDER BY place), 'UTF8')
    FROM regexp_matches(replace(replace(query, '%00', ' '), '+', ' '), '%[[:xdigit:]]{2}|[^%]+|%', 'g')
        WITH ORDINALITY AS found (part, place)
$$;
REVOKE EXECUTE ON FUNCTION query_as_typed(text) FROM PUBLIC;

-- As in 70_merge.sql, and what somebody searches for under a name.
CREATE OR REPLACE FUNCTION erase_received(whole uuid[], theirs text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    UPDATE capture_submission SET raw = NULL, problems = '[]', idempotency_key = NULL WHERE customer_id = ANY(whole)
        OR lead_id IN (SELECT id FROM lead WHERE customer_id = ANY(whole)) OR speaks_of(raw::text, theirs);
    UPDATE lead_import_row SET cells = NULL, problems = '[]', email_norm = NULL
        WHERE lead_id IN (SELECT id FROM lead WHERE customer_id = ANY(whole)) OR speaks_of(cells::text, theirs);
    UPDATE inbox SET raw = '{}', last_error = 'the customer was erased',
        status = CASE WHEN status IN ('received', 'waiting', 'dead') THEN 'ignored' ELSE status END,
        settled_at = coalesce(settled_at, now()), next_try_at = NULL
        WHERE speaks_of(raw, theirs);
    UPDATE idempotency SET answer = answer || jsonb_build_object('customer',
            (answer->'customer') || '{"name": "Erased", "email": null, "company": ""}')
        || CASE WHEN answer ? 'subject' THEN '{"subject": "Erased"}' ELSE '{}' END::jsonb
        || CASE WHEN answer ? 'follow_up_note' THEN '{"follow_up_note": "", "score_reasons": []}' ELSE '{}' END::jsonb
        WHERE answer->'customer'->>'id' = ANY(whole::text[]);
    DELETE FROM idempotency WHERE speaks_of(answer::text, theirs) OR speaks_of(key, theirs);
    DELETE FROM saved_view WHERE speaks_of(name, theirs) OR speaks_of(query_as_typed(query), theirs);
END $$;
