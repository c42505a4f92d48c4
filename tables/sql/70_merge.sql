-- Two records of one person become one: what can change moves, the history of both stays as it was written.

ALTER TABLE customer ADD COLUMN merged_into_id uuid REFERENCES customer ON DELETE RESTRICT
    CHECK (merged_into_id <> id);                  -- always who is left in the end, never another merged one
CREATE INDEX customer_merged_into ON customer (merged_into_id) WHERE merged_into_id IS NOT NULL;
GRANT SELECT (merged_into_id) ON customer TO crm_support;

-- Neighbours in these orders are compared (app/store/duplicates.py).
CREATE INDEX customer_by_digits ON customer (left(regexp_replace(phone, '[^0-9]', '', 'g'), 40), id)
    WHERE merged_into_id IS NULL AND erased_at IS NULL AND length(regexp_replace(phone, '[^0-9]', '', 'g')) >= 7;
CREATE INDEX customer_by_name ON customer (left(lower(name), 100), id)
    WHERE merged_into_id IS NULL AND erased_at IS NULL;

CREATE TABLE distinct_pair (                       -- somebody looked: these two only look alike
    one_id uuid NOT NULL REFERENCES customer ON DELETE RESTRICT,
    other_id uuid NOT NULL REFERENCES customer ON DELETE RESTRICT,
    decided_by_id text NOT NULL,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (one_id, other_id),
    CHECK (one_id < other_id)
);
CREATE INDEX distinct_pair_other ON distinct_pair (other_id);
ALTER TABLE distinct_pair ENABLE ROW LEVEL SECURITY;
ALTER TABLE distinct_pair FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON distinct_pair TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY system_all ON distinct_pair TO crm_system USING (true) WITH CHECK (true);
CREATE POLICY admin_read ON distinct_pair FOR SELECT TO crm_admin USING (true);
CREATE POLICY admin_decide ON distinct_pair FOR INSERT TO crm_admin WITH CHECK (decided_by_id = viewer_id());
CREATE POLICY support_read ON distinct_pair FOR SELECT TO crm_support USING (true);
CREATE POLICY rep_own ON distinct_pair FOR SELECT TO crm_rep
    USING (EXISTS (SELECT FROM customer WHERE customer.id = one_id)
        AND EXISTS (SELECT FROM customer WHERE customer.id = other_id));
GRANT SELECT ON distinct_pair TO crm_rep, crm_support, crm_admin, crm_system;
GRANT INSERT ON distinct_pair TO crm_admin;

-- A rep reaches a merged customer's history through a lead of who is left; their own leads moved there.
-- CASE, not coalesce, which PostgreSQL takes for leaky: no index would be used behind the policy of `lead`.
ALTER POLICY rep_through_lead ON customer
    USING (EXISTS (SELECT FROM lead WHERE lead.customer_id =
        CASE WHEN customer.merged_into_id IS NULL THEN customer.id ELSE customer.merged_into_id END));
-- Where nobody was merged, the first half answers as before and the second is not asked.
ALTER POLICY rep_through_lead ON activity
    USING (EXISTS (SELECT FROM lead WHERE lead.customer_id = activity.customer_id
            AND (activity.lead_id IS NULL OR lead.id = activity.lead_id))
        OR EXISTS (SELECT FROM customer merged JOIN lead ON lead.customer_id = merged.merged_into_id
            WHERE merged.id = activity.customer_id AND (activity.lead_id IS NULL OR lead.id = activity.lead_id)));

-- As in 03_timeline.sql; what somebody still writes on a merged customer goes to who is left: a merged chain has ended.
CREATE OR REPLACE FUNCTION activity_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    head record;
BEGIN
    -- The customer's row lock orders the entries of one customer and of nobody else.
    SELECT log_seq, log_head, merged_into_id INTO STRICT head
        FROM customer WHERE id = NEW.customer_id FOR NO KEY UPDATE;
    IF head.merged_into_id IS NOT NULL THEN
        NEW.customer_id := head.merged_into_id;
        SELECT log_seq, log_head, merged_into_id INTO STRICT head
            FROM customer WHERE id = NEW.customer_id FOR NO KEY UPDATE;
    END IF;
    NEW.seq := head.log_seq + 1;
    NEW.prev_hash := head.log_head;
    NEW.recorded_at := clock_timestamp();
    NEW.hash := sha256(convert_to(activity_canonical(NEW), 'UTF8'));
    UPDATE customer SET log_seq = NEW.seq, log_head = NEW.hash WHERE id = NEW.customer_id;
    RETURN NEW;
