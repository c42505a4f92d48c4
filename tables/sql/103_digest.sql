-- The daily e-mail: who wants it and where they are, and what is owed of it, a row for each person and day.
ALTER TABLE staff ADD COLUMN zone text CHECK (length(zone) BETWEEN 1 AND 64),  -- null: their browser has not said it yet
    ADD COLUMN wants_digest boolean NOT NULL DEFAULT true;

CREATE TABLE digest (
    id uuid PRIMARY KEY,
    staff_id text NOT NULL REFERENCES staff ON DELETE RESTRICT,
    day date NOT NULL,                             -- theirs
    zone text NOT NULL,
    state text NOT NULL DEFAULT 'owed' CHECK (state IN ('owed', 'sent', 'empty', 'failed', 'unwanted')),
    edition integer NOT NULL DEFAULT 1,            -- another one each time they ask for it: a mail of its own
    attempts integer NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL,              -- while one is under way: when another worker may take over
    ends_at timestamptz NOT NULL,                  -- with their day; then nobody needs it any more
    last_error text,
    off_hashes bytea[] NOT NULL DEFAULT '{}',      -- of what its mails can be switched off with
    created_at timestamptz NOT NULL,
    settled_at timestamptz,
    UNIQUE (staff_id, day),
    CHECK ((state = 'owed') = (settled_at IS NULL))
);
CREATE INDEX digest_owed ON digest (next_try_at) WHERE state = 'owed';

ALTER TABLE digest ENABLE ROW LEVEL SECURITY;
ALTER TABLE digest FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON digest TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY system_all ON digest TO crm_system USING (true) WITH CHECK (true);
CREATE POLICY admin_read ON digest FOR SELECT TO crm_admin USING (true);
CREATE POLICY rep_own ON digest FOR SELECT TO crm_rep USING (staff_id = viewer_id());
GRANT SELECT, INSERT, UPDATE, DELETE ON digest TO crm_system;
GRANT SELECT (id, staff_id, day, zone, state, attempts, next_try_at, last_error, created_at, settled_at)
    ON digest TO crm_rep, crm_admin;
