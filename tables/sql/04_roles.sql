-- The roles a transaction can take. NOLOGIN, no rights over each other; the application's login is a
-- NOINHERIT member of all and has no rights of its own, so a query outside a transaction's role sees nothing.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['crm_rep', 'crm_support', 'crm_admin', 'crm_system'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', wanted);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;  -- roles belong to the cluster; another database of it made this one
        END;
    END LOOP;
END $$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO crm_rep, crm_support, crm_admin, crm_system;
REVOKE EXECUTE ON FUNCTION activity_canonical(activity), activity_chain(), timeline_is_immutable() FROM PUBLIC;

-- What everybody signed in may read of the staff: names beside the work. Who takes leads is an admin's.
GRANT SELECT ON staff TO crm_rep, crm_support, crm_admin, crm_system;
GRANT UPDATE (accepts_leads, updated_at) ON staff TO crm_admin;
GRANT INSERT, UPDATE ON staff TO crm_system;

-- Customers. Money (clv) is not for support; the chain's head is nobody's: the trigger keeps it.
GRANT SELECT ON customer TO crm_rep, crm_admin, crm_system;
GRANT SELECT (id, sso_user_id, name, email, email_norm, email_version, email_synced_at, email_conflict, phone,
    company, job_title, country, first_campaign, last_campaign, first_consent, last_consent, last_contact_at,
    log_seq, log_head, erased_at, created_at, updated_at) ON customer TO crm_support;
GRANT INSERT (id, sso_user_id, name, email, email_norm, phone, company, job_title, country, first_campaign,
    last_campaign, first_consent, last_consent, created_at, updated_at) ON customer TO crm_rep, crm_admin, crm_system;
GRANT UPDATE (last_contact_at, updated_at) ON customer TO crm_support;
GRANT UPDATE (name, phone, company, job_title, country, last_contact_at, clv, updated_at)
    ON customer TO crm_rep, crm_admin;
GRANT UPDATE (sso_user_id, name, email, email_norm, email_version, email_synced_at, email_conflict, phone, company,
    job_title, country, first_campaign, last_campaign, first_consent, last_consent, last_contact_at, clv, updated_at)
    ON customer TO crm_system;

-- Leads. No value, no forecast for support.
GRANT SELECT, INSERT ON lead TO crm_rep, crm_admin, crm_system;
GRANT SELECT (id, customer_id, assigned_to_id, reopened_from_id, status, stage, source, form_id, campaign, score,
    score_reasons, score_version, scored_at, score_due_at, follow_up_at, follow_up_note, stage_entered_at, closed_at,
    lost_reason, version, created_at, updated_at) ON lead TO crm_support;
GRANT UPDATE (status, follow_up_at, follow_up_note, score_due_at, version, updated_at) ON lead TO crm_support;
GRANT UPDATE (status, stage, score_due_at, expected_value, currency, expected_close_on, follow_up_at, follow_up_note,
    stage_entered_at, closed_at, lost_reason, version, updated_at) ON lead TO crm_rep;
GRANT UPDATE ON lead TO crm_admin, crm_system;

-- The timeline: read and append, nothing else; seq, recorded_at and the hashes are the trigger's.
GRANT SELECT ON activity, activity_text TO crm_rep, crm_support, crm_admin, crm_system;
GRANT INSERT (id, customer_id, lead_id, kind, actor_id, on_behalf_of, occurred_at, data, commitment, corrects_id)
    ON activity TO crm_rep, crm_support, crm_admin, crm_system;
GRANT INSERT ON activity_text TO crm_rep, crm_support, crm_admin, crm_system;

GRANT USAGE ON SEQUENCE assignment_turn TO crm_system;
GRANT SELECT, INSERT, UPDATE ON ticket TO crm_rep, crm_support, crm_admin, crm_system;

GRANT SELECT, INSERT ON sale TO crm_rep, crm_admin, crm_system;
GRANT SELECT, INSERT ON outbox TO crm_rep, crm_admin, crm_system;
GRANT UPDATE (attempts, next_try_at, published_at, last_error) ON outbox TO crm_admin, crm_system;
GRANT SELECT, INSERT ON delivery TO crm_system;
GRANT SELECT ON delivery TO crm_admin;

GRANT SELECT, INSERT, UPDATE ON capture_submission TO crm_system;
GRANT SELECT, UPDATE (outcome, lead_id, customer_id) ON capture_submission TO crm_admin;
GRANT SELECT, INSERT ON idempotency TO crm_rep, crm_support, crm_admin, crm_system;
GRANT DELETE ON idempotency TO crm_system;
GRANT SELECT, INSERT, UPDATE ON inbox TO crm_system;
GRANT SELECT, UPDATE (status, attempts, next_try_at, settled_at, last_error) ON inbox TO crm_admin;
GRANT SELECT ON score_model, score_snapshot TO crm_admin;
GRANT INSERT, UPDATE ON score_model TO crm_admin, crm_system;
GRANT SELECT ON score_model, score_snapshot TO crm_system;
GRANT INSERT ON score_snapshot TO crm_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON session, login_attempt TO crm_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON saved_view TO crm_rep, crm_support, crm_admin;
GRANT SELECT, INSERT ON log_anchor TO crm_system;
GRANT SELECT ON log_anchor TO crm_admin;

-- Whose row is this? The transaction says it once (app/store/transaction.py).
CREATE FUNCTION viewer_id() RETURNS text
LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.user_id', true), '') $$;

REVOKE EXECUTE ON FUNCTION viewer_id() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION viewer_id(), activity_canonical(activity)
    TO crm_rep, crm_support, crm_admin, crm_system;
