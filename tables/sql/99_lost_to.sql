-- To whom a lead was lost that went with a competitor. Support reads it, as it reads the reason; who sells writes it.
ALTER TABLE lead ADD COLUMN lost_to text
    CHECK (lost_to IS NULL OR lost_to <> '' AND lost_reason IS NOT DISTINCT FROM 'competitor');
GRANT SELECT (lost_to) ON lead TO crm_support;
GRANT UPDATE (lost_to) ON lead TO crm_rep;
