-- Finding people: everything a customer is found by as one text, and a rep's customers with theirs side by side.

ALTER TABLE customer ADD COLUMN words text NOT NULL GENERATED ALWAYS AS (
    lower(name || E'\n' || company || E'\n' || coalesce(email_norm, '') || E'\n' || phone || E'\n'
        || regexp_replace(phone, '[^0-9]', '', 'g'))) STORED;
GRANT SELECT (words) ON customer TO crm_support;
-- Its list of what is new is searched from end to end: a short one is quick to search, and to fold in.
CREATE INDEX customer_words_trgm ON customer USING gin (words gin_trgm_ops) WITH (gin_pending_list_limit = 512);
DROP INDEX customer_email_trgm, customer_company_trgm, customer_phone_trgm;

-- Row security lets no pattern be matched before the row is known to be the rep's, so no index of everybody's words
-- helps a rep. These are in order of owner and age: one look from the newest on reads a rep's own and nobody else's.
CREATE TABLE lead_words (
    lead_id uuid PRIMARY KEY,
    owner_id text NOT NULL,                        -- empty for the leads of nobody
    customer_id uuid NOT NULL,
    created_at timestamptz NOT NULL,               -- the customer's: the order of the list
    words text                                     -- null where it would be too long for an index
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
CREATE INDEX lead_words_own ON lead_words (owner_id, created_at DESC, customer_id DESC) INCLUDE (words);

CREATE FUNCTION indexable(words text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN octet_length(words) <= 2000 THEN words END $$;

-- A new lead's customer is locked: their words cannot change unseen until the lead can be seen.
CREATE FUNCTION lead_words_add() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO lead_words (lead_id, owner_id, customer_id, created_at, words)
        SELECT NEW.id, coalesce(NEW.assigned_to_id, ''), id, created_at, indexable(words)
        FROM customer WHERE id = NEW.customer_id FOR SHARE;
    RETURN NULL;
END $$;

CREATE FUNCTION lead_words_move() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    UPDATE lead_words SET owner_id = coalesce(NEW.assigned_to_id, '') WHERE lead_id = NEW.id;
    IF NEW.customer_id <> OLD.customer_id THEN     -- merged: both customers are locked
        UPDATE lead_words SET customer_id = customer.id, created_at = customer.created_at,
            words = indexable(customer.words)
            FROM customer WHERE customer.id = NEW.customer_id AND lead_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION lead_words_remove() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    DELETE FROM lead_words WHERE lead_id = OLD.id;
    RETURN NULL;
END $$;

CREATE FUNCTION lead_words_follow() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    UPDATE lead_words SET created_at = NEW.created_at, words = indexable(NEW.words)
        WHERE lead_id IN (SELECT id FROM lead WHERE customer_id = NEW.id);
    RETURN NULL;
END $$;

CREATE TRIGGER lead_words_add AFTER INSERT ON lead FOR EACH ROW EXECUTE FUNCTION lead_words_add();
CREATE TRIGGER lead_words_move AFTER UPDATE OF assigned_to_id, customer_id ON lead FOR EACH ROW
    WHEN (OLD.assigned_to_id IS DISTINCT FROM NEW.assigned_to_id OR OLD.customer_id <> NEW.customer_id)
    EXECUTE FUNCTION lead_words_move();
CREATE TRIGGER lead_words_remove AFTER DELETE ON lead FOR EACH ROW EXECUTE FUNCTION lead_words_remove();
CREATE TRIGGER lead_words_follow AFTER UPDATE OF words, created_at ON customer FOR EACH ROW
    WHEN (OLD.words <> NEW.words OR OLD.created_at <> NEW.created_at) EXECUTE FUNCTION lead_words_follow();
ALTER TABLE lead ENABLE ALWAYS TRIGGER lead_words_add;
ALTER TABLE lead ENABLE ALWAYS TRIGGER lead_words_move;
ALTER TABLE lead ENABLE ALWAYS TRIGGER lead_words_remove;
ALTER TABLE customer ENABLE ALWAYS TRIGGER lead_words_follow;

-- The triggers' locks keep writers out until this migration ends: nothing is missed.
INSERT INTO lead_words (lead_id, owner_id, customer_id, created_at, words)
    SELECT lead.id, coalesce(assigned_to_id, ''), customer.id, customer.created_at, indexable(words)
    FROM lead JOIN customer ON customer.id = lead.customer_id;

ALTER TABLE lead_words ENABLE ROW LEVEL SECURITY;
ALTER TABLE lead_words FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON lead_words TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY rep_own ON lead_words FOR SELECT TO crm_rep USING (owner_id = viewer_id());
GRANT SELECT ON lead_words TO crm_rep;
REVOKE EXECUTE ON FUNCTION indexable(text), lead_words_add(), lead_words_move(), lead_words_remove(),
    lead_words_follow() FROM PUBLIC;
