-- What a rep is to win a month, from a month on and until a later month has another one; null is none from then on.
-- Of one month's the newest counts. None is ever changed, so that they also say who set what when.
CREATE TABLE sales_goal (
    id uuid PRIMARY KEY,
    staff_id text NOT NULL REFERENCES staff ON DELETE RESTRICT,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    amount numeric(14, 2) CHECK (amount > 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    set_by_id text NOT NULL REFERENCES staff ON DELETE RESTRICT,
    set_at timestamptz NOT NULL
);
CREATE INDEX sales_goal_newest ON sales_goal (staff_id, currency, month DESC, set_at DESC);
ALTER TABLE sales_goal ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales_goal FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON sales_goal TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY system_all ON sales_goal TO crm_system USING (true) WITH CHECK (true);
CREATE POLICY rep_own ON sales_goal FOR SELECT TO crm_rep USING (staff_id = viewer_id());
CREATE POLICY admin_read ON sales_goal FOR SELECT TO crm_admin USING (true);
CREATE POLICY admin_set ON sales_goal FOR INSERT TO crm_admin WITH CHECK (set_by_id = viewer_id());

GRANT SELECT ON sales_goal TO crm_rep, crm_admin, crm_system;
GRANT INSERT ON sales_goal TO crm_admin;
