-- Written with each row, and read by no statement: events are claimed by their age (`outbox_unsent`) and attempts found by
-- their event, tickets stand in `ticket_queue` or `ticket_done`, and numbers are compared by `customer_by_digits`.
DROP INDEX outbox_due, delivery_failed, ticket_desk, customer_phone_digits_trgm;
