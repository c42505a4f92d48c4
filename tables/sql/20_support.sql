-- The support desk's order, and finding a customer by any fragment of a phone number however it is written.

CREATE INDEX ticket_queue ON ticket
    (array_position(ARRAY['urgent', 'high', 'normal', 'low'], priority), coalesce(due_at, 'infinity'), id)
    WHERE status IN ('open', 'pending');
CREATE INDEX ticket_done ON ticket (updated_at DESC, id DESC) WHERE status IN ('resolved', 'closed');
CREATE INDEX activity_ticket ON activity (customer_id, (data->>'ticket_id'), seq)
    WHERE kind IN ('ticket_opened', 'ticket_changed');
CREATE INDEX customer_phone_digits_trgm ON customer USING gin (regexp_replace(phone, '[^0-9]', '', 'g') gin_trgm_ops);
