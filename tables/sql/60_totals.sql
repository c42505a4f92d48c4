-- How many leads everybody has in each stage, and what they are worth: the heads of the board.
-- A ledger of sums to be added up: a change adds rows and waits for nobody; a worker folds them (app/store/totals.py).

CREATE TABLE lead_total (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id text NOT NULL,                        -- empty for the leads of nobody
    stage text NOT NULL,
    leads bigint NOT NULL,
    value numeric(18, 2) NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX lead_total_owner ON lead_total (owner_id, stage);

CREATE FUNCTION lead_total_count() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO lead_total (owner_id, stage, leads, value)
        SELECT coalesce(assigned_to_id, ''), stage, sign * count(*), sign * coalesce(sum(expected_value), 0)
        FROM changed, (SELECT CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END AS sign) AS direction
        GROUP BY 1, 2, sign;
    RETURN NULL;
END $$;

CREATE FUNCTION lead_total_move() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO lead_total (owner_id, stage, leads, value) VALUES
        (coalesce(OLD.assigned_to_id, ''), OLD.stage, -1, -coalesce(OLD.expected_value, 0)),
        (coalesce(NEW.assigned_to_id, ''), NEW.stage, 1, coalesce(NEW.expected_value, 0));
    RETURN NULL;
END $$;

CREATE TRIGGER lead_total_insert AFTER INSERT ON lead REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION lead_total_count();
CREATE TRIGGER lead_total_delete AFTER DELETE ON lead REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION lead_total_count();
CREATE TRIGGER lead_total_update AFTER UPDATE OF assigned_to_id, stage, expected_value ON lead FOR EACH ROW
    WHEN (OLD.assigned_to_id IS DISTINCT FROM NEW.assigned_to_id OR OLD.stage <> NEW.stage
        OR OLD.expected_value IS DISTINCT FROM NEW.expected_value)
    EXECUTE FUNCTION lead_total_move();
ALTER TABLE lead ENABLE ALWAYS TRIGGER lead_total_insert;
ALTER TABLE lead ENABLE ALWAYS TRIGGER lead_total_delete;
ALTER TABLE lead ENABLE ALWAYS TRIGGER lead_total_update;

-- The triggers' locks keep writers out until this migration ends: nothing is missed, nothing counted twice.
INSERT INTO lead_total (owner_id, stage, leads, value)
    SELECT coalesce(assigned_to_id, ''), stage, count(*), coalesce(sum(expected_value), 0) FROM lead GROUP BY 1, 2;

ALTER TABLE lead_total ENABLE ROW LEVEL SECURITY;
ALTER TABLE lead_total FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON lead_total TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY system_all ON lead_total TO crm_system USING (true) WITH CHECK (true);
CREATE POLICY admin_all ON lead_total FOR SELECT TO crm_admin USING (true);
CREATE POLICY rep_own ON lead_total FOR SELECT TO crm_rep USING (owner_id = viewer_id());
GRANT SELECT ON lead_total TO crm_rep, crm_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON lead_total TO crm_system;  -- a lock needs UPDATE
REVOKE EXECUTE ON FUNCTION lead_total_count(), lead_total_move() FROM PUBLIC;
