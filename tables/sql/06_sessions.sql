-- Who does this cookie belong to? One round trip, callable by the application's login without any role:
-- the viewer is not known before it answers. Idle 30 minutes and 12 hours absolute (ASVS 7.3.1, 7.3.2).

CREATE FUNCTION find_session(wanted bytea)
RETURNS TABLE (staff_id text, role text, rep_id text, name text, email text, refreshed_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    UPDATE session SET last_seen_at = now()
        WHERE id_hash = wanted AND last_seen_at BETWEEN now() - interval '30 minutes' AND now() - interval '1 minute';
    RETURN QUERY
        SELECT s.staff_id, s.role, s.rep_id, p.name, p.email, s.refreshed_at
        FROM session s JOIN staff p ON p.id = s.staff_id
        WHERE s.id_hash = wanted AND p.active AND s.expires_at > now()
            AND s.last_seen_at > now() - interval '30 minutes';
END $$;

REVOKE EXECUTE ON FUNCTION find_session(bytea) FROM PUBLIC;
