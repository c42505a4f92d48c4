-- Scoring asks what a customer did of their own accord, and not for all that was ever written about them.
-- What may count is said once, for the index and for app/store/scoring.py; what counts is app/domain/scoring/engagement.py's.

CREATE FUNCTION may_show_interest(kind text, data jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE kind
        WHEN 'meeting_logged' THEN true
        WHEN 'call_logged' THEN data->>'direction' = 'inbound'
        WHEN 'email_logged' THEN data->>'direction' = 'inbound'
        WHEN 'lead_captured' THEN data->>'outcome' = 'merged'
        ELSE false END
$$;

CREATE INDEX activity_touch ON activity (lead_id, occurred_at) WHERE may_show_interest(kind, data);
