-- An account is looked for where a message names one: an id as short as 42 stands in other people's messages too.

-- The accounts a capture or an event of the SSO names, as app/domain/capture.py and sso_dialects.py read them. Who did
-- an admin event (authDetails) is not whom it is about. What is no JSON nobody reads: there the fields' names must do.
CREATE FUNCTION accounts_in(message text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, public AS $$
DECLARE
    said jsonb;
BEGIN
    said := message::jsonb;
    RETURN ARRAY[
        normalize(regexp_replace(said->>'sso_user_id', '^\s+|\s+$', '', 'g')),
        said #>> '{data,user_id}', said #>> '{data,object,user_id}', said->>'userId',
        CASE WHEN NOT said ? 'resourcePath' THEN said #>> '{authDetails,userId}' END,
        substring(said->>'resourcePath' FROM '^users/(.*)$')];
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RETURN ARRAY(SELECT part[1] FROM regexp_matches(
        message, '"(?:sso_user_id|user_id|userId)"\s*:\s*"([^"]+)"', 'g') AS part);
END $$;
REVOKE EXECUTE ON FUNCTION accounts_in(text) FROM PUBLIC;

-- As in 80_whole_addresses.sql, without the account.
CREATE OR REPLACE FUNCTION erase_person(wanted uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    who uuid;
    whole uuid[];                                  -- the person, and who was merged into them
    theirs text[];                                 -- every address they had, as texts to look for
BEGIN
    SELECT customer_id INTO STRICT who FROM erasure WHERE id = wanted AND confirmed_by_id IS NOT NULL;
    SELECT array_agg(id) INTO STRICT whole FROM (
        SELECT id FROM customer WHERE id = who OR merged_into_id = who ORDER BY id FOR UPDATE) AS locked;
    SELECT coalesce(array_agg(DISTINCT lower(address)), '{}') INTO theirs FROM (
        SELECT unnest(ARRAY[email, email_norm]) AS address FROM customer WHERE id = ANY(whole)
        UNION ALL SELECT unnest(ARRAY[body::jsonb->>'old', body::jsonb->>'new'])
            FROM activity_text JOIN activity ON activity.id = activity_id
            WHERE activity.customer_id = ANY(whole) AND kind = 'email_updated'
    ) AS known WHERE address <> ''
        AND NOT EXISTS (SELECT FROM customer WHERE email_norm = lower(address) AND id <> ALL(whole));

    DELETE FROM activity_text WHERE customer_id = ANY(whole);
    UPDATE customer SET name = 'Erased', email = NULL, email_norm = NULL, email_conflict = NULL, phone = '',
        company = '', job_title = '', country = '', first_campaign = NULL, last_campaign = NULL,
        first_consent = NULL, last_consent = NULL, erased_at = now(), updated_at = now() WHERE id = ANY(whole);
    UPDATE lead SET campaign = NULL, answers = '{}', follow_up_at = NULL, follow_up_note = '', score_reasons = '[]',
        score = NULL, win_probability = NULL, score_due_at = NULL WHERE customer_id = who;
    UPDATE score_snapshot SET features = '{}', reasons = '[]'
        WHERE lead_id IN (SELECT id FROM lead WHERE customer_id = who);
    UPDATE ticket SET subject = 'Erased' WHERE customer_id = who;
    UPDATE sale SET handoff_note = '' WHERE customer_id = who;
    UPDATE outbox SET payload = jsonb_set(payload, '{sale_details,handoff_note}', '""')
        WHERE id IN (SELECT event_id FROM sale WHERE customer_id = who) AND payload #> '{sale_details,handoff_note}' IS NOT NULL;
    UPDATE delivery SET answer = '' WHERE event_id IN (SELECT event_id FROM sale WHERE customer_id = who);
    PERFORM erase_received(whole, theirs);
END $$;

-- As in 81_erased_views.sql, and what names their account.
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
        status = CASE WHEN status IN ('received', 'waiting', 'dead') THEN 'ignored' ELSE status END,
        settled_at = coalesce(settled_at, now()), next_try_at = NULL
        WHERE speaks_of(raw, theirs) OR named AND accounts_in(raw) && accounts;
    UPDATE idempotency SET answer = answer || jsonb_build_object('customer',
            (answer->'customer') || '{"name": "Erased", "email": null, "company": ""}')
        || CASE WHEN answer ? 'subject' THEN '{"subject": "Erased"}' ELSE '{}' END::jsonb
        || CASE WHEN answer ? 'follow_up_note' THEN '{"follow_up_note": "", "score_reasons": []}' ELSE '{}' END::jsonb
        WHERE answer->'customer'->>'id' = ANY(whole::text[]);
    DELETE FROM idempotency WHERE speaks_of(answer::text, theirs) OR speaks_of(key, theirs);
    DELETE FROM saved_view WHERE speaks_of(name, theirs) OR speaks_of(query_as_typed(query), theirs);
END $$;
