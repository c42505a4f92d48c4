-- Giving many leads to others, one by one and reversibly; catching up with the SSO's user list.

CREATE TABLE reassignment (
    id uuid PRIMARY KEY,
    from_id text REFERENCES staff ON DELETE RESTRICT,  -- null: leads that nobody has
    to_ids text[] NOT NULL CHECK (cardinality(to_ids) > 0),
    stage text,                                    -- null: all open stages
    reason text NOT NULL CHECK (reason <> ''),
    state text NOT NULL CHECK (state IN ('running', 'done', 'undoing', 'undone')),
    asked_by_id text NOT NULL REFERENCES staff ON DELETE RESTRICT,
    undone_by_id text REFERENCES staff ON DELETE RESTRICT,
    created_at timestamptz NOT NULL,
    finished_at timestamptz
);
CREATE INDEX reassignment_due ON reassignment (created_at) WHERE state IN ('running', 'undoing');
CREATE INDEX reassignment_list ON reassignment (created_at DESC);

CREATE TABLE reassignment_lead (
    reassignment_id uuid NOT NULL REFERENCES reassignment ON DELETE RESTRICT,
    lead_id uuid NOT NULL REFERENCES lead ON DELETE RESTRICT,
    to_id text NOT NULL REFERENCES staff ON DELETE RESTRICT,
    outcome text NOT NULL DEFAULT 'planned' CHECK (outcome IN ('planned', 'moved', 'skipped', 'returned', 'kept')),
    PRIMARY KEY (reassignment_id, lead_id)
);
CREATE INDEX reassignment_lead_lead ON reassignment_lead (lead_id);
CREATE INDEX reassignment_lead_left ON reassignment_lead (reassignment_id, outcome);

CREATE TABLE reconcile_run (                       -- one walk through the SSO's user list
    id uuid PRIMARY KEY,
    asked_by_id text NOT NULL,
    state text NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    cursor text,                                   -- where the next page begins
    seen integer NOT NULL DEFAULT 0,
    drifted integer NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL,
    last_error text,
    started_at timestamptz NOT NULL,
    finished_at timestamptz
);
CREATE UNIQUE INDEX reconcile_run_one ON reconcile_run (state) WHERE state = 'running';
CREATE INDEX reconcile_run_list ON reconcile_run (started_at DESC);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['reassignment', 'reassignment_lead', 'reconcile_run'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner_all ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY system_all ON %I TO crm_system USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY admin_all ON %I TO crm_admin USING (true) WITH CHECK (true)', t);
    END LOOP;
END $$;

-- An admin counts who is signed in; what the sessions hold stays out of sight.
CREATE POLICY admin_read ON session FOR SELECT TO crm_admin USING (true);
GRANT SELECT (staff_id, last_seen_at, expires_at) ON session TO crm_admin;

GRANT SELECT, INSERT ON reassignment, reassignment_lead TO crm_admin;
GRANT UPDATE (state, undone_by_id, finished_at) ON reassignment TO crm_admin;
GRANT SELECT, UPDATE ON reassignment, reassignment_lead TO crm_system;
GRANT SELECT, INSERT ON reconcile_run TO crm_admin;
GRANT SELECT, INSERT, UPDATE ON reconcile_run TO crm_system;
