-- One open lead a customer (promise P2); the rest serve the pages and the sweeps.

CREATE UNIQUE INDEX lead_one_open_per_customer ON lead (customer_id)
    WHERE stage NOT IN ('closed_won', 'closed_lost');
CREATE INDEX lead_customer ON lead (customer_id);
-- The board's order as one ascending row: next follow-up, then the higher score, then the id.
CREATE INDEX lead_board ON lead
    (assigned_to_id, stage, (coalesce(follow_up_at, 'infinity')), (-coalesce(score, -1)), id);
CREATE INDEX lead_board_all ON lead (stage, (coalesce(follow_up_at, 'infinity')), (-coalesce(score, -1)), id);
CREATE INDEX lead_closed ON lead (assigned_to_id, stage, closed_at DESC, id DESC) WHERE closed_at IS NOT NULL;
CREATE INDEX lead_closed_all ON lead (stage, closed_at DESC, id DESC) WHERE closed_at IS NOT NULL;
CREATE INDEX lead_list ON lead (created_at DESC, id DESC);
CREATE INDEX lead_score_due ON lead (score_due_at) WHERE score_due_at IS NOT NULL;
CREATE INDEX lead_reopened_from ON lead (reopened_from_id) WHERE reopened_from_id IS NOT NULL;

CREATE INDEX customer_name_trgm ON customer USING gin (name gin_trgm_ops);
CREATE INDEX customer_email_trgm ON customer USING gin (email_norm gin_trgm_ops);
CREATE INDEX customer_company_trgm ON customer USING gin (company gin_trgm_ops);
CREATE INDEX customer_phone_trgm ON customer USING gin (phone gin_trgm_ops);
CREATE INDEX customer_email_conflict ON customer (id) WHERE email_conflict IS NOT NULL;
CREATE INDEX customer_list ON customer (created_at DESC, id DESC);

CREATE INDEX activity_lead ON activity (lead_id);
CREATE INDEX activity_corrects ON activity (corrects_id) WHERE corrects_id IS NOT NULL;
CREATE INDEX activity_text_customer ON activity_text (customer_id);

CREATE INDEX ticket_desk ON ticket (status, priority, due_at NULLS LAST, id);
CREATE INDEX ticket_customer ON ticket (customer_id);

CREATE INDEX outbox_due ON outbox (next_try_at) WHERE published_at IS NULL;
CREATE INDEX outbox_list ON outbox (created_at DESC, id DESC);
CREATE INDEX inbox_due ON inbox (next_try_at) WHERE status IN ('received', 'waiting');
CREATE INDEX sale_customer ON sale (customer_id);
CREATE INDEX capture_submission_list ON capture_submission (received_at DESC, id DESC);
CREATE INDEX capture_submission_customer ON capture_submission (customer_id);
CREATE INDEX idempotency_age ON idempotency (created_at);
CREATE UNIQUE INDEX score_model_one_active ON score_model (active) WHERE active;
CREATE INDEX score_snapshot_lead ON score_snapshot (lead_id, at DESC);
CREATE INDEX session_staff ON session (staff_id);
CREATE INDEX session_sid ON session (sid) WHERE sid IS NOT NULL;
