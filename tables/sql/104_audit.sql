-- Who signed in, took data out, changed how the CRM works, and what was refused: appended, read by admins, and let go
-- when it is old. Ids and fixed words alone: whoever reads it sees the names that those ids have today.

CREATE TABLE audit_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),  -- nobody is granted to say another time
    kind text NOT NULL CHECK (kind IN ('sign_in', 'refused', 'export', 'change')),
    event text NOT NULL CHECK (event ~ '^[a-z_]{1,40}$'),
    who text CHECK (who <> '' AND length(who) <= 255),  -- null where nothing that was shown can be believed
    about text CHECK (about <> '' AND length(about) <= 255),  -- the id of what it was done to; the event says of what
    also text CHECK (also <> '' AND length(also) <= 255),     -- a second id, or a word of the event
    number integer NOT NULL DEFAULT 1 CHECK (number >= 0),    -- of how many, or how often within a minute
    reason text CHECK (length(reason) <= 100),          -- why it was refused
    route text CHECK (length(route) <= 200),            -- where, without its ids
    CHECK (kind = 'refused' OR reason IS NULL AND route IS NULL)
);
CREATE INDEX audit_event_at ON audit_event (at DESC, id DESC);
CREATE INDEX audit_event_kind ON audit_event (kind, at DESC, id DESC);
CREATE INDEX audit_event_who ON audit_event (who, at DESC, id DESC) WHERE who IS NOT NULL;
CREATE INDEX audit_event_about ON audit_event (about, at DESC, id DESC) WHERE about IS NOT NULL;

-- How long (docs/runbook.md). Anybody can have something refused, so that goes first.
CREATE FUNCTION audit_kept_for(kind text) RETURNS interval
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE kind WHEN 'refused' THEN interval '90 days' ELSE interval '400 days' END
$$;

CREATE FUNCTION audit_is_append_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.at < clock_timestamp() - audit_kept_for(OLD.kind) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_no_change;
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_no_truncate;

-- The one way to take anything out of it; each half by its own index.
CREATE FUNCTION forget_old_audit() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM audit_event WHERE kind = 'refused' AND at < now() - audit_kept_for('refused');
    DELETE FROM audit_event WHERE at < now() - audit_kept_for('change');
$$;

-- Whoever joins the staff, leaves, or may do more than before: whatever way the news came, also by hand.
CREATE FUNCTION audit_staff() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    actor text := coalesce(viewer_id(), 'operator');
    access text := nullif(left(concat_ws(' ', array_to_string(NEW.roles, ' '), NEW.rep_id), 255), '');
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO audit_event (kind, event, who, about, also) VALUES ('change', 'staff_joined', actor, NEW.id, access);
        RETURN NULL;
    END IF;
    IF OLD.active <> NEW.active THEN
        INSERT INTO audit_event (kind, event, who, about) VALUES
            ('change', CASE WHEN NEW.active THEN 'staff_activated' ELSE 'staff_deactivated' END, actor, NEW.id);
    END IF;
    IF (OLD.roles, OLD.rep_id) IS DISTINCT FROM (NEW.roles, NEW.rep_id) THEN
        INSERT INTO audit_event (kind, event, who, about, also) VALUES ('change', 'roles_changed', actor, NEW.id, access);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER staff_audit AFTER INSERT OR UPDATE OF active, roles, rep_id ON staff
    FOR EACH ROW EXECUTE FUNCTION audit_staff();
ALTER TABLE staff ENABLE ALWAYS TRIGGER staff_audit;

ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_event FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON audit_event TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY admin_read ON audit_event FOR SELECT TO crm_admin USING (true);
CREATE POLICY admin_append ON audit_event FOR INSERT TO crm_admin WITH CHECK (who = viewer_id());
CREATE POLICY rep_append ON audit_event FOR INSERT TO crm_rep WITH CHECK (who = viewer_id() AND kind = 'export');
CREATE POLICY support_append ON audit_event FOR INSERT TO crm_support
    WITH CHECK (who = viewer_id() AND kind = 'export');
CREATE POLICY system_append ON audit_event FOR INSERT TO crm_system WITH CHECK (true);
GRANT SELECT ON audit_event TO crm_admin;
GRANT INSERT (kind, event, who, about, also, number) ON audit_event TO crm_rep, crm_support, crm_admin;
GRANT INSERT (kind, event, who, about, also, number, reason, route) ON audit_event TO crm_system;
REVOKE EXECUTE ON FUNCTION audit_kept_for(text), audit_is_append_only(), forget_old_audit(), audit_staff() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_old_audit() TO crm_system;
