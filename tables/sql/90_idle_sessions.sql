-- A page that looks after itself asks whose session it is without keeping it alive: only a person does.

CREATE FUNCTION peek_session(wanted bytea)
RETURNS TABLE (staff_id text, role text, rep_id text, name text, email text, refreshed_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN QUERY
        SELECT s.staff_id, s.role, s.rep_id, p.name, p.email, s.refreshed_at
        FROM session s JOIN staff p ON p.id = s.staff_id
        WHERE s.id_hash = wanted AND p.active AND s.expires_at > now()
            AND s.last_seen_at > now() - interval '30 minutes';
END $$;

REVOKE EXECUTE ON FUNCTION peek_session(bytea) FROM PUBLIC;
