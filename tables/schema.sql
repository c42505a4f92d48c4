-- The schema after all of tables/sql, as PostgreSQL says it. Written by `make schema`: read it, change tables/sql.

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;

CREATE FUNCTION public.accounts_in(message text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $_$
DECLARE
    said jsonb;
BEGIN
    said := message::jsonb;
    RETURN ARRAY[
        normalize(regexp_replace(said->>'sso_user_id', '^\s+|\s+$', '', 'g')),
        said #>> '{data,user_id}', said #>> '{data,object,user_id}', said->>'userId',
        CASE WHEN NOT said ? 'resourcePath' THEN said #>> '{authDetails,userId}' END,
        substring(said->>'resourcePath' FROM '^users/(.*)$')];
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RETURN ARRAY(SELECT part[1] FROM regexp_matches(
        message, '"(?:sso_user_id|user_id|userId)"\s*:\s*"([^"]+)"', 'g') AS part);
END $_$;

CREATE TABLE public.activity (
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    lead_id uuid,
    seq bigint NOT NULL,
    kind text NOT NULL,
    actor_id text NOT NULL,
    on_behalf_of text,
    occurred_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    data jsonb DEFAULT '{}'::jsonb NOT NULL,
    commitment bytea,
    corrects_id uuid,
    prev_hash bytea,
    hash bytea NOT NULL,
    CONSTRAINT activity_commitment_check CHECK ((length(commitment) = 32)),
    CONSTRAINT activity_hash_check CHECK ((length(hash) = 32))
);

ALTER TABLE ONLY public.activity FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.activity_canonical(entry public.activity) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT concat_ws(E'\n', 'crm-activity-v1', entry.id, entry.customer_id, coalesce(entry.lead_id::text, ''),
        entry.seq, entry.kind, entry.actor_id, coalesce(entry.on_behalf_of, ''),
        to_char(entry.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        to_char(entry.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        entry.data::text, coalesce(encode(entry.commitment, 'hex'), ''),
        coalesce(entry.corrects_id::text, ''), coalesce(encode(entry.prev_hash, 'hex'), ''))
$$;

CREATE FUNCTION public.activity_chain() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    head record;
BEGIN
    -- The customer's row lock orders the entries of one customer and of nobody else.
    SELECT log_seq, log_head, merged_into_id INTO STRICT head
        FROM customer WHERE id = NEW.customer_id FOR NO KEY UPDATE;
    IF head.merged_into_id IS NOT NULL THEN
        NEW.customer_id := head.merged_into_id;
        SELECT log_seq, log_head, merged_into_id INTO STRICT head
            FROM customer WHERE id = NEW.customer_id FOR NO KEY UPDATE;
    END IF;
    NEW.seq := head.log_seq + 1;
    NEW.prev_hash := head.log_head;
    NEW.recorded_at := clock_timestamp();
    NEW.hash := sha256(convert_to(activity_canonical(NEW), 'UTF8'));
    IF NEW.kind IN ('call_logged', 'email_logged', 'meeting_logged', 'note_logged') THEN
        UPDATE customer SET log_seq = NEW.seq, log_head = NEW.hash,
            last_contact_at = greatest(last_contact_at, NEW.occurred_at), updated_at = now()
            WHERE id = NEW.customer_id;
    ELSE
        UPDATE customer SET log_seq = NEW.seq, log_head = NEW.hash WHERE id = NEW.customer_id;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.audit_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.at < clock_timestamp() - audit_kept_for(OLD.kind) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.audit_kept_for(kind text) RETURNS interval
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT CASE kind WHEN 'refused' THEN interval '90 days' ELSE interval '400 days' END
$$;

CREATE FUNCTION public.audit_staff() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    actor text := coalesce(viewer_id(), 'operator');
    access text := nullif(left(concat_ws(' ', array_to_string(NEW.roles, ' '), NEW.rep_id), 255), '');
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO audit_event (kind, event, who, about, also) VALUES ('change', 'staff_joined', actor, NEW.id, access);
        RETURN NULL;
    END IF;
    IF OLD.active <> NEW.active THEN
        INSERT INTO audit_event (kind, event, who, about) VALUES
            ('change', CASE WHEN NEW.active THEN 'staff_activated' ELSE 'staff_deactivated' END, actor, NEW.id);
    END IF;
    IF (OLD.roles, OLD.rep_id) IS DISTINCT FROM (NEW.roles, NEW.rep_id) THEN
        INSERT INTO audit_event (kind, event, who, about, also) VALUES ('change', 'roles_changed', actor, NEW.id, access);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION public.closed_total_count() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO closed_total (stage, closed_on, leads, value)
        SELECT stage, (closed_at AT TIME ZONE 'UTC')::date, sign, sign * coalesce(value, 0)
        FROM (VALUES (-1, OLD.stage, OLD.closed_at, OLD.expected_value), (1, NEW.stage, NEW.closed_at, NEW.expected_value))
            AS said (sign, stage, closed_at, value)
        WHERE closed_at IS NOT NULL;
    RETURN NULL;
END $$;

CREATE FUNCTION public.erase_person(wanted uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    who uuid;
    whole uuid[];                                  -- the person, and who was merged into them
    theirs text[];                                 -- every address they had, as texts to look for
BEGIN
    SELECT customer_id INTO STRICT who FROM erasure WHERE id = wanted AND confirmed_by_id IS NOT NULL;
    SELECT array_agg(id) INTO STRICT whole FROM (
        SELECT id FROM customer WHERE id = who OR merged_into_id = who ORDER BY id FOR UPDATE) AS locked;
    SELECT coalesce(array_agg(DISTINCT lower(address)), '{}') INTO theirs FROM (
        SELECT unnest(ARRAY[email, email_norm]) AS address FROM customer WHERE id = ANY(whole)
        UNION ALL SELECT unnest(ARRAY[body::jsonb->>'old', body::jsonb->>'new'])
            FROM activity_text JOIN activity ON activity.id = activity_id
            WHERE activity.customer_id = ANY(whole) AND kind = 'email_updated'
    ) AS known WHERE address <> ''
        AND NOT EXISTS (SELECT FROM customer WHERE email_norm = lower(address) AND id <> ALL(whole));

    DELETE FROM activity_text WHERE customer_id = ANY(whole);
    UPDATE customer SET name = 'Erased', email = NULL, email_norm = NULL, email_conflict = NULL, phone = '',
        company = '', job_title = '', country = '', first_campaign = NULL, last_campaign = NULL,
        first_consent = NULL, last_consent = NULL, erased_at = now(), updated_at = now() WHERE id = ANY(whole);
    UPDATE lead SET campaign = NULL, answers = '{}', follow_up_at = NULL, follow_up_note = '', score_reasons = '[]',
        score = NULL, win_probability = NULL, score_due_at = NULL WHERE customer_id = who;
    UPDATE score_snapshot SET features = '{}', reasons = '[]'
        WHERE lead_id IN (SELECT id FROM lead WHERE customer_id = who);
    UPDATE ticket SET subject = 'Erased' WHERE customer_id = who;
    UPDATE sale SET handoff_note = '' WHERE customer_id = who;
    UPDATE outbox SET payload = jsonb_set(payload, '{sale_details,handoff_note}', '""')
        WHERE id IN (SELECT event_id FROM sale WHERE customer_id = who) AND payload #> '{sale_details,handoff_note}' IS NOT NULL;
    UPDATE delivery SET answer = '' WHERE event_id IN (SELECT event_id FROM sale WHERE customer_id = who);
    PERFORM erase_received(whole, theirs);
END $$;

CREATE FUNCTION public.erase_received(whole uuid[], theirs text[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $_$
DECLARE
    accounts text[] := ARRAY(SELECT sso_user_id FROM customer WHERE id = ANY(whole) AND sso_user_id IS NOT NULL);
    named boolean := cardinality(accounts) > 0;
    -- What stands in the text of a capture that names one, so that not each has to be read: NULL where it may be spelled otherwise.
    spelled text[] := CASE WHEN array_to_string(accounts, '') ~ '^[[:ascii:]]*$'
        THEN ARRAY(SELECT btrim(to_json(account)::text, '"') FROM unnest(accounts) AS account) END;
BEGIN
    UPDATE capture_submission SET raw = NULL, problems = '[]', idempotency_key = NULL WHERE customer_id = ANY(whole)
        OR lead_id IN (SELECT id FROM lead WHERE customer_id = ANY(whole)) OR speaks_of(raw::text, theirs)
        OR named AND (spelled IS NULL OR jsonb_typeof(raw) = 'string'
                OR EXISTS (SELECT FROM unnest(spelled) AS account WHERE strpos(raw::text, account) > 0))
            AND accounts_in(raw #>> '{}') && accounts;
    UPDATE lead_import_row SET cells = NULL, problems = '[]', email_norm = NULL
        WHERE lead_id IN (SELECT id FROM lead WHERE customer_id = ANY(whole)) OR speaks_of(cells::text, theirs);
    UPDATE inbox SET raw = '{}', last_error = 'the customer was erased',
        status = CASE WHEN status IN ('received', 'waiting', 'dead', 'discarded') THEN 'ignored' ELSE status END,
        discarded_by_id = NULL, discarded_because = NULL,
        settled_at = coalesce(settled_at, now()), next_try_at = NULL
        WHERE speaks_of(raw, theirs) OR named AND accounts_in(raw) && accounts;
    UPDATE inbox SET discarded_because = 'Erased' WHERE speaks_of(discarded_because, theirs);
    UPDATE idempotency SET answer = answer || jsonb_build_object('customer',
            (answer->'customer') || '{"name": "Erased", "email": null, "company": ""}')
        || CASE WHEN answer ? 'subject' THEN '{"subject": "Erased"}' ELSE '{}' END::jsonb
        || CASE WHEN answer ? 'follow_up_note' THEN '{"follow_up_note": "", "score_reasons": []}' ELSE '{}' END::jsonb
        WHERE answer->'customer'->>'id' = ANY(whole::text[]);
    DELETE FROM idempotency WHERE speaks_of(answer::text, theirs) OR speaks_of(key, theirs);
    DELETE FROM saved_view WHERE speaks_of(name, theirs) OR speaks_of(query_as_typed(query), theirs);
END $_$;

CREATE FUNCTION public.find_session(wanted bytea) RETURNS TABLE(staff_id text, role text, rep_id text, name text, email text, refreshed_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE session SET last_seen_at = now()
        WHERE id_hash = wanted AND last_seen_at BETWEEN now() - interval '30 minutes' AND now() - interval '1 minute';
    RETURN QUERY
        SELECT s.staff_id, s.role, s.rep_id, p.name, p.email, s.refreshed_at
        FROM session s JOIN staff p ON p.id = s.staff_id
        WHERE s.id_hash = wanted AND p.active AND s.expires_at > now()
            AND s.last_seen_at > now() - interval '30 minutes';
END $$;

CREATE FUNCTION public.forget_old_audit() RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    DELETE FROM audit_event WHERE kind = 'refused' AND at < now() - audit_kept_for('refused');
    DELETE FROM audit_event WHERE at < now() - audit_kept_for('change');
$$;

CREATE FUNCTION public.indexable(words text) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT CASE WHEN octet_length(words) <= 2000 THEN words END $$;

CREATE FUNCTION public.lead_total_add(owner text, at_stage text, more_leads bigint, more_value numeric, few boolean) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF few THEN
        UPDATE lead_total SET leads = leads + more_leads, value = value + more_value WHERE id = (
            SELECT id FROM lead_total WHERE owner_id = owner AND stage = at_stage LIMIT 1 FOR UPDATE SKIP LOCKED);
        IF FOUND THEN
            RETURN true;
        END IF;
    END IF;
    INSERT INTO lead_total (owner_id, stage, leads, value) VALUES (owner, at_stage, more_leads, more_value);
    RETURN false;
END $$;

CREATE FUNCTION public.lead_total_count() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO lead_total (owner_id, stage, leads, value)
        SELECT coalesce(assigned_to_id, ''), stage, sign * count(*), sign * coalesce(sum(expected_value), 0)
        FROM changed, (SELECT CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END AS sign) AS direction
        GROUP BY 1, 2, sign;
    RETURN NULL;
END $$;

CREATE FUNCTION public.lead_total_move() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    few CONSTANT boolean := pg_stat_get_xact_tuples_updated(TG_RELID) < 1000;
    in_place boolean;
BEGIN
    in_place := lead_total_add(coalesce(OLD.assigned_to_id, ''), OLD.stage, -1, -coalesce(OLD.expected_value, 0), few);
    in_place := lead_total_add(coalesce(NEW.assigned_to_id, ''), NEW.stage, 1, coalesce(NEW.expected_value, 0), few);
    RETURN NULL;
END $$;

CREATE FUNCTION public.lead_words_add() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO lead_words (lead_id, owner_id, customer_id, created_at, words)
        SELECT NEW.id, coalesce(NEW.assigned_to_id, ''), id, created_at, indexable(words)
        FROM customer WHERE id = NEW.customer_id FOR SHARE;
    RETURN NULL;
END $$;

CREATE FUNCTION public.lead_words_follow() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE lead_words SET created_at = NEW.created_at, words = indexable(NEW.words)
        WHERE lead_id IN (SELECT id FROM lead WHERE customer_id = NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION public.lead_words_move() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE lead_words SET owner_id = coalesce(NEW.assigned_to_id, '') WHERE lead_id = NEW.id;
    IF NEW.customer_id <> OLD.customer_id THEN     -- merged: both customers are locked
        UPDATE lead_words SET customer_id = customer.id, created_at = customer.created_at,
            words = indexable(customer.words)
            FROM customer WHERE customer.id = NEW.customer_id AND lead_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION public.lead_words_remove() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    DELETE FROM lead_words WHERE lead_id = OLD.id;
    RETURN NULL;
END $$;

CREATE FUNCTION public.may_show_interest(kind text, data jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT CASE kind
        WHEN 'meeting_logged' THEN true
        WHEN 'call_logged' THEN data->>'direction' = 'inbound'
        WHEN 'email_logged' THEN data->>'direction' = 'inbound'
        WHEN 'lead_captured' THEN data->>'outcome' = 'merged'
        ELSE false END
$$;

CREATE TABLE public.customer (
    id uuid NOT NULL,
    sso_user_id text,
    name text NOT NULL,
    email text,
    email_norm text,
    email_version bigint DEFAULT 0 NOT NULL,
    email_synced_at timestamp with time zone,
    email_conflict text,
    phone text DEFAULT ''::text NOT NULL,
    company text DEFAULT ''::text NOT NULL,
    job_title text DEFAULT ''::text NOT NULL,
    country text DEFAULT ''::text NOT NULL,
    first_campaign jsonb,
    last_campaign jsonb,
    first_consent jsonb,
    last_consent jsonb,
    last_contact_at timestamp with time zone,
    clv numeric(14,2) DEFAULT 0 NOT NULL,
    log_seq bigint DEFAULT 0 NOT NULL,
    log_head bytea,
    erased_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    merged_into_id uuid,
    words text GENERATED ALWAYS AS (lower(((((((((name || '
'::text) || company) || '
'::text) || COALESCE(email_norm, ''::text)) || '
'::text) || phone) || '
'::text) || regexp_replace(phone, '[^0-9]'::text, ''::text, 'g'::text)))) STORED NOT NULL,
    name_version bigint DEFAULT 0 NOT NULL,
    name_synced_at timestamp with time zone,
    CONSTRAINT customer_check CHECK (((email IS NULL) = (email_norm IS NULL))),
    CONSTRAINT customer_check1 CHECK ((merged_into_id <> id)),
    CONSTRAINT customer_clv_check CHECK ((clv >= (0)::numeric))
)
WITH (fillfactor='80', autovacuum_analyze_scale_factor='0.5');

ALTER TABLE ONLY public.customer FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.merge_campaigns(k public.customer, g public.customer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    earlier customer := CASE WHEN g.created_at < k.created_at THEN g ELSE k END;
    later customer := CASE WHEN g.created_at < k.created_at THEN k ELSE g END;
    asked uuid;                                    -- who was asked for consent last
    sent uuid;                                     -- whose form named a campaign last
BEGIN
    SELECT customer_id INTO asked FROM activity WHERE customer_id IN (k.id, g.id) AND kind = 'lead_captured'
        AND jsonb_typeof(data->'consent') = 'object' ORDER BY recorded_at DESC LIMIT 1;
    SELECT activity.customer_id INTO sent FROM activity JOIN activity_text body ON body.activity_id = activity.id
        WHERE activity.customer_id IN (k.id, g.id) AND kind = 'lead_captured' AND body.body::jsonb ? 'campaign'
        ORDER BY recorded_at DESC LIMIT 1;
    UPDATE customer SET
        first_campaign = coalesce(earlier.first_campaign, later.first_campaign),
        first_consent = coalesce(earlier.first_consent, later.first_consent),
        last_campaign = CASE WHEN sent = g.id THEN coalesce(g.last_campaign, k.last_campaign)
            ELSE coalesce(k.last_campaign, g.last_campaign) END,
        last_consent = CASE WHEN asked = g.id THEN coalesce(g.last_consent, k.last_consent)
            ELSE coalesce(k.last_consent, g.last_consent) END
        WHERE id = k.id;
END $$;

CREATE FUNCTION public.merge_customer(kept uuid, gone uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    k customer;
    g customer;
BEGIN
    SELECT * INTO STRICT k FROM customer WHERE id = kept AND merged_into_id IS NULL AND erased_at IS NULL FOR UPDATE;
    SELECT * INTO STRICT g FROM customer WHERE id = gone AND merged_into_id IS NULL AND erased_at IS NULL FOR UPDATE;
    UPDATE customer SET merged_into_id = kept, updated_at = now() WHERE id = gone OR merged_into_id = gone;
    UPDATE lead SET customer_id = kept, version = version + 1, updated_at = now() WHERE customer_id = gone;
    UPDATE lead SET score_due_at = now() WHERE customer_id = kept AND closed_at IS NULL;
    UPDATE ticket SET customer_id = kept WHERE customer_id = gone;
    UPDATE sale SET customer_id = kept WHERE customer_id = gone;
    UPDATE customer SET
        phone = coalesce(nullif(k.phone, ''), g.phone), company = coalesce(nullif(k.company, ''), g.company),
        job_title = coalesce(nullif(k.job_title, ''), g.job_title), country = coalesce(nullif(k.country, ''), g.country),
        last_contact_at = greatest(k.last_contact_at, g.last_contact_at),
        clv = (SELECT coalesce(sum(amount), 0) FROM sale WHERE customer_id = kept),
        created_at = least(k.created_at, g.created_at), updated_at = now() WHERE id = kept;
    UPDATE customer SET clv = 0 WHERE id = gone;
    PERFORM merge_campaigns(k, g);
    IF g.sso_user_id IS NOT NULL THEN
        PERFORM merge_identity(k, g);
    END IF;
END $$;

CREATE FUNCTION public.merge_identity(k public.customer, g public.customer) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    UPDATE customer SET sso_user_id = NULL, email = NULL, email_norm = NULL, email_conflict = NULL
        WHERE id IN (k.id, g.id);
    UPDATE customer SET sso_user_id = g.sso_user_id, email = g.email, email_norm = g.email_norm,
        email_version = g.email_version, email_synced_at = g.email_synced_at, email_conflict = g.email_conflict,
        name_version = g.name_version, name_synced_at = g.name_synced_at
        WHERE id = k.id;
    UPDATE customer SET email = k.email, email_norm = k.email_norm WHERE id = g.id;
$$;

CREATE FUNCTION public.peek_session(wanted bytea) RETURNS TABLE(staff_id text, role text, rep_id text, name text, email text, refreshed_at timestamp with time zone)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    RETURN QUERY
        SELECT s.staff_id, s.role, s.rep_id, p.name, p.email, s.refreshed_at
        FROM session s JOIN staff p ON p.id = s.staff_id
        WHERE s.id_hash = wanted AND p.active AND s.expires_at > now()
            AND s.last_seen_at > now() - interval '30 minutes';
END $$;

CREATE FUNCTION public.query_as_typed(query text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT convert_from(string_agg(
        CASE WHEN part[1] LIKE '\%__' THEN decode(substr(part[1], 2), 'hex') ELSE convert_to(part[1], 'UTF8') END,
        '' ORDER BY place), 'UTF8')
    FROM regexp_matches(replace(replace(query, '%00', ' '), '+', ' '), '%[[:xdigit:]]{2}|[^%]+|%', 'g')
        WITH ORDINALITY AS found (part, place)
$$;

CREATE FUNCTION public.speaks_of(message text, theirs text[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $_$
    SELECT EXISTS (SELECT FROM unnest(theirs) AS their WHERE strpos(lower(message), their) > 0 AND lower(message) ~ (
        '(^|[^[:alnum:]._%+-]|(^|[^[:alnum:]])[._%+-]|\\[bfnrt]|\\u[[:xdigit:]]{4})'
        || regexp_replace(their, '([^[:alnum:]@])', '\\\1', 'g') || '($|[^[:alnum:]])'))
$_$;

CREATE FUNCTION public.timeline_is_immutable() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    RAISE EXCEPTION 'the timeline is immutable: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.unread_mentions(who text) RETURNS integer
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    RETURN (SELECT count(*) FROM (SELECT FROM mention WHERE staff_id = who AND read_at IS NULL LIMIT 100) unread);
END $$;

CREATE FUNCTION public.viewer_id() RETURNS text
    LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('app.user_id', true), '') $$;

CREATE TABLE public.activity_text (
    activity_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    salt bytea NOT NULL,
    body text NOT NULL
);

ALTER TABLE ONLY public.activity_text FORCE ROW LEVEL SECURITY;

CREATE SEQUENCE public.assignment_turn
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.audit_event (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    kind text NOT NULL,
    event text NOT NULL,
    who text,
    about text,
    also text,
    number integer DEFAULT 1 NOT NULL,
    reason text,
    route text,
    CONSTRAINT audit_event_about_check CHECK (((about <> ''::text) AND (length(about) <= 255))),
    CONSTRAINT audit_event_also_check CHECK (((also <> ''::text) AND (length(also) <= 255))),
    CONSTRAINT audit_event_check CHECK (((kind = 'refused'::text) OR ((reason IS NULL) AND (route IS NULL)))),
    CONSTRAINT audit_event_event_check CHECK ((event ~ '^[a-z_]{1,40}$'::text)),
    CONSTRAINT audit_event_kind_check CHECK ((kind = ANY (ARRAY['sign_in'::text, 'refused'::text, 'export'::text, 'change'::text]))),
    CONSTRAINT audit_event_number_check CHECK ((number >= 0)),
    CONSTRAINT audit_event_reason_check CHECK ((length(reason) <= 100)),
    CONSTRAINT audit_event_route_check CHECK ((length(route) <= 200)),
    CONSTRAINT audit_event_who_check CHECK (((who <> ''::text) AND (length(who) <= 255)))
);

ALTER TABLE ONLY public.audit_event FORCE ROW LEVEL SECURITY;

ALTER TABLE public.audit_event ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.capture_client (
    id text NOT NULL,
    name text NOT NULL,
    created_by_id text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT capture_client_id_check CHECK ((id ~ '^[a-z0-9][a-z0-9-]{1,62}$'::text)),
    CONSTRAINT capture_client_name_check CHECK ((name <> ''::text))
);

ALTER TABLE ONLY public.capture_client FORCE ROW LEVEL SECURITY;

CREATE TABLE public.capture_secret (
    id uuid NOT NULL,
    client_id text NOT NULL,
    sealed bytea NOT NULL,
    created_by_id text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone
);

ALTER TABLE ONLY public.capture_secret FORCE ROW LEVEL SECURITY;

CREATE TABLE public.capture_submission (
    id uuid NOT NULL,
    client text NOT NULL,
    idempotency_key text,
    body_hash bytea NOT NULL,
    raw jsonb,
    outcome text NOT NULL,
    problems jsonb DEFAULT '[]'::jsonb NOT NULL,
    lead_id uuid,
    customer_id uuid,
    received_at timestamp with time zone NOT NULL,
    answered_lead_id uuid,
    answered_customer_id uuid,
    decided_by_id text,
    decided_at timestamp with time zone,
    CONSTRAINT capture_submission_outcome_check CHECK ((outcome = ANY (ARRAY['created'::text, 'merged'::text, 'refused'::text, 'held'::text, 'discarded'::text])))
);

ALTER TABLE ONLY public.capture_submission FORCE ROW LEVEL SECURITY;

CREATE TABLE public.closed_total (
    id bigint NOT NULL,
    stage text NOT NULL,
    closed_on date NOT NULL,
    leads bigint NOT NULL,
    value numeric(18,2) NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='1000');

ALTER TABLE ONLY public.closed_total FORCE ROW LEVEL SECURITY;

ALTER TABLE public.closed_total ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.closed_total_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.delivery (
    event_id uuid NOT NULL,
    sink text NOT NULL,
    attempt integer NOT NULL,
    at timestamp with time zone NOT NULL,
    ok boolean NOT NULL,
    answer text DEFAULT ''::text NOT NULL,
    latency_ms integer NOT NULL,
    retry_at timestamp with time zone
);

ALTER TABLE ONLY public.delivery FORCE ROW LEVEL SECURITY;

CREATE TABLE public.digest (
    id uuid NOT NULL,
    staff_id text NOT NULL,
    day date NOT NULL,
    zone text NOT NULL,
    state text DEFAULT 'owed'::text NOT NULL,
    edition integer DEFAULT 1 NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_try_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    last_error text,
    off_hashes bytea[] DEFAULT '{}'::bytea[] NOT NULL,
    created_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone,
    kind text DEFAULT 'daily'::text NOT NULL,
    CONSTRAINT digest_check CHECK (((state = 'owed'::text) = (settled_at IS NULL))),
    CONSTRAINT digest_kind_check CHECK ((kind = ANY (ARRAY['daily'::text, 'weekly'::text]))),
    CONSTRAINT digest_state_check CHECK ((state = ANY (ARRAY['owed'::text, 'sent'::text, 'empty'::text, 'failed'::text, 'unwanted'::text])))
);

ALTER TABLE ONLY public.digest FORCE ROW LEVEL SECURITY;

CREATE TABLE public.distinct_pair (
    one_id uuid NOT NULL,
    other_id uuid NOT NULL,
    decided_by_id text NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    CONSTRAINT distinct_pair_check CHECK ((one_id < other_id))
);

ALTER TABLE ONLY public.distinct_pair FORCE ROW LEVEL SECURITY;

CREATE TABLE public.erasure (
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    requested_by_id text NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    confirmed_by_id text,
    withdrawn_at timestamp with time zone,
    done_at timestamp with time zone,
    streams_cleared_at timestamp with time zone,
    CONSTRAINT erasure_check CHECK (((confirmed_by_id <> requested_by_id) OR (requested_by_id = 'operator'::text))),
    CONSTRAINT erasure_check1 CHECK (((done_at IS NULL) = (confirmed_by_id IS NULL))),
    CONSTRAINT erasure_check2 CHECK (((done_at IS NULL) OR (withdrawn_at IS NULL)))
);

ALTER TABLE ONLY public.erasure FORCE ROW LEVEL SECURITY;

CREATE TABLE public.idempotency (
    client text NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    status smallint NOT NULL,
    answer jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT idempotency_key_check CHECK (((length(key) >= 1) AND (length(key) <= 255)))
)
WITH (autovacuum_analyze_threshold='100000');

ALTER TABLE ONLY public.idempotency FORCE ROW LEVEL SECURITY;

CREATE TABLE public.inbox (
    source text NOT NULL,
    id text NOT NULL,
    type text NOT NULL,
    raw text NOT NULL,
    status text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_try_at timestamp with time zone,
    last_error text,
    received_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone,
    discarded_by_id text,
    discarded_because text,
    CONSTRAINT inbox_discarded CHECK (((status = 'discarded'::text) = ((discarded_because IS NOT NULL) AND (discarded_by_id IS NOT NULL))))
);

ALTER TABLE ONLY public.inbox FORCE ROW LEVEL SECURITY;

CREATE TABLE public.lead (
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    assigned_to_id text,
    reopened_from_id uuid,
    status text NOT NULL,
    stage text NOT NULL,
    source text DEFAULT ''::text NOT NULL,
    form_id text DEFAULT ''::text NOT NULL,
    campaign jsonb,
    answers jsonb DEFAULT '{}'::jsonb NOT NULL,
    message_length integer DEFAULT 0 NOT NULL,
    score smallint,
    win_probability double precision,
    score_reasons jsonb DEFAULT '[]'::jsonb NOT NULL,
    score_version text,
    scored_at timestamp with time zone,
    score_due_at timestamp with time zone,
    expected_value numeric(14,2),
    currency text NOT NULL,
    expected_close_on date,
    follow_up_at timestamp with time zone,
    follow_up_note text DEFAULT ''::text NOT NULL,
    stage_entered_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    lost_reason text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    lost_to text,
    CONSTRAINT lead_check CHECK (((closed_at IS NOT NULL) = (stage = ANY (ARRAY['closed_won'::text, 'closed_lost'::text])))),
    CONSTRAINT lead_check1 CHECK (((lost_reason IS NOT NULL) = (stage = 'closed_lost'::text))),
    CONSTRAINT lead_check2 CHECK (((status = 'converted'::text) = (stage = 'closed_won'::text))),
    CONSTRAINT lead_check3 CHECK (((status = 'disqualified'::text) = (stage = 'closed_lost'::text))),
    CONSTRAINT lead_check4 CHECK (((lost_to IS NULL) OR ((lost_to <> ''::text) AND (NOT (lost_reason IS DISTINCT FROM 'competitor'::text))))),
    CONSTRAINT lead_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT lead_expected_value_check CHECK ((expected_value >= (0)::numeric)),
    CONSTRAINT lead_score_check CHECK (((score >= 0) AND (score <= 100))),
    CONSTRAINT lead_stage_check CHECK ((stage = ANY (ARRAY['lead'::text, 'qualified'::text, 'proposal_sent'::text, 'negotiation'::text, 'closed_won'::text, 'closed_lost'::text]))),
    CONSTRAINT lead_status_check CHECK ((status = ANY (ARRAY['new'::text, 'working'::text, 'nurturing'::text, 'converted'::text, 'disqualified'::text]))),
    CONSTRAINT lead_win_probability_check CHECK (((win_probability > (0)::double precision) AND (win_probability < (1)::double precision)))
)
WITH (fillfactor='80', autovacuum_analyze_scale_factor='0.5');

ALTER TABLE ONLY public.lead FORCE ROW LEVEL SECURITY;

CREATE TABLE public.lead_import (
    id uuid NOT NULL,
    file_name text NOT NULL,
    columns jsonb NOT NULL,
    mapping jsonb DEFAULT '{}'::jsonb NOT NULL,
    status text NOT NULL,
    total integer NOT NULL,
    created_by_id text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT lead_import_status_check CHECK ((status = ANY (ARRAY['uploaded'::text, 'checking'::text, 'checked'::text, 'running'::text, 'done'::text, 'cancelled'::text]))),
    CONSTRAINT lead_import_total_check CHECK ((total > 0))
);

ALTER TABLE ONLY public.lead_import FORCE ROW LEVEL SECURITY;

CREATE TABLE public.lead_import_row (
    import_id uuid NOT NULL,
    line integer NOT NULL,
    cells jsonb,
    email_norm text,
    forecast text,
    outcome text,
    problems jsonb DEFAULT '[]'::jsonb NOT NULL,
    lead_id uuid,
    CONSTRAINT lead_import_row_forecast_check CHECK ((forecast = ANY (ARRAY['created'::text, 'merged'::text, 'refused'::text]))),
    CONSTRAINT lead_import_row_outcome_check CHECK ((outcome = ANY (ARRAY['created'::text, 'merged'::text, 'refused'::text])))
);

ALTER TABLE ONLY public.lead_import_row FORCE ROW LEVEL SECURITY;

CREATE TABLE public.lead_total (
    id bigint NOT NULL,
    owner_id text NOT NULL,
    stage text NOT NULL,
    leads bigint NOT NULL,
    value numeric(18,2) NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='1000', autovacuum_analyze_threshold='100000');

ALTER TABLE ONLY public.lead_total FORCE ROW LEVEL SECURITY;

ALTER TABLE public.lead_total ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.lead_total_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.lead_words (
    lead_id uuid NOT NULL,
    owner_id text NOT NULL,
    customer_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    words text
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_insert_scale_factor='0.02');

ALTER TABLE ONLY public.lead_words FORCE ROW LEVEL SECURITY;

CREATE TABLE public.log_anchor (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    entries bigint NOT NULL,
    root bytea NOT NULL,
    signature bytea NOT NULL,
    public_key bytea NOT NULL
);

ALTER TABLE ONLY public.log_anchor FORCE ROW LEVEL SECURITY;

CREATE TABLE public.login_attempt (
    state_hash bytea NOT NULL,
    nonce text NOT NULL,
    verifier text NOT NULL,
    next text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT login_attempt_state_hash_check CHECK ((length(state_hash) = 32))
);

ALTER TABLE ONLY public.login_attempt FORCE ROW LEVEL SECURITY;

CREATE TABLE public.mention (
    activity_id uuid NOT NULL,
    staff_id text NOT NULL,
    by_id text NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    read_at timestamp with time zone,
    CONSTRAINT mention_by_id_check CHECK (((by_id <> ''::text) AND (length(by_id) <= 255))),
    CONSTRAINT mention_check CHECK ((staff_id <> by_id))
);

ALTER TABLE ONLY public.mention FORCE ROW LEVEL SECURITY;

CREATE TABLE public.migration (
    id integer NOT NULL,
    name character varying(200) DEFAULT ''::character varying NOT NULL,
    app_name character varying(200) DEFAULT ''::character varying NOT NULL,
    ran_on timestamp without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);

CREATE SEQUENCE public.migration_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.migration_id_seq OWNED BY public.migration.id;

CREATE TABLE public.outbox (
    id uuid NOT NULL,
    aggregatetype text NOT NULL,
    aggregateid text NOT NULL,
    type text NOT NULL,
    payload jsonb NOT NULL,
    dedupe text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_try_at timestamp with time zone NOT NULL,
    published_at timestamp with time zone,
    last_error text,
    "position" bigint,
    CONSTRAINT outbox_position_check CHECK (("position" > 0))
);

ALTER TABLE ONLY public.outbox FORCE ROW LEVEL SECURITY;

CREATE TABLE public.reassignment (
    id uuid NOT NULL,
    from_id text,
    to_ids text[] NOT NULL,
    stage text,
    reason text NOT NULL,
    state text NOT NULL,
    asked_by_id text NOT NULL,
    undone_by_id text,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT reassignment_reason_check CHECK ((reason <> ''::text)),
    CONSTRAINT reassignment_state_check CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'undoing'::text, 'undone'::text]))),
    CONSTRAINT reassignment_to_ids_check CHECK ((cardinality(to_ids) > 0))
);

ALTER TABLE ONLY public.reassignment FORCE ROW LEVEL SECURITY;

CREATE TABLE public.reassignment_lead (
    reassignment_id uuid NOT NULL,
    lead_id uuid NOT NULL,
    to_id text NOT NULL,
    outcome text DEFAULT 'planned'::text NOT NULL,
    from_id text,
    because text,
    CONSTRAINT reassignment_lead_because_check CHECK ((because = ANY (ARRAY['changed'::text, 'closed'::text, 'given'::text, 'moved_on'::text, 'next'::text, 'nobody'::text]))),
    CONSTRAINT reassignment_lead_outcome_check CHECK ((outcome = ANY (ARRAY['planned'::text, 'moved'::text, 'skipped'::text, 'returned'::text, 'kept'::text])))
);

ALTER TABLE ONLY public.reassignment_lead FORCE ROW LEVEL SECURITY;

CREATE TABLE public.reconcile_run (
    id uuid NOT NULL,
    asked_by_id text NOT NULL,
    state text NOT NULL,
    cursor text,
    seen integer DEFAULT 0 NOT NULL,
    drifted integer DEFAULT 0 NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_try_at timestamp with time zone NOT NULL,
    last_error text,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT reconcile_run_state_check CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'failed'::text])))
);

ALTER TABLE ONLY public.reconcile_run FORCE ROW LEVEL SECURITY;

CREATE TABLE public.sale (
    id uuid NOT NULL,
    lead_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    event_id uuid NOT NULL,
    amount numeric(14,2) NOT NULL,
    currency text NOT NULL,
    product text NOT NULL,
    starts_on date,
    contract_reference text DEFAULT ''::text NOT NULL,
    handoff_note text DEFAULT ''::text NOT NULL,
    sales_rep_id text,
    recorded_by_id text NOT NULL,
    closed_at timestamp with time zone NOT NULL,
    CONSTRAINT sale_amount_check CHECK ((amount >= (0)::numeric)),
    CONSTRAINT sale_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text))
);

ALTER TABLE ONLY public.sale FORCE ROW LEVEL SECURITY;

CREATE TABLE public.sales_goal (
    id uuid NOT NULL,
    staff_id text NOT NULL,
    month date NOT NULL,
    amount numeric(14,2),
    currency text NOT NULL,
    set_by_id text NOT NULL,
    set_at timestamp with time zone NOT NULL,
    CONSTRAINT sales_goal_amount_check CHECK ((amount > (0)::numeric)),
    CONSTRAINT sales_goal_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT sales_goal_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric))
);

ALTER TABLE ONLY public.sales_goal FORCE ROW LEVEL SECURITY;

CREATE TABLE public.saved_view (
    id uuid NOT NULL,
    owner_id text NOT NULL,
    name text NOT NULL,
    query text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    shared boolean DEFAULT false NOT NULL,
    CONSTRAINT saved_view_name_check CHECK ((name <> ''::text)),
    CONSTRAINT saved_view_shared CHECK (((NOT shared) OR (query !~ '(^|&)q='::text)))
);

ALTER TABLE ONLY public.saved_view FORCE ROW LEVEL SECURITY;

CREATE TABLE public.score_check (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    version text NOT NULL,
    metrics jsonb NOT NULL,
    warnings jsonb DEFAULT '[]'::jsonb NOT NULL
);

ALTER TABLE ONLY public.score_check FORCE ROW LEVEL SECURITY;

CREATE TABLE public.score_model (
    version text NOT NULL,
    kind text NOT NULL,
    body jsonb NOT NULL,
    metrics jsonb DEFAULT '{}'::jsonb NOT NULL,
    decision text DEFAULT ''::text NOT NULL,
    active boolean DEFAULT false NOT NULL,
    created_by_id text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    activated_at timestamp with time zone,
    activated_by_id text,
    CONSTRAINT score_model_kind_check CHECK ((kind = ANY (ARRAY['rules'::text, 'points'::text])))
);

ALTER TABLE ONLY public.score_model FORCE ROW LEVEL SECURITY;

CREATE TABLE public.score_snapshot (
    id uuid NOT NULL,
    lead_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    version text NOT NULL,
    score smallint NOT NULL,
    win_probability double precision NOT NULL,
    features jsonb NOT NULL,
    reasons jsonb NOT NULL,
    CONSTRAINT score_snapshot_score_check CHECK (((score >= 0) AND (score <= 100)))
);

ALTER TABLE ONLY public.score_snapshot FORCE ROW LEVEL SECURITY;

CREATE TABLE public.session (
    id_hash bytea NOT NULL,
    staff_id text NOT NULL,
    sid text,
    roles text[] NOT NULL,
    role text NOT NULL,
    rep_id text,
    refresh_token bytea,
    created_at timestamp with time zone NOT NULL,
    last_seen_at timestamp with time zone NOT NULL,
    refreshed_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT session_id_hash_check CHECK ((length(id_hash) = 32)),
    CONSTRAINT session_role_check CHECK ((role = ANY (ARRAY['crm_rep'::text, 'crm_support'::text, 'crm_admin'::text])))
);

ALTER TABLE ONLY public.session FORCE ROW LEVEL SECURITY;

CREATE TABLE public.sink (
    name text NOT NULL,
    paused_at timestamp with time zone,
    paused_by text,
    reason text DEFAULT ''::text NOT NULL,
    resumed_at timestamp with time zone,
    CONSTRAINT sink_check CHECK (((paused_at IS NULL) = (paused_by IS NULL))),
    CONSTRAINT sink_name_check CHECK ((name ~ '^[a-z]{1,20}$'::text))
);

ALTER TABLE ONLY public.sink FORCE ROW LEVEL SECURITY;

CREATE TABLE public.staff (
    id text NOT NULL,
    rep_id text,
    name text NOT NULL,
    email text NOT NULL,
    email_version bigint DEFAULT 0 NOT NULL,
    roles text[] DEFAULT '{}'::text[] NOT NULL,
    active boolean DEFAULT true NOT NULL,
    accepts_leads boolean DEFAULT true NOT NULL,
    last_login_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    email_synced_at timestamp with time zone,
    name_version bigint DEFAULT 0 NOT NULL,
    name_synced_at timestamp with time zone,
    active_version bigint DEFAULT 0 NOT NULL,
    active_synced_at timestamp with time zone,
    zone text,
    wants_digest boolean DEFAULT true NOT NULL,
    CONSTRAINT staff_id_check CHECK (((id <> ''::text) AND (length(id) <= 255))),
    CONSTRAINT staff_zone_check CHECK (((length(zone) >= 1) AND (length(zone) <= 64)))
);

ALTER TABLE ONLY public.staff FORCE ROW LEVEL SECURITY;

CREATE TABLE public.stage_limit (
    id uuid NOT NULL,
    stage text NOT NULL,
    most integer,
    set_by_id text NOT NULL,
    set_at timestamp with time zone NOT NULL,
    CONSTRAINT stage_limit_most_check CHECK (((most >= 1) AND (most <= 9999))),
    CONSTRAINT stage_limit_stage_check CHECK ((stage = ANY (ARRAY['lead'::text, 'qualified'::text, 'proposal_sent'::text, 'negotiation'::text])))
);

ALTER TABLE ONLY public.stage_limit FORCE ROW LEVEL SECURITY;

CREATE TABLE public.ticket (
    id uuid NOT NULL,
    number bigint NOT NULL,
    customer_id uuid NOT NULL,
    subject text NOT NULL,
    status text NOT NULL,
    priority text NOT NULL,
    assignee_id text,
    opened_by_id text,
    due_at timestamp with time zone,
    closed_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT ticket_priority_check CHECK ((priority = ANY (ARRAY['low'::text, 'normal'::text, 'high'::text, 'urgent'::text]))),
    CONSTRAINT ticket_status_check CHECK ((status = ANY (ARRAY['open'::text, 'pending'::text, 'resolved'::text, 'closed'::text])))
);

ALTER TABLE ONLY public.ticket FORCE ROW LEVEL SECURITY;

ALTER TABLE public.ticket ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.ticket_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY public.migration ALTER COLUMN id SET DEFAULT nextval('public.migration_id_seq'::regclass);

ALTER TABLE public.activity
    ADD CONSTRAINT activity_actor_id_check CHECK ((((length(actor_id) >= 1) AND (length(actor_id) <= 255)) AND (actor_id !~ '[^[:print:]]'::text))) NOT VALID;

ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_customer_id_seq_key UNIQUE (customer_id, seq);

ALTER TABLE public.activity
    ADD CONSTRAINT activity_kind_check CHECK ((((length(kind) >= 1) AND (length(kind) <= 40)) AND (kind !~ '[^a-z_]'::text))) NOT VALID;

ALTER TABLE public.activity
    ADD CONSTRAINT activity_on_behalf_of_check CHECK ((((length(on_behalf_of) >= 1) AND (length(on_behalf_of) <= 255)) AND (on_behalf_of !~ '[^[:print:]]'::text))) NOT VALID;

ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.activity_text
    ADD CONSTRAINT activity_text_pkey PRIMARY KEY (activity_id);

ALTER TABLE ONLY public.audit_event
    ADD CONSTRAINT audit_event_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.capture_client
    ADD CONSTRAINT capture_client_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.capture_secret
    ADD CONSTRAINT capture_secret_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.capture_submission
    ADD CONSTRAINT capture_submission_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.closed_total
    ADD CONSTRAINT closed_total_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.customer
    ADD CONSTRAINT customer_email_norm_key UNIQUE (email_norm);

ALTER TABLE ONLY public.customer
    ADD CONSTRAINT customer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.customer
    ADD CONSTRAINT customer_sso_user_id_key UNIQUE (sso_user_id);

ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT delivery_pkey PRIMARY KEY (event_id, sink, attempt);

ALTER TABLE ONLY public.digest
    ADD CONSTRAINT digest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.digest
    ADD CONSTRAINT digest_staff_id_day_key UNIQUE (staff_id, day);

ALTER TABLE ONLY public.distinct_pair
    ADD CONSTRAINT distinct_pair_pkey PRIMARY KEY (one_id, other_id);

ALTER TABLE ONLY public.erasure
    ADD CONSTRAINT erasure_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (client, key);

ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (source, id);

ALTER TABLE public.inbox
    ADD CONSTRAINT inbox_status_check CHECK ((status = ANY (ARRAY['received'::text, 'waiting'::text, 'applied'::text, 'stale'::text, 'ignored'::text, 'dead'::text, 'discarded'::text]))) NOT VALID;

ALTER TABLE ONLY public.lead_import
    ADD CONSTRAINT lead_import_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.lead_import_row
    ADD CONSTRAINT lead_import_row_pkey PRIMARY KEY (import_id, line);

ALTER TABLE public.lead
    ADD CONSTRAINT lead_nurtured_until CHECK (((status <> 'nurturing'::text) OR (follow_up_at IS NOT NULL))) NOT VALID;

ALTER TABLE ONLY public.lead
    ADD CONSTRAINT lead_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.lead_total
    ADD CONSTRAINT lead_total_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.lead_words
    ADD CONSTRAINT lead_words_pkey PRIMARY KEY (lead_id);

ALTER TABLE ONLY public.log_anchor
    ADD CONSTRAINT log_anchor_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.login_attempt
    ADD CONSTRAINT login_attempt_pkey PRIMARY KEY (state_hash);

ALTER TABLE ONLY public.mention
    ADD CONSTRAINT mention_pkey PRIMARY KEY (activity_id, staff_id);

ALTER TABLE ONLY public.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_dedupe_key UNIQUE (dedupe);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_position_key UNIQUE ("position");

ALTER TABLE ONLY public.reassignment_lead
    ADD CONSTRAINT reassignment_lead_pkey PRIMARY KEY (reassignment_id, lead_id);

ALTER TABLE ONLY public.reassignment
    ADD CONSTRAINT reassignment_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.reconcile_run
    ADD CONSTRAINT reconcile_run_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sale
    ADD CONSTRAINT sale_event_id_key UNIQUE (event_id);

ALTER TABLE ONLY public.sale
    ADD CONSTRAINT sale_lead_id_key UNIQUE (lead_id);

ALTER TABLE ONLY public.sale
    ADD CONSTRAINT sale_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sales_goal
    ADD CONSTRAINT sales_goal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.saved_view
    ADD CONSTRAINT saved_view_owner_id_name_key UNIQUE (owner_id, name);

ALTER TABLE ONLY public.saved_view
    ADD CONSTRAINT saved_view_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.score_check
    ADD CONSTRAINT score_check_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.score_model
    ADD CONSTRAINT score_model_pkey PRIMARY KEY (version);

ALTER TABLE ONLY public.score_snapshot
    ADD CONSTRAINT score_snapshot_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (id_hash);

ALTER TABLE ONLY public.sink
    ADD CONSTRAINT sink_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.staff
    ADD CONSTRAINT staff_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.stage_limit
    ADD CONSTRAINT stage_limit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ticket
    ADD CONSTRAINT ticket_number_key UNIQUE (number);

ALTER TABLE ONLY public.ticket
    ADD CONSTRAINT ticket_pkey PRIMARY KEY (id);

CREATE INDEX activity_actor_happened ON public.activity USING btree (customer_id, actor_id, occurred_at, seq);

CREATE INDEX activity_corrects ON public.activity USING btree (corrects_id) WHERE (corrects_id IS NOT NULL);

CREATE INDEX activity_happened ON public.activity USING btree (customer_id, occurred_at, seq);

CREATE INDEX activity_kind ON public.activity USING btree (customer_id, kind, seq);

CREATE INDEX activity_milestone ON public.activity USING btree (lead_id) WHERE (kind = ANY (ARRAY['stage_changed'::text, 'sale_handed_over'::text]));

CREATE INDEX activity_text_customer ON public.activity_text USING btree (customer_id);

CREATE INDEX activity_ticket ON public.activity USING btree (customer_id, ((data ->> 'ticket_id'::text)), seq) WHERE (kind = ANY (ARRAY['ticket_opened'::text, 'ticket_changed'::text]));

CREATE INDEX activity_touch ON public.activity USING btree (lead_id, occurred_at) WHERE public.may_show_interest(kind, data);

CREATE INDEX audit_event_about ON public.audit_event USING btree (about, at DESC, id DESC) WHERE (about IS NOT NULL);

CREATE INDEX audit_event_at ON public.audit_event USING btree (at DESC, id DESC);

CREATE INDEX audit_event_kind ON public.audit_event USING btree (kind, at DESC, id DESC);

CREATE INDEX audit_event_who ON public.audit_event USING btree (who, at DESC, id DESC) WHERE (who IS NOT NULL);

CREATE INDEX capture_secret_client ON public.capture_secret USING btree (client_id);

CREATE INDEX capture_submission_client ON public.capture_submission USING btree (client, received_at DESC);

CREATE INDEX capture_submission_customer ON public.capture_submission USING btree (customer_id);

CREATE INDEX capture_submission_list ON public.capture_submission USING btree (received_at DESC, id DESC);

CREATE INDEX capture_submission_outcome ON public.capture_submission USING btree (outcome, received_at DESC, id DESC) WHERE (outcome = ANY (ARRAY['held'::text, 'refused'::text, 'discarded'::text]));

CREATE INDEX closed_total_day ON public.closed_total USING btree (closed_on, stage);

CREATE INDEX customer_by_digits ON public.customer USING btree ("left"(regexp_replace(phone, '[^0-9]'::text, ''::text, 'g'::text), 40), id) WHERE ((merged_into_id IS NULL) AND (erased_at IS NULL) AND (length(regexp_replace(phone, '[^0-9]'::text, ''::text, 'g'::text)) >= 7));

CREATE INDEX customer_by_lifetime ON public.customer USING btree (width_bucket(clv, ARRAY[0.01, (1000)::numeric, (5000)::numeric, (20000)::numeric, (100000)::numeric]), created_at DESC, id DESC) WHERE (clv > (0)::numeric);

CREATE INDEX customer_by_name ON public.customer USING btree ("left"(lower(name), 100), id) WHERE ((merged_into_id IS NULL) AND (erased_at IS NULL));

CREATE INDEX customer_email_conflict ON public.customer USING btree (id) WHERE (email_conflict IS NOT NULL);

CREATE INDEX customer_list ON public.customer USING btree (created_at DESC, id DESC);

CREATE INDEX customer_merged_into ON public.customer USING btree (merged_into_id) WHERE (merged_into_id IS NOT NULL);

CREATE INDEX customer_name_trgm ON public.customer USING gin (name public.gin_trgm_ops);

CREATE INDEX customer_words_trgm ON public.customer USING gin (words public.gin_trgm_ops) WITH (gin_pending_list_limit='512');

CREATE INDEX digest_owed ON public.digest USING btree (next_try_at) WHERE (state = 'owed'::text);

CREATE INDEX distinct_pair_other ON public.distinct_pair USING btree (other_id);

CREATE INDEX erasure_customer ON public.erasure USING btree (customer_id);

CREATE UNIQUE INDEX erasure_one_open ON public.erasure USING btree (customer_id) WHERE ((done_at IS NULL) AND (withdrawn_at IS NULL));

CREATE INDEX erasure_uncleared ON public.erasure USING btree (done_at) WHERE (streams_cleared_at IS NULL);

CREATE INDEX idempotency_age ON public.idempotency USING btree (created_at);

CREATE INDEX inbox_due ON public.inbox USING btree (next_try_at) WHERE (status = ANY (ARRAY['received'::text, 'waiting'::text]));

CREATE INDEX lead_board ON public.lead USING btree (assigned_to_id, stage, COALESCE(follow_up_at, 'infinity'::timestamp with time zone), ((- COALESCE((score)::integer, '-1'::integer))), id);

CREATE INDEX lead_board_all ON public.lead USING btree (stage, COALESCE(follow_up_at, 'infinity'::timestamp with time zone), ((- COALESCE((score)::integer, '-1'::integer))), id);

CREATE INDEX lead_by_closed ON public.lead USING btree (closed_at, id) WHERE (closed_at IS NOT NULL);

CREATE INDEX lead_by_follow_up ON public.lead USING btree (COALESCE(follow_up_at, '9999-01-01 00:00:00+00'::timestamp with time zone), id);

CREATE INDEX lead_by_score ON public.lead USING btree (COALESCE((score)::integer, '-1'::integer), id);

CREATE INDEX lead_by_stage_entered ON public.lead USING btree (stage_entered_at, id);

CREATE INDEX lead_by_value ON public.lead USING btree (COALESCE(expected_value, ('-1'::integer)::numeric), id);

CREATE INDEX lead_closed ON public.lead USING btree (assigned_to_id, stage, closed_at DESC, id DESC) WHERE (closed_at IS NOT NULL);

CREATE INDEX lead_closed_all ON public.lead USING btree (stage, closed_at DESC, id DESC) WHERE (closed_at IS NOT NULL);

CREATE INDEX lead_customer ON public.lead USING btree (customer_id);

CREATE INDEX lead_import_due ON public.lead_import USING btree (updated_at) WHERE (status = ANY (ARRAY['checking'::text, 'running'::text]));

CREATE INDEX lead_import_row_email ON public.lead_import_row USING btree (import_id, email_norm) WHERE (email_norm IS NOT NULL);

CREATE INDEX lead_import_row_lead ON public.lead_import_row USING btree (lead_id);

CREATE INDEX lead_import_row_left ON public.lead_import_row USING btree (import_id, line) WHERE (outcome IS NULL);

CREATE INDEX lead_import_row_unforeseen ON public.lead_import_row USING btree (import_id, line) WHERE (forecast IS NULL);

CREATE INDEX lead_list ON public.lead USING btree (created_at DESC, id DESC);

CREATE INDEX lead_nurturing ON public.lead USING btree (assigned_to_id) WHERE (status = 'nurturing'::text);

CREATE UNIQUE INDEX lead_one_open_per_customer ON public.lead USING btree (customer_id) WHERE (stage <> ALL (ARRAY['closed_won'::text, 'closed_lost'::text]));

CREATE INDEX lead_reopened_from ON public.lead USING btree (reopened_from_id) WHERE (reopened_from_id IS NOT NULL);

CREATE INDEX lead_score_due ON public.lead USING btree (score_due_at) WHERE (closed_at IS NULL);

CREATE INDEX lead_total_owner ON public.lead_total USING btree (owner_id, stage);

CREATE INDEX lead_words_own ON public.lead_words USING btree (owner_id, created_at DESC, customer_id DESC) INCLUDE (words);

CREATE INDEX mention_of ON public.mention USING btree (staff_id, at DESC, activity_id DESC);

CREATE INDEX mention_unread ON public.mention USING btree (staff_id) WHERE (read_at IS NULL);

CREATE INDEX outbox_list ON public.outbox USING btree (created_at DESC, id DESC);

CREATE INDEX outbox_unnumbered ON public.outbox USING btree (created_at, id) WHERE ("position" IS NULL);

CREATE INDEX outbox_unsent ON public.outbox USING btree (created_at, id) WHERE (published_at IS NULL);

CREATE INDEX reassignment_due ON public.reassignment USING btree (created_at) WHERE (state = ANY (ARRAY['running'::text, 'undoing'::text]));

CREATE INDEX reassignment_lead_lead ON public.reassignment_lead USING btree (lead_id);

CREATE INDEX reassignment_lead_left ON public.reassignment_lead USING btree (reassignment_id, outcome);

CREATE INDEX reassignment_list ON public.reassignment USING btree (created_at DESC);

CREATE INDEX reconcile_run_list ON public.reconcile_run USING btree (started_at DESC);

CREATE UNIQUE INDEX reconcile_run_one ON public.reconcile_run USING btree (state) WHERE (state = 'running'::text);

CREATE INDEX sale_customer ON public.sale USING btree (customer_id);

CREATE INDEX sales_goal_newest ON public.sales_goal USING btree (staff_id, currency, month DESC, set_at DESC);

CREATE INDEX saved_view_of_all ON public.saved_view USING btree (lower(name)) WHERE shared;

CREATE INDEX score_check_at ON public.score_check USING btree (at DESC);

CREATE UNIQUE INDEX score_model_one_active ON public.score_model USING btree (active) WHERE active;

CREATE INDEX score_snapshot_lead ON public.score_snapshot USING btree (lead_id, at DESC);

CREATE INDEX session_sid ON public.session USING btree (sid) WHERE (sid IS NOT NULL);

CREATE INDEX session_staff ON public.session USING btree (staff_id);

CREATE INDEX stage_limit_newest ON public.stage_limit USING btree (stage, set_at DESC);

CREATE INDEX ticket_customer ON public.ticket USING btree (customer_id);

CREATE INDEX ticket_done ON public.ticket USING btree (updated_at DESC, id DESC) WHERE (status = ANY (ARRAY['resolved'::text, 'closed'::text]));

CREATE INDEX ticket_queue ON public.ticket USING btree (array_position(ARRAY['urgent'::text, 'high'::text, 'normal'::text, 'low'::text], priority), COALESCE(due_at, 'infinity'::timestamp with time zone), id) WHERE (status = ANY (ARRAY['open'::text, 'pending'::text]));

CREATE TRIGGER activity_chain BEFORE INSERT ON public.activity FOR EACH ROW EXECUTE FUNCTION public.activity_chain();

ALTER TABLE public.activity ENABLE ALWAYS TRIGGER activity_chain;

CREATE TRIGGER activity_no_change BEFORE DELETE OR UPDATE ON public.activity FOR EACH ROW EXECUTE FUNCTION public.timeline_is_immutable();

ALTER TABLE public.activity ENABLE ALWAYS TRIGGER activity_no_change;

CREATE TRIGGER activity_no_truncate BEFORE TRUNCATE ON public.activity FOR EACH STATEMENT EXECUTE FUNCTION public.timeline_is_immutable();

ALTER TABLE public.activity ENABLE ALWAYS TRIGGER activity_no_truncate;

CREATE TRIGGER activity_text_no_truncate BEFORE TRUNCATE ON public.activity_text FOR EACH STATEMENT EXECUTE FUNCTION public.timeline_is_immutable();

ALTER TABLE public.activity_text ENABLE ALWAYS TRIGGER activity_text_no_truncate;

CREATE TRIGGER activity_text_no_update BEFORE UPDATE ON public.activity_text FOR EACH ROW EXECUTE FUNCTION public.timeline_is_immutable();

ALTER TABLE public.activity_text ENABLE ALWAYS TRIGGER activity_text_no_update;

CREATE TRIGGER audit_event_no_change BEFORE DELETE OR UPDATE ON public.audit_event FOR EACH ROW EXECUTE FUNCTION public.audit_is_append_only();

ALTER TABLE public.audit_event ENABLE ALWAYS TRIGGER audit_event_no_change;

CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON public.audit_event FOR EACH STATEMENT EXECUTE FUNCTION public.audit_is_append_only();

ALTER TABLE public.audit_event ENABLE ALWAYS TRIGGER audit_event_no_truncate;

CREATE TRIGGER closed_total_delete AFTER DELETE ON public.lead FOR EACH ROW WHEN ((old.closed_at IS NOT NULL)) EXECUTE FUNCTION public.closed_total_count();

ALTER TABLE public.lead ENABLE ALWAYS TRIGGER closed_total_delete;

CREATE TRIGGER closed_total_insert AFTER INSERT ON public.lead FOR EACH ROW WHEN ((new.closed_at IS NOT NULL)) EXECUTE FUNCTION public.closed_total_count();

ALTER TABLE public.lead ENABLE ALWAYS TRIGGER closed_total_insert;

CREATE TRIGGER closed_total_update AFTER UPDATE OF stage, closed_at, expected_value ON public.lead FOR EACH ROW WHEN ((((old.closed_at IS NOT NULL) OR (new.closed_at IS NOT NULL)) AND (((old.stage IS DISTINCT FROM new.stage) OR (old.closed_at IS DISTINCT FROM new.closed_at)) OR (old.expected_value IS DISTINCT FROM new.expected_value)))) EXECUTE FUNCTION public.closed_total_count();

ALTER TABLE public.lead ENABLE ALWAYS TRIGGER closed_total_update;

CREATE TRIGGER lead_total_delete AFTER DELETE ON public.lead REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.lead_total_count();

ALTER TABLE public.lead ENABLE ALWAYS TRIGGER lead_total_delete;

CREATE TRIGGER lead_total_insert AFTER INSERT ON public.lead REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.lead_total_count();

ALTER TABLE public.lead ENABLE ALWAYS TRIGGER lead_total_insert;

CREATE TRIGGER lead_total_update AFTER UPDATE OF assigned_to_id, stage, expected_value ON public.lead FOR EACH ROW WHEN (((old.assigned_to_id IS DISTINCT FROM new.assigned_to_id) OR (old.stage <> new.stage) OR (old.expected_value IS DISTINCT FROM new.expected_value))) EXECUTE FUNCTION public.lead_total_move();

ALTER TABLE public.lead ENABLE ALWAYS TRIGGER lead_total_update;

CREATE TRIGGER lead_words_add AFTER INSERT ON public.lead FOR EACH ROW EXECUTE FUNCTION public.lead_words_add();

ALTER TABLE public.lead ENABLE ALWAYS TRIGGER lead_words_add;

CREATE TRIGGER lead_words_follow AFTER UPDATE OF words, created_at ON public.customer FOR EACH ROW WHEN (((old.words <> new.words) OR (old.created_at <> new.created_at))) EXECUTE FUNCTION public.lead_words_follow();

ALTER TABLE public.customer ENABLE ALWAYS TRIGGER lead_words_follow;

CREATE TRIGGER lead_words_move AFTER UPDATE OF assigned_to_id, customer_id ON public.lead FOR EACH ROW WHEN (((old.assigned_to_id IS DISTINCT FROM new.assigned_to_id) OR (old.customer_id <> new.customer_id))) EXECUTE FUNCTION public.lead_words_move();

ALTER TABLE public.lead ENABLE ALWAYS TRIGGER lead_words_move;

CREATE TRIGGER lead_words_remove AFTER DELETE ON public.lead FOR EACH ROW EXECUTE FUNCTION public.lead_words_remove();

ALTER TABLE public.lead ENABLE ALWAYS TRIGGER lead_words_remove;

CREATE TRIGGER staff_audit AFTER INSERT OR UPDATE OF active, roles, rep_id ON public.staff FOR EACH ROW EXECUTE FUNCTION public.audit_staff();

ALTER TABLE public.staff ENABLE ALWAYS TRIGGER staff_audit;

ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_corrects_id_fkey FOREIGN KEY (corrects_id) REFERENCES public.activity(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customer(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.lead(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.activity_text
    ADD CONSTRAINT activity_text_activity_id_fkey FOREIGN KEY (activity_id) REFERENCES public.activity(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.activity_text
    ADD CONSTRAINT activity_text_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customer(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.capture_secret
    ADD CONSTRAINT capture_secret_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.capture_client(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.capture_submission
    ADD CONSTRAINT capture_submission_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customer(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.capture_submission
    ADD CONSTRAINT capture_submission_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.lead(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.customer
    ADD CONSTRAINT customer_merged_into_id_fkey FOREIGN KEY (merged_into_id) REFERENCES public.customer(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT delivery_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.outbox(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.digest
    ADD CONSTRAINT digest_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.distinct_pair
    ADD CONSTRAINT distinct_pair_one_id_fkey FOREIGN KEY (one_id) REFERENCES public.customer(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.distinct_pair
    ADD CONSTRAINT distinct_pair_other_id_fkey FOREIGN KEY (other_id) REFERENCES public.customer(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.erasure
    ADD CONSTRAINT erasure_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customer(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.lead
    ADD CONSTRAINT lead_assigned_to_id_fkey FOREIGN KEY (assigned_to_id) REFERENCES public.staff(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.lead
    ADD CONSTRAINT lead_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customer(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.lead_import_row
    ADD CONSTRAINT lead_import_row_import_id_fkey FOREIGN KEY (import_id) REFERENCES public.lead_import(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.lead_import_row
    ADD CONSTRAINT lead_import_row_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.lead(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.lead
    ADD CONSTRAINT lead_reopened_from_id_fkey FOREIGN KEY (reopened_from_id) REFERENCES public.lead(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.mention
    ADD CONSTRAINT mention_activity_id_fkey FOREIGN KEY (activity_id) REFERENCES public.activity(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.mention
    ADD CONSTRAINT mention_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.reassignment
    ADD CONSTRAINT reassignment_asked_by_id_fkey FOREIGN KEY (asked_by_id) REFERENCES public.staff(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.reassignment
    ADD CONSTRAINT reassignment_from_id_fkey FOREIGN KEY (from_id) REFERENCES public.staff(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.reassignment_lead
    ADD CONSTRAINT reassignment_lead_from_id_fkey FOREIGN KEY (from_id) REFERENCES public.staff(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.reassignment_lead
    ADD CONSTRAINT reassignment_lead_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.lead(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.reassignment_lead
    ADD CONSTRAINT reassignment_lead_reassignment_id_fkey FOREIGN KEY (reassignment_id) REFERENCES public.reassignment(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.reassignment_lead
    ADD CONSTRAINT reassignment_lead_to_id_fkey FOREIGN KEY (to_id) REFERENCES public.staff(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.reassignment
    ADD CONSTRAINT reassignment_undone_by_id_fkey FOREIGN KEY (undone_by_id) REFERENCES public.staff(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.sale
    ADD CONSTRAINT sale_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customer(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.sale
    ADD CONSTRAINT sale_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.outbox(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.sale
    ADD CONSTRAINT sale_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.lead(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.sales_goal
    ADD CONSTRAINT sales_goal_set_by_id_fkey FOREIGN KEY (set_by_id) REFERENCES public.staff(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.sales_goal
    ADD CONSTRAINT sales_goal_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.saved_view
    ADD CONSTRAINT saved_view_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.staff(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.score_check
    ADD CONSTRAINT score_check_version_fkey FOREIGN KEY (version) REFERENCES public.score_model(version) ON DELETE RESTRICT;

ALTER TABLE ONLY public.score_snapshot
    ADD CONSTRAINT score_snapshot_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.lead(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.score_snapshot
    ADD CONSTRAINT score_snapshot_version_fkey FOREIGN KEY (version) REFERENCES public.score_model(version) ON DELETE RESTRICT;

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.stage_limit
    ADD CONSTRAINT stage_limit_set_by_id_fkey FOREIGN KEY (set_by_id) REFERENCES public.staff(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.ticket
    ADD CONSTRAINT ticket_assignee_id_fkey FOREIGN KEY (assignee_id) REFERENCES public.staff(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.ticket
    ADD CONSTRAINT ticket_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customer(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.ticket
    ADD CONSTRAINT ticket_opened_by_id_fkey FOREIGN KEY (opened_by_id) REFERENCES public.staff(id) ON DELETE RESTRICT;

ALTER TABLE public.activity ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.activity_text ENABLE ROW LEVEL SECURITY;

CREATE POLICY admin_all ON public.activity_text TO crm_admin USING (true) WITH CHECK (true);

CREATE POLICY admin_all ON public.capture_client TO crm_admin USING (true) WITH CHECK (true);

CREATE POLICY admin_all ON public.capture_secret TO crm_admin USING (true) WITH CHECK (true);

CREATE POLICY admin_all ON public.capture_submission TO crm_admin USING (true) WITH CHECK (true);

CREATE POLICY admin_all ON public.closed_total FOR SELECT TO crm_admin USING (true);

CREATE POLICY admin_all ON public.customer TO crm_admin USING (true) WITH CHECK (true);

CREATE POLICY admin_all ON public.delivery TO crm_admin USING (true) WITH CHECK (true);

CREATE POLICY admin_all ON public.inbox TO crm_admin USING (true) WITH CHECK (true);

CREATE POLICY admin_all ON public.lead TO crm_admin USING (true) WITH CHECK (true);

CREATE POLICY admin_all ON public.lead_import TO crm_admin USING (true) WITH CHECK (true);

CREATE POLICY admin_all ON public.lead_import_row TO crm_admin USING (true) WITH CHECK (true);

CREATE POLICY admin_all ON public.lead_total FOR SELECT TO crm_admin USING (true);

CREATE POLICY admin_all ON public.log_anchor TO crm_admin USING (true) WITH CHECK (true);

CREATE POLICY admin_all ON public.outbox TO crm_admin USING (true) WITH CHECK (true);

CREATE POLICY admin_all ON public.reassignment TO crm_admin USING (true) WITH CHECK (true);

CREATE POLICY admin_all ON public.reassignment_lead TO crm_admin USING (true) WITH CHECK (true);

CREATE POLICY admin_all ON public.reconcile_run TO crm_admin USING (true) WITH CHECK (true);

CREATE POLICY admin_all ON public.sale TO crm_admin USING (true) WITH CHECK (true);

CREATE POLICY admin_all ON public.score_check TO crm_admin USING (true) WITH CHECK (true);

CREATE POLICY admin_all ON public.score_model TO crm_admin USING (true) WITH CHECK (true);

CREATE POLICY admin_all ON public.score_snapshot TO crm_admin USING (true) WITH CHECK (true);

CREATE POLICY admin_all ON public.sink TO crm_admin USING (true) WITH CHECK (true);

CREATE POLICY admin_all ON public.staff TO crm_admin USING (true) WITH CHECK (true);

CREATE POLICY admin_all ON public.ticket TO crm_admin USING (true) WITH CHECK (true);

CREATE POLICY admin_append ON public.activity FOR INSERT TO crm_admin WITH CHECK ((actor_id = public.viewer_id()));

CREATE POLICY admin_append ON public.audit_event FOR INSERT TO crm_admin WITH CHECK ((who = public.viewer_id()));

CREATE POLICY admin_ask ON public.erasure FOR INSERT TO crm_admin WITH CHECK (((requested_by_id = public.viewer_id()) AND (confirmed_by_id IS NULL)));

CREATE POLICY admin_clear ON public.saved_view FOR DELETE TO crm_admin USING (shared);

CREATE POLICY admin_decide ON public.distinct_pair FOR INSERT TO crm_admin WITH CHECK ((decided_by_id = public.viewer_id()));

CREATE POLICY admin_decide ON public.erasure FOR UPDATE TO crm_admin USING ((done_at IS NULL)) WITH CHECK (((confirmed_by_id IS NULL) OR (confirmed_by_id = public.viewer_id())));

CREATE POLICY admin_own ON public.idempotency TO crm_admin USING ((client = public.viewer_id())) WITH CHECK ((client = public.viewer_id()));

CREATE POLICY admin_own ON public.mention FOR SELECT TO crm_admin USING ((staff_id = public.viewer_id()));

CREATE POLICY admin_own ON public.saved_view TO crm_admin USING ((owner_id = public.viewer_id())) WITH CHECK ((owner_id = public.viewer_id()));

CREATE POLICY admin_read ON public.activity FOR SELECT TO crm_admin USING (true);

CREATE POLICY admin_read ON public.audit_event FOR SELECT TO crm_admin USING (true);

CREATE POLICY admin_read ON public.digest FOR SELECT TO crm_admin USING (true);

CREATE POLICY admin_read ON public.distinct_pair FOR SELECT TO crm_admin USING (true);

CREATE POLICY admin_read ON public.erasure FOR SELECT TO crm_admin USING (true);

CREATE POLICY admin_read ON public.mention FOR UPDATE TO crm_admin USING ((staff_id = public.viewer_id()));

CREATE POLICY admin_read ON public.sales_goal FOR SELECT TO crm_admin USING (true);

CREATE POLICY admin_read ON public.session FOR SELECT TO crm_admin USING (true);

CREATE POLICY admin_read ON public.stage_limit FOR SELECT TO crm_admin USING (true);

CREATE POLICY admin_set ON public.sales_goal FOR INSERT TO crm_admin WITH CHECK ((set_by_id = public.viewer_id()));

CREATE POLICY admin_set ON public.stage_limit FOR INSERT TO crm_admin WITH CHECK ((set_by_id = public.viewer_id()));

CREATE POLICY admin_shared ON public.saved_view FOR SELECT TO crm_admin USING (shared);

CREATE POLICY admin_write ON public.mention FOR INSERT TO crm_admin WITH CHECK ((by_id = public.viewer_id()));

ALTER TABLE public.audit_event ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.capture_client ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.capture_secret ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.capture_submission ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.closed_total ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.customer ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.delivery ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.digest ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.distinct_pair ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.erasure ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.idempotency ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.inbox ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.lead ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.lead_import ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.lead_import_row ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.lead_total ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.lead_words ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.log_anchor ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.login_attempt ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.mention ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.outbox ENABLE ROW LEVEL SECURITY;

CREATE POLICY owner_all ON public.activity TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.activity_text TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.audit_event TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.capture_client TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.capture_secret TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.capture_submission TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.closed_total TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.customer TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.delivery TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.digest TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.distinct_pair TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.erasure TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.idempotency TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.inbox TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.lead TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.lead_import TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.lead_import_row TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.lead_total TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.lead_words TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.log_anchor TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.login_attempt TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.mention TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.outbox TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.reassignment TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.reassignment_lead TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.reconcile_run TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.sale TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.sales_goal TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.saved_view TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.score_check TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.score_model TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.score_snapshot TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.session TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.sink TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.staff TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.stage_limit TO crm_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON public.ticket TO crm_owner USING (true) WITH CHECK (true);

ALTER TABLE public.reassignment ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.reassignment_lead ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.reconcile_run ENABLE ROW LEVEL SECURITY;

CREATE POLICY rep_append ON public.activity FOR INSERT TO crm_rep WITH CHECK (((actor_id = public.viewer_id()) AND (EXISTS ( SELECT
   FROM public.lead
  WHERE ((lead.customer_id = activity.customer_id) AND ((activity.lead_id IS NULL) OR (lead.id = activity.lead_id)))))));

CREATE POLICY rep_append ON public.activity_text FOR INSERT TO crm_rep WITH CHECK ((EXISTS ( SELECT
   FROM public.lead
  WHERE (lead.customer_id = activity_text.customer_id))));

CREATE POLICY rep_append ON public.audit_event FOR INSERT TO crm_rep WITH CHECK (((who = public.viewer_id()) AND (kind = 'export'::text)));

CREATE POLICY rep_append ON public.outbox FOR INSERT TO crm_rep WITH CHECK ((aggregatetype = 'sale'::text));

CREATE POLICY rep_own ON public.digest FOR SELECT TO crm_rep USING ((staff_id = public.viewer_id()));

CREATE POLICY rep_own ON public.distinct_pair FOR SELECT TO crm_rep USING (((EXISTS ( SELECT
   FROM public.customer
  WHERE (customer.id = distinct_pair.one_id))) AND (EXISTS ( SELECT
   FROM public.customer
  WHERE (customer.id = distinct_pair.other_id)))));

CREATE POLICY rep_own ON public.idempotency TO crm_rep USING ((client = public.viewer_id())) WITH CHECK ((client = public.viewer_id()));

CREATE POLICY rep_own ON public.lead TO crm_rep USING ((assigned_to_id = public.viewer_id())) WITH CHECK ((assigned_to_id = public.viewer_id()));

CREATE POLICY rep_own ON public.lead_total FOR SELECT TO crm_rep USING ((owner_id = public.viewer_id()));

CREATE POLICY rep_own ON public.lead_words FOR SELECT TO crm_rep USING ((owner_id = public.viewer_id()));

CREATE POLICY rep_own ON public.mention FOR SELECT TO crm_rep USING ((staff_id = public.viewer_id()));

CREATE POLICY rep_own ON public.sales_goal FOR SELECT TO crm_rep USING ((staff_id = public.viewer_id()));

CREATE POLICY rep_own ON public.saved_view TO crm_rep USING ((owner_id = public.viewer_id())) WITH CHECK (((owner_id = public.viewer_id()) AND (NOT shared)));

CREATE POLICY rep_read ON public.mention FOR UPDATE TO crm_rep USING ((staff_id = public.viewer_id()));

CREATE POLICY rep_read ON public.staff FOR SELECT TO crm_rep USING (true);

CREATE POLICY rep_read ON public.stage_limit FOR SELECT TO crm_rep USING (true);

CREATE POLICY rep_shared ON public.saved_view FOR SELECT TO crm_rep USING (shared);

CREATE POLICY rep_through_activity ON public.activity_text FOR SELECT TO crm_rep USING ((EXISTS ( SELECT
   FROM public.activity
  WHERE (activity.id = activity_text.activity_id))));

CREATE POLICY rep_through_customer ON public.ticket TO crm_rep USING ((EXISTS ( SELECT
   FROM public.lead
  WHERE (lead.customer_id = ticket.customer_id))));

CREATE POLICY rep_through_lead ON public.activity FOR SELECT TO crm_rep USING (((EXISTS ( SELECT
   FROM public.lead
  WHERE ((lead.customer_id = activity.customer_id) AND ((activity.lead_id IS NULL) OR (lead.id = activity.lead_id))))) OR (EXISTS ( SELECT
   FROM (public.customer merged
     JOIN public.lead ON ((lead.customer_id = merged.merged_into_id)))
  WHERE ((merged.id = activity.customer_id) AND ((activity.lead_id IS NULL) OR (lead.id = activity.lead_id)))))));

CREATE POLICY rep_through_lead ON public.customer TO crm_rep USING ((EXISTS ( SELECT
   FROM public.lead
  WHERE (lead.customer_id =
        CASE
            WHEN (customer.merged_into_id IS NULL) THEN customer.id
            ELSE customer.merged_into_id
        END)))) WITH CHECK (true);

CREATE POLICY rep_through_lead ON public.sale TO crm_rep USING ((EXISTS ( SELECT
   FROM public.lead
  WHERE (lead.id = sale.lead_id))));

CREATE POLICY rep_through_sale ON public.outbox FOR SELECT TO crm_rep USING ((EXISTS ( SELECT
   FROM public.sale
  WHERE (sale.event_id = outbox.id))));

CREATE POLICY rep_write ON public.mention FOR INSERT TO crm_rep WITH CHECK ((by_id = public.viewer_id()));

ALTER TABLE public.sale ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sales_goal ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.saved_view ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.score_check ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.score_model ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.score_snapshot ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.session ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sink ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.staff ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.stage_limit ENABLE ROW LEVEL SECURITY;

CREATE POLICY support_all ON public.activity_text TO crm_support USING (true) WITH CHECK (true);

CREATE POLICY support_all ON public.customer TO crm_support USING (true) WITH CHECK (true);

CREATE POLICY support_all ON public.lead TO crm_support USING (true) WITH CHECK (true);

CREATE POLICY support_all ON public.ticket TO crm_support USING (true) WITH CHECK (true);

CREATE POLICY support_append ON public.activity FOR INSERT TO crm_support WITH CHECK ((actor_id = public.viewer_id()));

CREATE POLICY support_append ON public.audit_event FOR INSERT TO crm_support WITH CHECK (((who = public.viewer_id()) AND (kind = 'export'::text)));

CREATE POLICY support_own ON public.idempotency TO crm_support USING ((client = public.viewer_id())) WITH CHECK ((client = public.viewer_id()));

CREATE POLICY support_own ON public.mention FOR SELECT TO crm_support USING ((staff_id = public.viewer_id()));

CREATE POLICY support_own ON public.saved_view TO crm_support USING ((owner_id = public.viewer_id())) WITH CHECK (((owner_id = public.viewer_id()) AND (NOT shared)));

CREATE POLICY support_read ON public.activity FOR SELECT TO crm_support USING (true);

CREATE POLICY support_read ON public.distinct_pair FOR SELECT TO crm_support USING (true);

CREATE POLICY support_read ON public.mention FOR UPDATE TO crm_support USING ((staff_id = public.viewer_id()));

CREATE POLICY support_read ON public.staff FOR SELECT TO crm_support USING (true);

CREATE POLICY support_write ON public.mention FOR INSERT TO crm_support WITH CHECK ((by_id = public.viewer_id()));

CREATE POLICY system_all ON public.activity TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.activity_text TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.capture_client TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.capture_secret TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.capture_submission TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.closed_total TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.customer TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.delivery TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.digest TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.distinct_pair TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.erasure TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.idempotency TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.inbox TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.lead TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.lead_import TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.lead_import_row TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.lead_total TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.log_anchor TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.login_attempt TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.outbox TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.reassignment TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.reassignment_lead TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.reconcile_run TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.sale TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.sales_goal TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.saved_view TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.score_check TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.score_model TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.score_snapshot TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.session TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.sink TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.staff TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.stage_limit TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.ticket TO crm_system USING (true) WITH CHECK (true);

CREATE POLICY system_append ON public.audit_event FOR INSERT TO crm_system WITH CHECK (true);

ALTER TABLE public.ticket ENABLE ROW LEVEL SECURITY;

REVOKE USAGE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO crm_rep;
GRANT USAGE ON SCHEMA public TO crm_support;
GRANT USAGE ON SCHEMA public TO crm_admin;
GRANT USAGE ON SCHEMA public TO crm_system;
GRANT USAGE ON SCHEMA public TO crm_app;

REVOKE ALL ON FUNCTION public.accounts_in(message text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.accounts_in(message text) TO crm_admin;

GRANT SELECT ON TABLE public.activity TO crm_rep;
GRANT SELECT ON TABLE public.activity TO crm_support;
GRANT SELECT ON TABLE public.activity TO crm_admin;
GRANT SELECT ON TABLE public.activity TO crm_system;

GRANT INSERT(id) ON TABLE public.activity TO crm_rep;
GRANT INSERT(id) ON TABLE public.activity TO crm_support;
GRANT INSERT(id) ON TABLE public.activity TO crm_admin;
GRANT INSERT(id) ON TABLE public.activity TO crm_system;

GRANT INSERT(customer_id) ON TABLE public.activity TO crm_rep;
GRANT INSERT(customer_id) ON TABLE public.activity TO crm_support;
GRANT INSERT(customer_id) ON TABLE public.activity TO crm_admin;
GRANT INSERT(customer_id) ON TABLE public.activity TO crm_system;

GRANT INSERT(lead_id) ON TABLE public.activity TO crm_rep;
GRANT INSERT(lead_id) ON TABLE public.activity TO crm_support;
GRANT INSERT(lead_id) ON TABLE public.activity TO crm_admin;
GRANT INSERT(lead_id) ON TABLE public.activity TO crm_system;

GRANT INSERT(kind) ON TABLE public.activity TO crm_rep;
GRANT INSERT(kind) ON TABLE public.activity TO crm_support;
GRANT INSERT(kind) ON TABLE public.activity TO crm_admin;
GRANT INSERT(kind) ON TABLE public.activity TO crm_system;

GRANT INSERT(actor_id) ON TABLE public.activity TO crm_rep;
GRANT INSERT(actor_id) ON TABLE public.activity TO crm_support;
GRANT INSERT(actor_id) ON TABLE public.activity TO crm_admin;
GRANT INSERT(actor_id) ON TABLE public.activity TO crm_system;

GRANT INSERT(on_behalf_of) ON TABLE public.activity TO crm_rep;
GRANT INSERT(on_behalf_of) ON TABLE public.activity TO crm_support;
GRANT INSERT(on_behalf_of) ON TABLE public.activity TO crm_admin;
GRANT INSERT(on_behalf_of) ON TABLE public.activity TO crm_system;

GRANT INSERT(occurred_at) ON TABLE public.activity TO crm_rep;
GRANT INSERT(occurred_at) ON TABLE public.activity TO crm_support;
GRANT INSERT(occurred_at) ON TABLE public.activity TO crm_admin;
GRANT INSERT(occurred_at) ON TABLE public.activity TO crm_system;

GRANT INSERT(data) ON TABLE public.activity TO crm_rep;
GRANT INSERT(data) ON TABLE public.activity TO crm_support;
GRANT INSERT(data) ON TABLE public.activity TO crm_admin;
GRANT INSERT(data) ON TABLE public.activity TO crm_system;

GRANT INSERT(commitment) ON TABLE public.activity TO crm_rep;
GRANT INSERT(commitment) ON TABLE public.activity TO crm_support;
GRANT INSERT(commitment) ON TABLE public.activity TO crm_admin;
GRANT INSERT(commitment) ON TABLE public.activity TO crm_system;

GRANT INSERT(corrects_id) ON TABLE public.activity TO crm_rep;
GRANT INSERT(corrects_id) ON TABLE public.activity TO crm_support;
GRANT INSERT(corrects_id) ON TABLE public.activity TO crm_admin;
GRANT INSERT(corrects_id) ON TABLE public.activity TO crm_system;

REVOKE ALL ON FUNCTION public.activity_canonical(entry public.activity) FROM PUBLIC;
GRANT ALL ON FUNCTION public.activity_canonical(entry public.activity) TO crm_rep;
GRANT ALL ON FUNCTION public.activity_canonical(entry public.activity) TO crm_support;
GRANT ALL ON FUNCTION public.activity_canonical(entry public.activity) TO crm_admin;
GRANT ALL ON FUNCTION public.activity_canonical(entry public.activity) TO crm_system;

REVOKE ALL ON FUNCTION public.activity_chain() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.audit_is_append_only() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.audit_kept_for(kind text) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.audit_staff() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.closed_total_count() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.erase_person(wanted uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.erase_person(wanted uuid) TO crm_admin;
GRANT ALL ON FUNCTION public.erase_person(wanted uuid) TO crm_system;

REVOKE ALL ON FUNCTION public.erase_received(whole uuid[], theirs text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.find_session(wanted bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.find_session(wanted bytea) TO crm_app;

REVOKE ALL ON FUNCTION public.forget_old_audit() FROM PUBLIC;
GRANT ALL ON FUNCTION public.forget_old_audit() TO crm_system;

REVOKE ALL ON FUNCTION public.indexable(words text) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.lead_total_add(owner text, at_stage text, more_leads bigint, more_value numeric, few boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.lead_total_count() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.lead_total_move() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.lead_words_add() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.lead_words_follow() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.lead_words_move() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.lead_words_remove() FROM PUBLIC;

GRANT SELECT ON TABLE public.customer TO crm_rep;
GRANT SELECT ON TABLE public.customer TO crm_admin;
GRANT SELECT ON TABLE public.customer TO crm_system;

GRANT SELECT(id) ON TABLE public.customer TO crm_support;
GRANT INSERT(id) ON TABLE public.customer TO crm_rep;
GRANT INSERT(id) ON TABLE public.customer TO crm_admin;
GRANT INSERT(id) ON TABLE public.customer TO crm_system;

GRANT SELECT(sso_user_id) ON TABLE public.customer TO crm_support;
GRANT INSERT(sso_user_id) ON TABLE public.customer TO crm_rep;
GRANT INSERT(sso_user_id) ON TABLE public.customer TO crm_admin;
GRANT INSERT(sso_user_id),UPDATE(sso_user_id) ON TABLE public.customer TO crm_system;

GRANT SELECT(name),UPDATE(name) ON TABLE public.customer TO crm_support;
GRANT INSERT(name),UPDATE(name) ON TABLE public.customer TO crm_rep;
GRANT INSERT(name),UPDATE(name) ON TABLE public.customer TO crm_admin;
GRANT INSERT(name),UPDATE(name) ON TABLE public.customer TO crm_system;

GRANT SELECT(email),UPDATE(email) ON TABLE public.customer TO crm_support;
GRANT INSERT(email),UPDATE(email) ON TABLE public.customer TO crm_rep;
GRANT INSERT(email),UPDATE(email) ON TABLE public.customer TO crm_admin;
GRANT INSERT(email),UPDATE(email) ON TABLE public.customer TO crm_system;

GRANT SELECT(email_norm),UPDATE(email_norm) ON TABLE public.customer TO crm_support;
GRANT INSERT(email_norm),UPDATE(email_norm) ON TABLE public.customer TO crm_rep;
GRANT INSERT(email_norm),UPDATE(email_norm) ON TABLE public.customer TO crm_admin;
GRANT INSERT(email_norm),UPDATE(email_norm) ON TABLE public.customer TO crm_system;

GRANT SELECT(email_version) ON TABLE public.customer TO crm_support;
GRANT UPDATE(email_version) ON TABLE public.customer TO crm_system;

GRANT SELECT(email_synced_at) ON TABLE public.customer TO crm_support;
GRANT UPDATE(email_synced_at) ON TABLE public.customer TO crm_system;

GRANT SELECT(email_conflict),UPDATE(email_conflict) ON TABLE public.customer TO crm_support;
GRANT UPDATE(email_conflict) ON TABLE public.customer TO crm_system;
GRANT UPDATE(email_conflict) ON TABLE public.customer TO crm_rep;
GRANT UPDATE(email_conflict) ON TABLE public.customer TO crm_admin;

GRANT SELECT(phone),UPDATE(phone) ON TABLE public.customer TO crm_support;
GRANT INSERT(phone),UPDATE(phone) ON TABLE public.customer TO crm_rep;
GRANT INSERT(phone),UPDATE(phone) ON TABLE public.customer TO crm_admin;
GRANT INSERT(phone),UPDATE(phone) ON TABLE public.customer TO crm_system;

GRANT SELECT(company),UPDATE(company) ON TABLE public.customer TO crm_support;
GRANT INSERT(company),UPDATE(company) ON TABLE public.customer TO crm_rep;
GRANT INSERT(company),UPDATE(company) ON TABLE public.customer TO crm_admin;
GRANT INSERT(company),UPDATE(company) ON TABLE public.customer TO crm_system;

GRANT SELECT(job_title),UPDATE(job_title) ON TABLE public.customer TO crm_support;
GRANT INSERT(job_title),UPDATE(job_title) ON TABLE public.customer TO crm_rep;
GRANT INSERT(job_title),UPDATE(job_title) ON TABLE public.customer TO crm_admin;
GRANT INSERT(job_title),UPDATE(job_title) ON TABLE public.customer TO crm_system;

GRANT SELECT(country),UPDATE(country) ON TABLE public.customer TO crm_support;
GRANT INSERT(country),UPDATE(country) ON TABLE public.customer TO crm_rep;
GRANT INSERT(country),UPDATE(country) ON TABLE public.customer TO crm_admin;
GRANT INSERT(country),UPDATE(country) ON TABLE public.customer TO crm_system;

GRANT SELECT(first_campaign) ON TABLE public.customer TO crm_support;
GRANT INSERT(first_campaign) ON TABLE public.customer TO crm_rep;
GRANT INSERT(first_campaign) ON TABLE public.customer TO crm_admin;
GRANT INSERT(first_campaign),UPDATE(first_campaign) ON TABLE public.customer TO crm_system;

GRANT SELECT(last_campaign) ON TABLE public.customer TO crm_support;
GRANT INSERT(last_campaign) ON TABLE public.customer TO crm_rep;
GRANT INSERT(last_campaign) ON TABLE public.customer TO crm_admin;
GRANT INSERT(last_campaign),UPDATE(last_campaign) ON TABLE public.customer TO crm_system;

GRANT SELECT(first_consent) ON TABLE public.customer TO crm_support;
GRANT INSERT(first_consent) ON TABLE public.customer TO crm_rep;
GRANT INSERT(first_consent) ON TABLE public.customer TO crm_admin;
GRANT INSERT(first_consent),UPDATE(first_consent) ON TABLE public.customer TO crm_system;

GRANT SELECT(last_consent) ON TABLE public.customer TO crm_support;
GRANT INSERT(last_consent) ON TABLE public.customer TO crm_rep;
GRANT INSERT(last_consent) ON TABLE public.customer TO crm_admin;
GRANT INSERT(last_consent),UPDATE(last_consent) ON TABLE public.customer TO crm_system;

GRANT SELECT(last_contact_at),UPDATE(last_contact_at) ON TABLE public.customer TO crm_support;
GRANT UPDATE(last_contact_at) ON TABLE public.customer TO crm_rep;
GRANT UPDATE(last_contact_at) ON TABLE public.customer TO crm_admin;
GRANT UPDATE(last_contact_at) ON TABLE public.customer TO crm_system;

GRANT UPDATE(clv) ON TABLE public.customer TO crm_rep;
GRANT UPDATE(clv) ON TABLE public.customer TO crm_admin;
GRANT UPDATE(clv) ON TABLE public.customer TO crm_system;

GRANT SELECT(log_seq) ON TABLE public.customer TO crm_support;

GRANT SELECT(log_head) ON TABLE public.customer TO crm_support;

GRANT SELECT(erased_at) ON TABLE public.customer TO crm_support;

GRANT SELECT(created_at) ON TABLE public.customer TO crm_support;
GRANT INSERT(created_at) ON TABLE public.customer TO crm_rep;
GRANT INSERT(created_at) ON TABLE public.customer TO crm_admin;
GRANT INSERT(created_at) ON TABLE public.customer TO crm_system;

GRANT SELECT(updated_at),UPDATE(updated_at) ON TABLE public.customer TO crm_support;
GRANT INSERT(updated_at),UPDATE(updated_at) ON TABLE public.customer TO crm_rep;
GRANT INSERT(updated_at),UPDATE(updated_at) ON TABLE public.customer TO crm_admin;
GRANT INSERT(updated_at),UPDATE(updated_at) ON TABLE public.customer TO crm_system;

GRANT SELECT(merged_into_id) ON TABLE public.customer TO crm_support;

GRANT SELECT(words) ON TABLE public.customer TO crm_support;

GRANT UPDATE(name_version) ON TABLE public.customer TO crm_system;

GRANT UPDATE(name_synced_at) ON TABLE public.customer TO crm_system;

REVOKE ALL ON FUNCTION public.merge_campaigns(k public.customer, g public.customer) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.merge_customer(kept uuid, gone uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.merge_customer(kept uuid, gone uuid) TO crm_admin;

REVOKE ALL ON FUNCTION public.merge_identity(k public.customer, g public.customer) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.peek_session(wanted bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.peek_session(wanted bytea) TO crm_app;

REVOKE ALL ON FUNCTION public.query_as_typed(query text) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.speaks_of(message text, theirs text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.speaks_of(message text, theirs text[]) TO crm_admin;

REVOKE ALL ON FUNCTION public.timeline_is_immutable() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.unread_mentions(who text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.unread_mentions(who text) TO crm_app;

REVOKE ALL ON FUNCTION public.viewer_id() FROM PUBLIC;
GRANT ALL ON FUNCTION public.viewer_id() TO crm_rep;
GRANT ALL ON FUNCTION public.viewer_id() TO crm_support;
GRANT ALL ON FUNCTION public.viewer_id() TO crm_admin;
GRANT ALL ON FUNCTION public.viewer_id() TO crm_system;

GRANT SELECT,INSERT ON TABLE public.activity_text TO crm_rep;
GRANT SELECT,INSERT ON TABLE public.activity_text TO crm_support;
GRANT SELECT,INSERT ON TABLE public.activity_text TO crm_admin;
GRANT SELECT,INSERT ON TABLE public.activity_text TO crm_system;

GRANT USAGE ON SEQUENCE public.assignment_turn TO crm_system;

GRANT SELECT ON TABLE public.audit_event TO crm_admin;

GRANT INSERT(kind) ON TABLE public.audit_event TO crm_rep;
GRANT INSERT(kind) ON TABLE public.audit_event TO crm_support;
GRANT INSERT(kind) ON TABLE public.audit_event TO crm_admin;
GRANT INSERT(kind) ON TABLE public.audit_event TO crm_system;

GRANT INSERT(event) ON TABLE public.audit_event TO crm_rep;
GRANT INSERT(event) ON TABLE public.audit_event TO crm_support;
GRANT INSERT(event) ON TABLE public.audit_event TO crm_admin;
GRANT INSERT(event) ON TABLE public.audit_event TO crm_system;

GRANT INSERT(who) ON TABLE public.audit_event TO crm_rep;
GRANT INSERT(who) ON TABLE public.audit_event TO crm_support;
GRANT INSERT(who) ON TABLE public.audit_event TO crm_admin;
GRANT INSERT(who) ON TABLE public.audit_event TO crm_system;

GRANT INSERT(about) ON TABLE public.audit_event TO crm_rep;
GRANT INSERT(about) ON TABLE public.audit_event TO crm_support;
GRANT INSERT(about) ON TABLE public.audit_event TO crm_admin;
GRANT INSERT(about) ON TABLE public.audit_event TO crm_system;

GRANT INSERT(also) ON TABLE public.audit_event TO crm_rep;
GRANT INSERT(also) ON TABLE public.audit_event TO crm_support;
GRANT INSERT(also) ON TABLE public.audit_event TO crm_admin;
GRANT INSERT(also) ON TABLE public.audit_event TO crm_system;

GRANT INSERT(number) ON TABLE public.audit_event TO crm_rep;
GRANT INSERT(number) ON TABLE public.audit_event TO crm_support;
GRANT INSERT(number) ON TABLE public.audit_event TO crm_admin;
GRANT INSERT(number) ON TABLE public.audit_event TO crm_system;

GRANT INSERT(reason) ON TABLE public.audit_event TO crm_system;

GRANT INSERT(route) ON TABLE public.audit_event TO crm_system;

GRANT SELECT ON TABLE public.capture_client TO crm_system;
GRANT SELECT,INSERT ON TABLE public.capture_client TO crm_admin;

GRANT UPDATE(name) ON TABLE public.capture_client TO crm_admin;

GRANT UPDATE(revoked_at) ON TABLE public.capture_client TO crm_admin;

GRANT SELECT ON TABLE public.capture_secret TO crm_system;
GRANT SELECT,INSERT ON TABLE public.capture_secret TO crm_admin;

GRANT UPDATE(expires_at) ON TABLE public.capture_secret TO crm_admin;

GRANT SELECT,INSERT,UPDATE ON TABLE public.capture_submission TO crm_system;
GRANT SELECT ON TABLE public.capture_submission TO crm_admin;

GRANT UPDATE(outcome) ON TABLE public.capture_submission TO crm_admin;

GRANT UPDATE(lead_id) ON TABLE public.capture_submission TO crm_admin;

GRANT UPDATE(customer_id) ON TABLE public.capture_submission TO crm_admin;

GRANT UPDATE(decided_by_id) ON TABLE public.capture_submission TO crm_admin;

GRANT UPDATE(decided_at) ON TABLE public.capture_submission TO crm_admin;

GRANT SELECT ON TABLE public.closed_total TO crm_admin;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.closed_total TO crm_system;

GRANT SELECT,INSERT ON TABLE public.delivery TO crm_system;
GRANT SELECT ON TABLE public.delivery TO crm_admin;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.digest TO crm_system;

GRANT SELECT(id) ON TABLE public.digest TO crm_rep;
GRANT SELECT(id) ON TABLE public.digest TO crm_admin;

GRANT SELECT(staff_id) ON TABLE public.digest TO crm_rep;
GRANT SELECT(staff_id) ON TABLE public.digest TO crm_admin;

GRANT SELECT(day) ON TABLE public.digest TO crm_rep;
GRANT SELECT(day) ON TABLE public.digest TO crm_admin;

GRANT SELECT(zone) ON TABLE public.digest TO crm_rep;
GRANT SELECT(zone) ON TABLE public.digest TO crm_admin;

GRANT SELECT(state) ON TABLE public.digest TO crm_rep;
GRANT SELECT(state) ON TABLE public.digest TO crm_admin;

GRANT SELECT(attempts) ON TABLE public.digest TO crm_rep;
GRANT SELECT(attempts) ON TABLE public.digest TO crm_admin;

GRANT SELECT(next_try_at) ON TABLE public.digest TO crm_rep;
GRANT SELECT(next_try_at) ON TABLE public.digest TO crm_admin;

GRANT SELECT(last_error) ON TABLE public.digest TO crm_rep;
GRANT SELECT(last_error) ON TABLE public.digest TO crm_admin;

GRANT SELECT(created_at) ON TABLE public.digest TO crm_rep;
GRANT SELECT(created_at) ON TABLE public.digest TO crm_admin;

GRANT SELECT(settled_at) ON TABLE public.digest TO crm_rep;
GRANT SELECT(settled_at) ON TABLE public.digest TO crm_admin;

GRANT SELECT(kind) ON TABLE public.digest TO crm_rep;
GRANT SELECT(kind) ON TABLE public.digest TO crm_admin;

GRANT SELECT ON TABLE public.distinct_pair TO crm_rep;
GRANT SELECT ON TABLE public.distinct_pair TO crm_support;
GRANT SELECT,INSERT ON TABLE public.distinct_pair TO crm_admin;
GRANT SELECT ON TABLE public.distinct_pair TO crm_system;

GRANT SELECT,INSERT ON TABLE public.erasure TO crm_admin;
GRANT SELECT,INSERT ON TABLE public.erasure TO crm_system;

GRANT UPDATE(confirmed_by_id) ON TABLE public.erasure TO crm_admin;
GRANT UPDATE(confirmed_by_id) ON TABLE public.erasure TO crm_system;

GRANT UPDATE(withdrawn_at) ON TABLE public.erasure TO crm_admin;
GRANT UPDATE(withdrawn_at) ON TABLE public.erasure TO crm_system;

GRANT UPDATE(done_at) ON TABLE public.erasure TO crm_admin;
GRANT UPDATE(done_at) ON TABLE public.erasure TO crm_system;

GRANT UPDATE(streams_cleared_at) ON TABLE public.erasure TO crm_system;

GRANT SELECT,INSERT ON TABLE public.idempotency TO crm_rep;
GRANT SELECT,INSERT ON TABLE public.idempotency TO crm_support;
GRANT SELECT,INSERT ON TABLE public.idempotency TO crm_admin;
GRANT SELECT,INSERT,DELETE ON TABLE public.idempotency TO crm_system;

GRANT SELECT,INSERT,UPDATE ON TABLE public.inbox TO crm_system;
GRANT SELECT ON TABLE public.inbox TO crm_admin;

GRANT UPDATE(status) ON TABLE public.inbox TO crm_admin;

GRANT UPDATE(attempts) ON TABLE public.inbox TO crm_admin;

GRANT UPDATE(next_try_at) ON TABLE public.inbox TO crm_admin;

GRANT UPDATE(last_error) ON TABLE public.inbox TO crm_admin;

GRANT UPDATE(settled_at) ON TABLE public.inbox TO crm_admin;

GRANT UPDATE(discarded_by_id) ON TABLE public.inbox TO crm_admin;

GRANT UPDATE(discarded_because) ON TABLE public.inbox TO crm_admin;

GRANT SELECT,INSERT ON TABLE public.lead TO crm_rep;
GRANT SELECT,INSERT,UPDATE ON TABLE public.lead TO crm_admin;
GRANT SELECT,INSERT,UPDATE ON TABLE public.lead TO crm_system;

GRANT SELECT(id) ON TABLE public.lead TO crm_support;

GRANT SELECT(customer_id) ON TABLE public.lead TO crm_support;

GRANT SELECT(assigned_to_id) ON TABLE public.lead TO crm_support;

GRANT SELECT(reopened_from_id) ON TABLE public.lead TO crm_support;

GRANT SELECT(status),UPDATE(status) ON TABLE public.lead TO crm_support;
GRANT UPDATE(status) ON TABLE public.lead TO crm_rep;

GRANT SELECT(stage) ON TABLE public.lead TO crm_support;
GRANT UPDATE(stage) ON TABLE public.lead TO crm_rep;

GRANT SELECT(source) ON TABLE public.lead TO crm_support;

GRANT SELECT(form_id) ON TABLE public.lead TO crm_support;

GRANT SELECT(campaign) ON TABLE public.lead TO crm_support;

GRANT SELECT(score) ON TABLE public.lead TO crm_support;

GRANT SELECT(score_reasons) ON TABLE public.lead TO crm_support;

GRANT SELECT(score_version) ON TABLE public.lead TO crm_support;

GRANT SELECT(scored_at) ON TABLE public.lead TO crm_support;

GRANT SELECT(score_due_at),UPDATE(score_due_at) ON TABLE public.lead TO crm_support;
GRANT UPDATE(score_due_at) ON TABLE public.lead TO crm_rep;

GRANT UPDATE(expected_value) ON TABLE public.lead TO crm_rep;

GRANT UPDATE(currency) ON TABLE public.lead TO crm_rep;

GRANT UPDATE(expected_close_on) ON TABLE public.lead TO crm_rep;

GRANT SELECT(follow_up_at),UPDATE(follow_up_at) ON TABLE public.lead TO crm_support;
GRANT UPDATE(follow_up_at) ON TABLE public.lead TO crm_rep;

GRANT SELECT(follow_up_note),UPDATE(follow_up_note) ON TABLE public.lead TO crm_support;
GRANT UPDATE(follow_up_note) ON TABLE public.lead TO crm_rep;

GRANT SELECT(stage_entered_at) ON TABLE public.lead TO crm_support;
GRANT UPDATE(stage_entered_at) ON TABLE public.lead TO crm_rep;

GRANT SELECT(closed_at) ON TABLE public.lead TO crm_support;
GRANT UPDATE(closed_at) ON TABLE public.lead TO crm_rep;

GRANT SELECT(lost_reason) ON TABLE public.lead TO crm_support;
GRANT UPDATE(lost_reason) ON TABLE public.lead TO crm_rep;

GRANT SELECT(version),UPDATE(version) ON TABLE public.lead TO crm_support;
GRANT UPDATE(version) ON TABLE public.lead TO crm_rep;

GRANT SELECT(created_at) ON TABLE public.lead TO crm_support;

GRANT SELECT(updated_at),UPDATE(updated_at) ON TABLE public.lead TO crm_support;
GRANT UPDATE(updated_at) ON TABLE public.lead TO crm_rep;

GRANT SELECT(lost_to) ON TABLE public.lead TO crm_support;
GRANT UPDATE(lost_to) ON TABLE public.lead TO crm_rep;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.lead_import TO crm_system;
GRANT SELECT,INSERT ON TABLE public.lead_import TO crm_admin;

GRANT UPDATE(mapping) ON TABLE public.lead_import TO crm_admin;

GRANT UPDATE(status) ON TABLE public.lead_import TO crm_admin;

GRANT UPDATE(updated_at) ON TABLE public.lead_import TO crm_admin;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.lead_import_row TO crm_system;
GRANT SELECT,INSERT ON TABLE public.lead_import_row TO crm_admin;

GRANT UPDATE(forecast) ON TABLE public.lead_import_row TO crm_admin;

GRANT UPDATE(problems) ON TABLE public.lead_import_row TO crm_admin;

GRANT SELECT ON TABLE public.lead_total TO crm_rep;
GRANT SELECT ON TABLE public.lead_total TO crm_admin;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.lead_total TO crm_system;

GRANT SELECT ON TABLE public.lead_words TO crm_rep;

GRANT SELECT,INSERT ON TABLE public.log_anchor TO crm_system;
GRANT SELECT ON TABLE public.log_anchor TO crm_admin;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.login_attempt TO crm_system;

GRANT SELECT ON TABLE public.mention TO crm_rep;
GRANT SELECT ON TABLE public.mention TO crm_support;
GRANT SELECT ON TABLE public.mention TO crm_admin;

GRANT INSERT(activity_id) ON TABLE public.mention TO crm_rep;
GRANT INSERT(activity_id) ON TABLE public.mention TO crm_support;
GRANT INSERT(activity_id) ON TABLE public.mention TO crm_admin;

GRANT INSERT(staff_id) ON TABLE public.mention TO crm_rep;
GRANT INSERT(staff_id) ON TABLE public.mention TO crm_support;
GRANT INSERT(staff_id) ON TABLE public.mention TO crm_admin;

GRANT INSERT(by_id) ON TABLE public.mention TO crm_rep;
GRANT INSERT(by_id) ON TABLE public.mention TO crm_support;
GRANT INSERT(by_id) ON TABLE public.mention TO crm_admin;

GRANT UPDATE(read_at) ON TABLE public.mention TO crm_rep;
GRANT UPDATE(read_at) ON TABLE public.mention TO crm_support;
GRANT UPDATE(read_at) ON TABLE public.mention TO crm_admin;

GRANT SELECT,INSERT ON TABLE public.outbox TO crm_rep;
GRANT SELECT,INSERT ON TABLE public.outbox TO crm_admin;
GRANT SELECT,INSERT ON TABLE public.outbox TO crm_system;

GRANT UPDATE(attempts) ON TABLE public.outbox TO crm_admin;
GRANT UPDATE(attempts) ON TABLE public.outbox TO crm_system;

GRANT UPDATE(next_try_at) ON TABLE public.outbox TO crm_admin;
GRANT UPDATE(next_try_at) ON TABLE public.outbox TO crm_system;

GRANT UPDATE(published_at) ON TABLE public.outbox TO crm_admin;
GRANT UPDATE(published_at) ON TABLE public.outbox TO crm_system;

GRANT UPDATE(last_error) ON TABLE public.outbox TO crm_admin;
GRANT UPDATE(last_error) ON TABLE public.outbox TO crm_system;

GRANT UPDATE("position") ON TABLE public.outbox TO crm_system;

GRANT SELECT,INSERT ON TABLE public.reassignment TO crm_admin;
GRANT SELECT,UPDATE ON TABLE public.reassignment TO crm_system;

GRANT UPDATE(state) ON TABLE public.reassignment TO crm_admin;

GRANT UPDATE(undone_by_id) ON TABLE public.reassignment TO crm_admin;

GRANT UPDATE(finished_at) ON TABLE public.reassignment TO crm_admin;

GRANT SELECT,INSERT ON TABLE public.reassignment_lead TO crm_admin;
GRANT SELECT,UPDATE ON TABLE public.reassignment_lead TO crm_system;

GRANT SELECT,INSERT ON TABLE public.reconcile_run TO crm_admin;
GRANT SELECT,INSERT,UPDATE ON TABLE public.reconcile_run TO crm_system;

GRANT SELECT,INSERT ON TABLE public.sale TO crm_rep;
GRANT SELECT,INSERT ON TABLE public.sale TO crm_admin;
GRANT SELECT,INSERT ON TABLE public.sale TO crm_system;

GRANT SELECT ON TABLE public.sales_goal TO crm_rep;
GRANT SELECT,INSERT ON TABLE public.sales_goal TO crm_admin;
GRANT SELECT ON TABLE public.sales_goal TO crm_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.saved_view TO crm_rep;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.saved_view TO crm_support;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.saved_view TO crm_admin;

GRANT SELECT,INSERT ON TABLE public.score_check TO crm_system;
GRANT SELECT ON TABLE public.score_check TO crm_admin;

GRANT SELECT,INSERT,UPDATE ON TABLE public.score_model TO crm_admin;
GRANT SELECT,INSERT,UPDATE ON TABLE public.score_model TO crm_system;

GRANT SELECT ON TABLE public.score_snapshot TO crm_admin;
GRANT SELECT,INSERT ON TABLE public.score_snapshot TO crm_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session TO crm_system;

GRANT SELECT(staff_id) ON TABLE public.session TO crm_admin;

GRANT SELECT(last_seen_at) ON TABLE public.session TO crm_admin;

GRANT SELECT(expires_at) ON TABLE public.session TO crm_admin;

GRANT SELECT,INSERT,UPDATE ON TABLE public.sink TO crm_system;
GRANT SELECT,INSERT,UPDATE ON TABLE public.sink TO crm_admin;

GRANT SELECT ON TABLE public.staff TO crm_rep;
GRANT SELECT ON TABLE public.staff TO crm_support;
GRANT SELECT ON TABLE public.staff TO crm_admin;
GRANT SELECT,INSERT,UPDATE ON TABLE public.staff TO crm_system;

GRANT UPDATE(accepts_leads) ON TABLE public.staff TO crm_admin;

GRANT UPDATE(updated_at) ON TABLE public.staff TO crm_admin;

GRANT SELECT ON TABLE public.stage_limit TO crm_rep;
GRANT SELECT,INSERT ON TABLE public.stage_limit TO crm_admin;
GRANT SELECT ON TABLE public.stage_limit TO crm_system;

GRANT SELECT,INSERT,UPDATE ON TABLE public.ticket TO crm_rep;
GRANT SELECT,INSERT,UPDATE ON TABLE public.ticket TO crm_support;
GRANT SELECT,INSERT,UPDATE ON TABLE public.ticket TO crm_admin;
GRANT SELECT,INSERT,UPDATE ON TABLE public.ticket TO crm_system;
