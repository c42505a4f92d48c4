-- The timeline nobody can rewrite (promise P4): the database itself assigns sequence, time and hash.

-- The text a hash is taken over: a line a field, so that any language can recompute it.
-- No field can hold a line break: the checks on `activity` and the JSON text form see to that.
CREATE FUNCTION activity_canonical(entry activity) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$
    SELECT concat_ws(E'\n', 'crm-activity-v1', entry.id, entry.customer_id, coalesce(entry.lead_id::text, ''),
        entry.seq, entry.kind, entry.actor_id, coalesce(entry.on_behalf_of, ''),
        to_char(entry.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        to_char(entry.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        entry.data::text, coalesce(encode(entry.commitment, 'hex'), ''),
        coalesce(entry.corrects_id::text, ''), coalesce(encode(entry.prev_hash, 'hex'), ''))
$$;

CREATE FUNCTION activity_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    head record;
BEGIN
    -- The customer's row lock orders the entries of one customer and of nobody else.
    SELECT log_seq, log_head INTO STRICT head FROM customer WHERE id = NEW.customer_id FOR NO KEY UPDATE;
    NEW.seq := head.log_seq + 1;
    NEW.prev_hash := head.log_head;
    NEW.recorded_at := clock_timestamp();
    NEW.hash := sha256(convert_to(activity_canonical(NEW), 'UTF8'));
    UPDATE customer SET log_seq = NEW.seq, log_head = NEW.hash WHERE id = NEW.customer_id;
    RETURN NEW;
END $$;

CREATE FUNCTION timeline_is_immutable() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    RAISE EXCEPTION 'the timeline is immutable: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER activity_chain BEFORE INSERT ON activity FOR EACH ROW EXECUTE FUNCTION activity_chain();
CREATE TRIGGER activity_no_change BEFORE UPDATE OR DELETE ON activity
    FOR EACH ROW EXECUTE FUNCTION timeline_is_immutable();
CREATE TRIGGER activity_no_truncate BEFORE TRUNCATE ON activity
    FOR EACH STATEMENT EXECUTE FUNCTION timeline_is_immutable();
CREATE TRIGGER activity_text_no_update BEFORE UPDATE ON activity_text
    FOR EACH ROW EXECUTE FUNCTION timeline_is_immutable();
CREATE TRIGGER activity_text_no_truncate BEFORE TRUNCATE ON activity_text
    FOR EACH STATEMENT EXECUTE FUNCTION timeline_is_immutable();

-- ALWAYS: session_replication_role = replica would switch ordinary triggers off.
ALTER TABLE activity ENABLE ALWAYS TRIGGER activity_chain;
ALTER TABLE activity ENABLE ALWAYS TRIGGER activity_no_change;
ALTER TABLE activity ENABLE ALWAYS TRIGGER activity_no_truncate;
ALTER TABLE activity_text ENABLE ALWAYS TRIGGER activity_text_no_update;
ALTER TABLE activity_text ENABLE ALWAYS TRIGGER activity_text_no_truncate;
