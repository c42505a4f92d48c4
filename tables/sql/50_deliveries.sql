-- Where events go: each sink can be paused, each failed attempt says when it is repeated, and readers that
-- catch up by themselves follow one order.

CREATE TABLE sink (                                -- a row only once somebody has paused the sink
    name text PRIMARY KEY CHECK (name ~ '^[a-z]{1,20}$'),
    paused_at timestamptz,
    paused_by text,
    reason text NOT NULL DEFAULT '',
    resumed_at timestamptz,                        -- what failed before is tried again at once
    CHECK ((paused_at IS NULL) = (paused_by IS NULL))
);
ALTER TABLE sink ENABLE ROW LEVEL SECURITY;
ALTER TABLE sink FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON sink TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY system_all ON sink TO crm_system USING (true) WITH CHECK (true);
CREATE POLICY admin_all ON sink TO crm_admin USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON sink TO crm_system, crm_admin;

ALTER TABLE delivery ADD COLUMN retry_at timestamptz;
CREATE INDEX delivery_failed ON delivery (sink, at DESC) WHERE NOT ok;

-- Given once the event is committed, under one lock: whoever read as far as a position never misses one before it.
ALTER TABLE outbox ADD COLUMN position bigint UNIQUE CHECK (position > 0);
GRANT UPDATE (position) ON outbox TO crm_system;
CREATE INDEX outbox_unnumbered ON outbox (created_at, id) WHERE position IS NULL;
CREATE INDEX outbox_unsent ON outbox (created_at, id) WHERE published_at IS NULL;
