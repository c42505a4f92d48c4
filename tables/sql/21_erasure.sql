-- The right to be forgotten: what was personal goes from every table, what happened stays, and the chain holds.

CREATE TABLE erasure (                             -- one asks, another confirms; an operator at the machine does both
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customer ON DELETE RESTRICT,
    requested_by_id text NOT NULL,
    requested_at timestamptz NOT NULL,
    confirmed_by_id text,
    withdrawn_at timestamptz,
    done_at timestamptz,
    streams_cleared_at timestamptz,                -- the copies in Redis are gone too
    CHECK (confirmed_by_id <> requested_by_id OR requested_by_id = 'operator'),
    CHECK ((done_at IS NULL) = (confirmed_by_id IS NULL)),
    CHECK (done_at IS NULL OR withdrawn_at IS NULL)
);
CREATE UNIQUE INDEX erasure_one_open ON erasure (customer_id) WHERE done_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX erasure_customer ON erasure (customer_id);
CREATE INDEX erasure_uncleared ON erasure (done_at) WHERE streams_cleared_at IS NULL;

ALTER TABLE erasure ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasure FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON erasure TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY system_all ON erasure TO crm_system USING (true) WITH CHECK (true);
CREATE POLICY admin_read ON erasure FOR SELECT TO crm_admin USING (true);
CREATE POLICY admin_ask ON erasure FOR INSERT TO crm_admin
    WITH CHECK (requested_by_id = viewer_id() AND confirmed_by_id IS NULL);
CREATE POLICY admin_decide ON erasure FOR UPDATE TO crm_admin
    USING (done_at IS NULL) WITH CHECK (confirmed_by_id IS NULL OR confirmed_by_id = viewer_id());
GRANT SELECT, INSERT ON erasure TO crm_admin, crm_system;
GRANT UPDATE (confirmed_by_id, withdrawn_at, done_at) ON erasure TO crm_admin, crm_system;
GRANT UPDATE (streams_cleared_at) ON erasure TO crm_system;

-- Deleting text is nobody's right; this function has it, once, and only for what two people decided.
CREATE FUNCTION erase_person(wanted uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    who uuid;
    person customer;
    theirs text[];                                 -- every address they had, and their account, as texts to look for
BEGIN
    SELECT customer_id INTO STRICT who FROM erasure WHERE id = wanted AND confirmed_by_id IS NOT NULL;
    SELECT * INTO STRICT person FROM customer WHERE id = who FOR UPDATE;
    SELECT coalesce(array_agg(DISTINCT lower(address)), '{}') INTO theirs FROM (
        SELECT unnest(ARRAY[person.email, person.email_norm, '"' || person.sso_user_id || '"']) AS address
        UNION ALL SELECT unnest(ARRAY[body::jsonb->>'old', body::jsonb->>'new'])
            FROM activity_text JOIN activity ON activity.id = activity_id
            WHERE activity_text.customer_id = who AND kind = 'email_updated'
    ) AS known WHERE address <> '';

    DELETE FROM activity_text WHERE customer_id = who;
    UPDATE customer SET name = 'Erased', email = NULL, email_norm = NULL, email_conflict = NULL, phone = '',
        company = '', job_title = '', country = '', first_campaign = NULL, last_campaign = NULL,
        first_consent = NULL, last_consent = NULL, erased_at = now(), updated_at = now() WHERE id = who;
    UPDATE lead SET campaign = NULL, answers = '{}', follow_up_at = NULL, follow_up_note = '', score_reasons = '[]',
        score = NULL, win_probability = NULL, score_due_at = NULL WHERE customer_id = who;
    UPDATE score_snapshot SET features = '{}', reasons = '[]'
        WHERE lead_id IN (SELECT id FROM lead WHERE customer_id = who);
    UPDATE ticket SET subject = 'Erased' WHERE customer_id = who;
    UPDATE sale SET handoff_note = '' WHERE customer_id = who;
    UPDATE outbox SET payload = jsonb_set(payload, '{sale_details,handoff_note}', '""')
        WHERE id IN (SELECT event_id FROM sale WHERE customer_id = who) AND payload #> '{sale_details,handoff_note}' IS NOT NULL;
    UPDATE delivery SET answer = '' WHERE event_id IN (SELECT event_id FROM sale WHERE customer_id = who);
    PERFORM erase_received(who, theirs);
END $$;

-- What came in from outside: whole messages, found by the person's addresses where they name no customer.
CREATE FUNCTION erase_received(who uuid, theirs text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    UPDATE capture_submission SET raw = NULL, problems = '[]', idempotency_key = NULL WHERE customer_id = who
        OR lead_id IN (SELECT id FROM lead WHERE customer_id = who) OR speaks_of(raw::text, theirs);
    UPDATE lead_import_row SET cells = NULL, problems = '[]', email_norm = NULL
        WHERE lead_id IN (SELECT id FROM lead WHERE customer_id = who) OR speaks_of(cells::text, theirs);
    UPDATE inbox SET raw = '{}', last_error = 'the customer was erased',
        status = CASE WHEN status IN ('received', 'waiting', 'dead') THEN 'ignored' ELSE status END,
        settled_at = coalesce(settled_at, now()), next_try_at = NULL
        WHERE speaks_of(raw, theirs);
    UPDATE idempotency SET answer = answer || jsonb_build_object('customer',
            (answer->'customer') || '{"name": "Erased", "email": null, "company": ""}')
        || CASE WHEN answer ? 'subject' THEN '{"subject": "Erased"}' ELSE '{}' END::jsonb
        || CASE WHEN answer ? 'follow_up_note' THEN '{"follow_up_note": "", "score_reasons": []}' ELSE '{}' END::jsonb
        WHERE answer->'customer'->>'id' = who::text;
    DELETE FROM idempotency WHERE speaks_of(answer::text, theirs) OR speaks_of(key, theirs);
END $$;

CREATE FUNCTION speaks_of(message text, theirs text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (SELECT FROM unnest(theirs) AS their WHERE strpos(lower(message), their) > 0)
$$;

REVOKE EXECUTE ON FUNCTION erase_person(uuid), erase_received(uuid, text[]), speaks_of(text, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_person(uuid) TO crm_admin, crm_system;
