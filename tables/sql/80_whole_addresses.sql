-- What is erased with one person is theirs: addresses are typed by people now, and typing errors hit other people's.

-- A message speaks of an address where it stands as a whole: joe@big.com is not spoken of as e@big.com. A sign before it
-- belongs to it only after a letter; line breaks of JSON end with one. What follows it ends it in doubt.
CREATE OR REPLACE FUNCTION speaks_of(message text, theirs text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (SELECT FROM unnest(theirs) AS their WHERE strpos(lower(message), their) > 0 AND lower(message) ~ (
        '(^|[^[:alnum:]._%+-]|(^|[^[:alnum:]])[._%+-]|\\[bfnrt]|\\u[[:xdigit:]]{4})'
        || regexp_replace(their, '([^[:alnum:]@])', '\\\1', 'g') || '($|[^[:alnum:]])'))
$$;

-- As in 70_merge.sql, but for addresses that another customer has by now.
CREATE OR REPLACE FUNCTION erase_person(wanted uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    who uuid;
    whole uuid[];                                  -- the person, and who was merged into them
    theirs text[];                                 -- every address they had, and their account, as texts to look for
BEGIN
    SELECT customer_id INTO STRICT who FROM erasure WHERE id = wanted AND confirmed_by_id IS NOT NULL;
    SELECT array_agg(id) INTO STRICT whole FROM (
        SELECT id FROM customer WHERE id = who OR merged_into_id = who ORDER BY id FOR UPDATE) AS locked;
    SELECT coalesce(array_agg(DISTINCT lower(address)), '{}') INTO theirs FROM (
        SELECT unnest(ARRAY[email, email_norm, '"' || sso_user_id || '"']) AS address
            FROM customer WHERE id = ANY(whole)
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
