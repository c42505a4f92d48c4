-- A reassignment may take leads from several people, and says why a lead stayed where it was.
ALTER TABLE reassignment_lead ADD COLUMN from_id text REFERENCES staff ON DELETE RESTRICT,  -- null: nobody's
    ADD COLUMN because text CHECK (because IN ('changed', 'closed', 'given', 'moved_on'));
UPDATE reassignment_lead SET from_id = reassignment.from_id FROM reassignment
    WHERE reassignment.id = reassignment_id AND reassignment.from_id IS NOT NULL;
