-- What is logged moves the customer's last contact where it is written, in the update that the chain makes anyway: the
-- date cannot miss an entry, and a call writes its customer once, not twice. An older one does not move it back.
-- Otherwise as in 70_merge.sql.
CREATE OR REPLACE FUNCTION activity_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
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
