-- Capture in full: held and refused submissions, clients with secrets of their own, imports; and how scores do.

ALTER TABLE capture_submission
    ADD COLUMN answered_lead_id uuid,              -- the ids a held submission was answered with
    ADD COLUMN answered_customer_id uuid,
    ADD COLUMN decided_by_id text,                 -- who approved or discarded it
    ADD COLUMN decided_at timestamptz;

CREATE INDEX capture_submission_client ON capture_submission (client, received_at DESC);
CREATE INDEX capture_submission_outcome ON capture_submission (outcome, received_at DESC, id DESC)
    WHERE outcome IN ('held', 'refused', 'discarded');

CREATE TABLE capture_client (                      -- a system that signs its forms with a secret of its own
    id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{1,62}$'),
    name text NOT NULL CHECK (name <> ''),
    created_by_id text NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);

CREATE TABLE capture_secret (
    id uuid PRIMARY KEY,
    client_id text NOT NULL REFERENCES capture_client ON DELETE RESTRICT,
    sealed bytea NOT NULL,                         -- its key lies outside the database
    created_by_id text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz                         -- an old secret overlaps with the new one until then
);
CREATE INDEX capture_secret_client ON capture_secret (client_id);

CREATE TABLE lead_import (
    id uuid PRIMARY KEY,
    file_name text NOT NULL,
    columns jsonb NOT NULL,
    mapping jsonb NOT NULL DEFAULT '{}',
    status text NOT NULL CHECK (status IN ('uploaded', 'checking', 'checked', 'running', 'done', 'cancelled')),
    total integer NOT NULL CHECK (total > 0),
    created_by_id text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX lead_import_due ON lead_import (updated_at) WHERE status IN ('checking', 'running');

CREATE TABLE lead_import_row (
    import_id uuid NOT NULL REFERENCES lead_import ON DELETE RESTRICT,
    line integer NOT NULL,
    cells jsonb,                                   -- null once imported: the lead has them then
    email_norm text,                               -- who it is about, as long as the cells are here
    forecast text CHECK (forecast IN ('created', 'merged', 'refused')),
    outcome text CHECK (outcome IN ('created', 'merged', 'refused')),
    problems jsonb NOT NULL DEFAULT '[]',
    lead_id uuid REFERENCES lead ON DELETE RESTRICT,
    PRIMARY KEY (import_id, line)
);
CREATE INDEX lead_import_row_unforeseen ON lead_import_row (import_id, line) WHERE forecast IS NULL;
CREATE INDEX lead_import_row_left ON lead_import_row (import_id, line) WHERE outcome IS NULL;
CREATE INDEX lead_import_row_email ON lead_import_row (import_id, email_norm) WHERE email_norm IS NOT NULL;
CREATE INDEX lead_import_row_lead ON lead_import_row (lead_id);

ALTER TABLE score_model
    ADD COLUMN note text NOT NULL DEFAULT '',
    ADD COLUMN activated_at timestamptz,
    ADD COLUMN activated_by_id text;

CREATE TABLE score_check (                         -- how the active version does on leads that closed since
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    version text NOT NULL REFERENCES score_model ON DELETE RESTRICT,
    metrics jsonb NOT NULL,
    warnings jsonb NOT NULL DEFAULT '[]'
);
CREATE INDEX score_check_at ON score_check (at DESC);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['capture_client', 'capture_secret', 'lead_import', 'lead_import_row', 'score_check'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner_all ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY system_all ON %I TO crm_system USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY admin_all ON %I TO crm_admin USING (true) WITH CHECK (true)', t);
    END LOOP;
END $$;

GRANT UPDATE (decided_by_id, decided_at) ON capture_submission TO crm_admin;
GRANT SELECT ON capture_client, capture_secret, score_check TO crm_system;
GRANT SELECT, INSERT ON capture_client, capture_secret TO crm_admin;
GRANT UPDATE (name, revoked_at) ON capture_client TO crm_admin;
GRANT UPDATE (expires_at) ON capture_secret TO crm_admin;
GRANT SELECT, INSERT, UPDATE ON lead_import, lead_import_row TO crm_system;
GRANT SELECT, INSERT ON lead_import, lead_import_row TO crm_admin;
GRANT UPDATE (mapping, status, updated_at) ON lead_import TO crm_admin;
GRANT UPDATE (forecast, problems) ON lead_import_row TO crm_admin;
GRANT INSERT ON score_check TO crm_system;
GRANT SELECT ON score_check TO crm_admin;
