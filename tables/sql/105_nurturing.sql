-- A lead is nurtured until a day, which is when somebody comes back to it. Without one nothing said when.
UPDATE lead SET status = 'working', version = version + 1, updated_at = now()
    WHERE status = 'nurturing' AND follow_up_at IS NULL;
ALTER TABLE lead ADD CONSTRAINT lead_nurtured_until CHECK (status <> 'nurturing' OR follow_up_at IS NOT NULL) NOT VALID;
CREATE INDEX lead_nurturing ON lead (assigned_to_id) WHERE status = 'nurturing';
