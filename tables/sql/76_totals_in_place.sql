-- The ledger stays short: a change adds to a row of its owner and stage that nobody holds just now, and makes a new one only
-- where all are held. Reading a head costs as many rows as moves of that owner ran at once, not all since the last fold.

-- Not when many leads change in one transaction: each would read all versions the ones before it have left of that row.
-- (PostgreSQL's count also holds what this session did within the last second: it errs towards a new row.)
-- It says whether there was such a row, so that it can be called in an assignment, which is the quickest way to call it.
CREATE FUNCTION lead_total_add(owner text, at_stage text, more_leads bigint, more_value numeric, few boolean) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF few THEN
        UPDATE lead_total SET leads = leads + more_leads, value = value + more_value WHERE id = (
            SELECT id FROM lead_total WHERE owner_id = owner AND stage = at_stage LIMIT 1 FOR UPDATE SKIP LOCKED);
        IF FOUND THEN
            RETURN true;
        END IF;
    END IF;
    INSERT INTO lead_total (owner_id, stage, leads, value) VALUES (owner, at_stage, more_leads, more_value);
    RETURN false;
END $$;

CREATE OR REPLACE FUNCTION lead_total_move() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    few CONSTANT boolean := pg_stat_get_xact_tuples_updated(TG_RELID) < 1000;
    in_place boolean;
BEGIN
    in_place := lead_total_add(coalesce(OLD.assigned_to_id, ''), OLD.stage, -1, -coalesce(OLD.expected_value, 0), few);
    in_place := lead_total_add(coalesce(NEW.assigned_to_id, ''), NEW.stage, 1, coalesce(NEW.expected_value, 0), few);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION lead_total_add(text, text, bigint, numeric, boolean) FROM PUBLIC;
