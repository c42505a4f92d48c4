-- An event speaks of a part of an account, and moves how new that part is and no other (docs/adr/0033).
ALTER TABLE customer ADD COLUMN name_version bigint NOT NULL DEFAULT 0, ADD COLUMN name_synced_at timestamptz;
ALTER TABLE staff ADD COLUMN name_version bigint NOT NULL DEFAULT 0, ADD COLUMN name_synced_at timestamptz,
    ADD COLUMN active_version bigint NOT NULL DEFAULT 0, ADD COLUMN active_synced_at timestamptz;
GRANT UPDATE (name_version, name_synced_at) ON customer TO crm_system;

-- Until now there was one for the whole account. Where that hid an address, the next comparison brings it.
UPDATE customer SET name_version = email_version, name_synced_at = email_synced_at
    WHERE email_version > 0 OR email_synced_at IS NOT NULL;
UPDATE staff SET name_version = email_version, name_synced_at = email_synced_at,
    active_version = email_version, active_synced_at = email_synced_at;

-- As in 70_merge.sql; the name stays that of who is left until the SSO has a newer one than the account had.
CREATE OR REPLACE FUNCTION merge_identity(k customer, g customer) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public AS $$
    UPDATE customer SET sso_user_id = NULL, email = NULL, email_norm = NULL, email_conflict = NULL
        WHERE id IN (k.id, g.id);
    UPDATE customer SET sso_user_id = g.sso_user_id, email = g.email, email_norm = g.email_norm,
        email_version = g.email_version, email_synced_at = g.email_synced_at, email_conflict = g.email_conflict,
        name_version = g.name_version, name_synced_at = g.name_synced_at
        WHERE id = k.id;
    UPDATE customer SET email = k.email, email_norm = k.email_norm WHERE id = g.id;
$$;
