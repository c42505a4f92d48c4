-- What everybody together closed on each day (UTC): the heads of the closed columns on an admin's board, which say the last
-- thirty days. A ledger as `lead_total` is, folded with it; what one person closed lately is few enough to be counted.

CREATE TABLE closed_total (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stage text NOT NULL,
    closed_on date NOT NULL,
    leads bigint NOT NULL,
    value numeric(18, 2) NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX closed_total_day ON closed_total (closed_on, stage);

-- Adds a minus for what was closed and a plus for what is: always rows of their own, since leads are closed one by one.
CREATE FUNCTION closed_total_count() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO closed_total (stage, closed_on, leads, value)
        SELECT stage, (closed_at AT TIME ZONE 'UTC')::date, sign, sign * coalesce(value, 0)
        FROM (VALUES (-1, OLD.stage, OLD.closed_at, OLD.expected_value), (1, NEW.stage, NEW.closed_at, NEW.expected_value))
            AS said (sign, stage, closed_at, value)
        WHERE closed_at IS NOT NULL;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION closed_total_count() FROM PUBLIC;

-- A row at a time: what is captured and moved is open, and costs no call.
CREATE TRIGGER closed_total_insert AFTER INSERT ON lead FOR EACH ROW
    WHEN (NEW.closed_at IS NOT NULL) EXECUTE FUNCTION closed_total_count();
CREATE TRIGGER closed_total_delete AFTER DELETE ON lead FOR EACH ROW
    WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION closed_total_count();
CREATE TRIGGER closed_total_update AFTER UPDATE OF stage, closed_at, expected_value ON lead FOR EACH ROW
    WHEN ((OLD.closed_at IS NOT NULL OR NEW.closed_at IS NOT NULL) AND (OLD.stage, OLD.closed_at, OLD.expected_value)
        IS DISTINCT FROM (NEW.stage, NEW.closed_at, NEW.expected_value))
    EXECUTE FUNCTION closed_total_count();
ALTER TABLE lead ENABLE ALWAYS TRIGGER closed_total_insert;
ALTER TABLE lead ENABLE ALWAYS TRIGGER closed_total_delete;
ALTER TABLE lead ENABLE ALWAYS TRIGGER closed_total_update;

-- The triggers' locks keep writers out until this migration ends: nothing is missed, nothing counted twice.
INSERT INTO closed_total (stage, closed_on, leads, value)
    SELECT stage, (closed_at AT TIME ZONE 'UTC')::date, count(*), coalesce(sum(expected_value), 0)
    FROM lead WHERE closed_at IS NOT NULL GROUP BY 1, 2;

ALTER TABLE closed_total ENABLE ROW LEVEL SECURITY;
ALTER TABLE closed_total FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON closed_total TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY system_all ON closed_total TO crm_system USING (true) WITH CHECK (true);
CREATE POLICY admin_all ON closed_total FOR SELECT TO crm_admin USING (true);
GRANT SELECT ON closed_total TO crm_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON closed_total TO crm_system;  -- a lock needs UPDATE