END $$;

-- The one way to merge: nobody may set the pointer otherwise, and so nobody can take a merge back.
-- The service has locked everybody, asked who stays open, and writes the entries (app/services/merge.py).
CREATE FUNCTION merge_customer(kept uuid, gone uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    k customer;
    g customer;
BEGIN
    SELECT * INTO STRICT k FROM customer WHERE id = kept AND merged_into_id IS NULL AND erased_at IS NULL FOR UPDATE;
    SELECT * INTO STRICT g FROM customer WHERE id = gone AND merged_into_id IS NULL AND erased_at IS NULL FOR UPDATE;
    UPDATE customer SET merged_into_id = kept, updated_at = now() WHERE id = gone OR merged_into_id = gone;
    UPDATE lead SET customer_id = kept, version = version + 1, updated_at = now() WHERE customer_id = gone;
    UPDATE lead SET score_due_at = coalesce(score_due_at, now()) WHERE customer_id = kept AND closed_at IS NULL;
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

-- First is who came first, last is whose form came last, as far as either form said anything.
CREATE FUNCTION merge_campaigns(k customer, g customer) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    earlier customer := CASE WHEN g.created_at < k.created_at THEN g ELSE k END;
    later customer := CASE WHEN g.created_at < k.created_at THEN k ELSE g END;
    asked uuid;                                    -- who was asked for consent last
    sent uuid;                                     -- whose form named a campaign last
BEGIN
    SELECT customer_id INTO asked FROM activity WHERE customer_id IN (k.id, g.id) AND kind = 'lead_captured'
        AND jsonb_typeof(data->'consent') = 'object' ORDER BY recorded_at DESC LIMIT 1;
    SELECT activity.customer_id INTO sent FROM activity JOIN activity_text body ON body.activity_id = activity.id
        WHERE activity.customer_id IN (k.id, g.id) AND kind = 'lead_captured' AND body.body::jsonb ? 'campaign'
        ORDER BY recorded_at DESC LIMIT 1;
    UPDATE customer SET
        first_campaign = coalesce(earlier.first_campaign, later.first_campaign),
        first_consent = coalesce(earlier.first_consent, later.first_consent),
        last_campaign = CASE WHEN sent = g.id THEN coalesce(g.last_campaign, k.last_campaign)
            ELSE coalesce(k.last_campaign, g.last_campaign) END,
        last_consent = CASE WHEN asked = g.id THEN coalesce(g.last_consent, k.last_consent)
            ELSE coalesce(k.last_consent, g.last_consent) END
        WHERE id = k.id;
END $$;

-- The account comes over with its address, which the SSO answers for; the other address stays findable on the merged row.
CREATE FUNCTION merge_identity(k customer, g customer) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public AS $$
    UPDATE customer SET sso_user_id = NULL, email = NULL, email_norm = NULL, email_conflict = NULL
        WHERE id IN (k.id, g.id);
    UPDATE customer SET sso_user_id = g.sso_user_id, email = g.email, email_norm = g.email_norm,
        email_version = g.email_version, email_synced_at = g.email_synced_at, email_conflict = g.email_conflict
        WHERE id = k.id;
    UPDATE customer SET email = k.email, email_norm = k.email_norm WHERE id = g.id;
$$;

-- As in 21_erasure.sql, for everybody who was merged into the person too.
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
    ) AS known WHERE address <> '';

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

-- What came in from outside: whole messages, found by the person's addresses where they name no customer.
CREATE FUNCTION erase_received(whole uuid[], theirs text[]) RETURNS void
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
END $$;
DROP FUNCTION erase_received(uuid, text[]);

REVOKE EXECUTE ON FUNCTION merge_customer(uuid, uuid), merge_campaigns(customer, customer),
    merge_identity(customer, customer), erase_received(uuid[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION merge_customer(uuid, uuid) TO crm_admin;
