-- Columns and constraints. Foreign keys never cascade; times are timestamptz; ids are made in Python.

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;

CREATE TABLE staff (
    id text PRIMARY KEY CHECK (id <> '' AND length(id) <= 255),  -- the SSO's `sub`
    rep_id text,
    name text NOT NULL,
    email text NOT NULL,
    email_version bigint NOT NULL DEFAULT 0,
    roles text[] NOT NULL DEFAULT '{}',
    active boolean NOT NULL DEFAULT true,
    accepts_leads boolean NOT NULL DEFAULT true,
    last_login_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE customer (
    id uuid PRIMARY KEY,
    sso_user_id text UNIQUE,
    name text NOT NULL,
    email text,                                    -- as written by the person; null once erased
    email_norm text UNIQUE,                        -- the key of deduplication
    email_version bigint NOT NULL DEFAULT 0,
    email_synced_at timestamptz,
    email_conflict text,                           -- an e-mail the SSO asks for that another customer has
    phone text NOT NULL DEFAULT '',
    company text NOT NULL DEFAULT '',
    job_title text NOT NULL DEFAULT '',
    country text NOT NULL DEFAULT '',
    first_campaign jsonb,
    last_campaign jsonb,
    first_consent jsonb,
    last_consent jsonb,
    last_contact_at timestamptz,
    clv numeric(14, 2) NOT NULL DEFAULT 0 CHECK (clv >= 0),
    log_seq bigint NOT NULL DEFAULT 0,             -- head of the timeline's hash chain
    log_head bytea,
    erased_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK ((email IS NULL) = (email_norm IS NULL))
);

CREATE TABLE lead (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customer ON DELETE RESTRICT,
    assigned_to_id text REFERENCES staff ON DELETE RESTRICT,
    reopened_from_id uuid REFERENCES lead ON DELETE RESTRICT,
    status text NOT NULL CHECK (status IN ('new', 'working', 'nurturing', 'converted', 'disqualified')),
    stage text NOT NULL CHECK (stage IN
        ('lead', 'qualified', 'proposal_sent', 'negotiation', 'closed_won', 'closed_lost')),
    source text NOT NULL DEFAULT '',
    form_id text NOT NULL DEFAULT '',
    campaign jsonb,
    answers jsonb NOT NULL DEFAULT '{}',
    message_length integer NOT NULL DEFAULT 0,     -- how much they wrote; the text itself is in activity_text
    score smallint CHECK (score BETWEEN 0 AND 100),
    win_probability double precision CHECK (win_probability > 0 AND win_probability < 1),
    score_reasons jsonb NOT NULL DEFAULT '[]',
    score_version text,
    scored_at timestamptz,
    score_due_at timestamptz,                      -- a score is owed since then
    expected_value numeric(14, 2) CHECK (expected_value >= 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    expected_close_on date,
    follow_up_at timestamptz,
    follow_up_note text NOT NULL DEFAULT '',
    stage_entered_at timestamptz NOT NULL,
    closed_at timestamptz,
    lost_reason text,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK ((closed_at IS NOT NULL) = (stage IN ('closed_won', 'closed_lost'))),
    CHECK ((lost_reason IS NOT NULL) = (stage = 'closed_lost')),
    CHECK ((status = 'converted') = (stage = 'closed_won')),
    CHECK ((status = 'disqualified') = (stage = 'closed_lost'))
);

CREATE TABLE activity (                            -- the timeline: append-only, chained per customer
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customer ON DELETE RESTRICT,
    lead_id uuid REFERENCES lead ON DELETE RESTRICT,
    seq bigint NOT NULL,
    kind text NOT NULL CHECK (kind ~ '^[a-z_]{1,40}$'),
    actor_id text NOT NULL CHECK (actor_id ~ '^[[:print:]]{1,255}$'),
    on_behalf_of text CHECK (on_behalf_of ~ '^[[:print:]]{1,255}$'),
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    data jsonb NOT NULL DEFAULT '{}',              -- never anything personal, never money
    commitment bytea CHECK (length(commitment) = 32),
    corrects_id uuid REFERENCES activity ON DELETE RESTRICT,
    prev_hash bytea,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    UNIQUE (customer_id, seq)
);

CREATE TABLE activity_text (                       -- the only erasable part of the timeline
    activity_id uuid PRIMARY KEY REFERENCES activity ON DELETE RESTRICT,
    customer_id uuid NOT NULL REFERENCES customer ON DELETE RESTRICT,
    salt bytea NOT NULL,
    body text NOT NULL                             -- a JSON object; activity.commitment = sha256(salt || body)
);

CREATE TABLE ticket (
    id uuid PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    customer_id uuid NOT NULL REFERENCES customer ON DELETE RESTRICT,
    subject text NOT NULL,
    status text NOT NULL CHECK (status IN ('open', 'pending', 'resolved', 'closed')),
    priority text NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    assignee_id text REFERENCES staff ON DELETE RESTRICT,
    opened_by_id text REFERENCES staff ON DELETE RESTRICT,
    due_at timestamptz,
    closed_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE outbox (                              -- Debezium's column names, and how the delivery goes
    id uuid PRIMARY KEY,
    aggregatetype text NOT NULL,
    aggregateid text NOT NULL,
    type text NOT NULL,
    payload jsonb NOT NULL,
    dedupe text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL,
    published_at timestamptz,
    last_error text
);

CREATE TABLE sale (
    id uuid PRIMARY KEY,
    lead_id uuid NOT NULL UNIQUE REFERENCES lead ON DELETE RESTRICT,
    customer_id uuid NOT NULL REFERENCES customer ON DELETE RESTRICT,
    event_id uuid NOT NULL UNIQUE REFERENCES outbox ON DELETE RESTRICT,
    amount numeric(14, 2) NOT NULL CHECK (amount >= 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    product text NOT NULL,
    starts_on date,
    contract_reference text NOT NULL DEFAULT '',
    handoff_note text NOT NULL DEFAULT '',
    sales_rep_id text,
    recorded_by_id text NOT NULL,
    closed_at timestamptz NOT NULL
);

CREATE TABLE delivery (                            -- one row a sink and attempt
    event_id uuid NOT NULL REFERENCES outbox ON DELETE RESTRICT,
    sink text NOT NULL,
    attempt integer NOT NULL,
    at timestamptz NOT NULL,
    ok boolean NOT NULL,
    answer text NOT NULL DEFAULT '',
    latency_ms integer NOT NULL,
    PRIMARY KEY (event_id, sink, attempt)
);

CREATE TABLE capture_submission (                  -- every submission as it came, whatever became of it
    id uuid PRIMARY KEY,
    client text NOT NULL,
    idempotency_key text,
    body_hash bytea NOT NULL,
    raw jsonb,                                     -- null once erased
    outcome text NOT NULL CHECK (outcome IN ('created', 'merged', 'refused', 'held', 'discarded')),
    problems jsonb NOT NULL DEFAULT '[]',
    lead_id uuid REFERENCES lead ON DELETE RESTRICT,
    customer_id uuid REFERENCES customer ON DELETE RESTRICT,
    received_at timestamptz NOT NULL
);

CREATE TABLE idempotency (                         -- the first answer to each key, kept for seven days
    client text NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    body_hash bytea NOT NULL,
    status smallint NOT NULL,
    answer jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (client, key)
);

CREATE TABLE inbox (                               -- events from other systems, first kept, then applied
    source text NOT NULL,
    id text NOT NULL,
    type text NOT NULL,
    raw text NOT NULL,
    status text NOT NULL CHECK (status IN ('received', 'waiting', 'applied', 'stale', 'ignored', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    next_try_at timestamptz,
    last_error text,
    received_at timestamptz NOT NULL,
    settled_at timestamptz,
    PRIMARY KEY (source, id)
);

CREATE TABLE score_model (
    version text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('rules', 'points')),
    body jsonb NOT NULL,
    metrics jsonb NOT NULL DEFAULT '{}',
    decision text NOT NULL DEFAULT '',
    active boolean NOT NULL DEFAULT false,
    created_by_id text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE score_snapshot (                      -- what a score was made of, at that moment
    id uuid PRIMARY KEY,
    lead_id uuid NOT NULL REFERENCES lead ON DELETE RESTRICT,
    at timestamptz NOT NULL,
    version text NOT NULL REFERENCES score_model ON DELETE RESTRICT,
    score smallint NOT NULL CHECK (score BETWEEN 0 AND 100),
    win_probability double precision NOT NULL,
    features jsonb NOT NULL,
    reasons jsonb NOT NULL
);

CREATE TABLE session (
    id_hash bytea PRIMARY KEY CHECK (length(id_hash) = 32),
    staff_id text NOT NULL REFERENCES staff ON DELETE RESTRICT,
    sid text,
    roles text[] NOT NULL,
    role text NOT NULL CHECK (role IN ('crm_rep', 'crm_support', 'crm_admin')),
    rep_id text,
    refresh_token bytea,
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    refreshed_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE TABLE login_attempt (
    state_hash bytea PRIMARY KEY CHECK (length(state_hash) = 32),
    nonce text NOT NULL,
    verifier text NOT NULL,
    next text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE saved_view (
    id uuid PRIMARY KEY,
    owner_id text NOT NULL REFERENCES staff ON DELETE RESTRICT,
    name text NOT NULL CHECK (name <> ''),
    query text NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (owner_id, name)
);

CREATE TABLE log_anchor (                          -- signed roots over all chain heads
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    entries bigint NOT NULL,
    root bytea NOT NULL,
    signature bytea NOT NULL,
    public_key bytea NOT NULL
);

CREATE SEQUENCE assignment_turn;                   -- whose turn it is to get the next captured lead
