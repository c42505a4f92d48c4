-- How many open leads one person should have in a stage at most. The newest of a stage is in force, null is none;
-- none is ever changed, so that they also say who set which limit when.
CREATE TABLE stage_limit (
    id uuid PRIMARY KEY,
    stage text NOT NULL CHECK (stage IN ('lead', 'qualified', 'proposal_sent', 'negotiation')),
    most integer CHECK (most BETWEEN 1 AND 9999),
    set_by_id text NOT NULL REFERENCES staff ON DELETE RESTRICT,
    set_at timestamptz NOT NULL
);
CREATE INDEX stage_limit_newest ON stage_limit (stage, set_at DESC);
ALTER TABLE stage_limit ENABLE ROW LEVEL SECURITY;
ALTER TABLE stage_limit FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON stage_limit TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY system_all ON stage_limit TO crm_system USING (true) WITH CHECK (true);
CREATE POLICY rep_read ON stage_limit FOR SELECT TO crm_rep USING (true);
CREATE POLICY admin_read ON stage_limit FOR SELECT TO crm_admin USING (true);
CREATE POLICY admin_set ON stage_limit FOR INSERT TO crm_admin WITH CHECK (set_by_id = viewer_id());

GRANT SELECT ON stage_limit TO crm_rep, crm_admin, crm_system;
GRANT INSERT ON stage_limit TO crm_admin;
