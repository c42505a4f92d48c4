-- Whom an entry names with an @. Who is named finds it and keeps what they have read; nobody else does.

CREATE TABLE mention (
    activity_id uuid NOT NULL REFERENCES activity ON DELETE RESTRICT,
    staff_id text NOT NULL REFERENCES staff ON DELETE RESTRICT,
    by_id text NOT NULL CHECK (by_id <> '' AND length(by_id) <= 255),
    at timestamptz NOT NULL DEFAULT clock_timestamp(),  -- nobody is granted to say another time
    read_at timestamptz,
    PRIMARY KEY (activity_id, staff_id),
    CHECK (staff_id <> by_id)
);
CREATE INDEX mention_of ON mention (staff_id, at DESC, activity_id DESC);
CREATE INDEX mention_unread ON mention (staff_id) WHERE read_at IS NULL;

ALTER TABLE mention ENABLE ROW LEVEL SECURITY;
ALTER TABLE mention FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON mention TO CURRENT_USER USING (true) WITH CHECK (true);
DO $$
DECLARE
    who text;
BEGIN
    FOREACH who IN ARRAY ARRAY['rep', 'support', 'admin'] LOOP
        EXECUTE format('CREATE POLICY %I ON mention FOR SELECT TO %I USING (staff_id = viewer_id())',
            who || '_own', 'crm_' || who);
        EXECUTE format('CREATE POLICY %I ON mention FOR UPDATE TO %I USING (staff_id = viewer_id())',
            who || '_read', 'crm_' || who);
        EXECUTE format('CREATE POLICY %I ON mention FOR INSERT TO %I WITH CHECK (by_id = viewer_id())',
            who || '_write', 'crm_' || who);
    END LOOP;
END $$;
GRANT SELECT, INSERT (activity_id, staff_id, by_id), UPDATE (read_at) ON mention TO crm_rep, crm_support, crm_admin;

-- How many of somebody's are unread, a hundred at most; asked with whose session it is (app/store/sessions.py).
CREATE FUNCTION unread_mentions(who text) RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN (SELECT count(*) FROM (SELECT FROM mention WHERE staff_id = who AND read_at IS NULL LIMIT 100) unread);
END $$;
REVOKE EXECUTE ON FUNCTION unread_mentions(text) FROM PUBLIC;
