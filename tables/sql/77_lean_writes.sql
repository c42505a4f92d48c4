-- What each entry paid for and nobody needed.

-- The same checks, cheaper: a counted repetition builds its automaton anew for each row. What is there has passed them already.
ALTER TABLE activity
    DROP CONSTRAINT activity_kind_check,
    DROP CONSTRAINT activity_actor_id_check,
    DROP CONSTRAINT activity_on_behalf_of_check,
    ADD CONSTRAINT activity_kind_check
        CHECK (length(kind) BETWEEN 1 AND 40 AND kind !~ '[^a-z_]') NOT VALID,
    ADD CONSTRAINT activity_actor_id_check
        CHECK (length(actor_id) BETWEEN 1 AND 255 AND actor_id !~ '[^[:print:]]') NOT VALID,
    ADD CONSTRAINT activity_on_behalf_of_check
        CHECK (length(on_behalf_of) BETWEEN 1 AND 255 AND on_behalf_of !~ '[^[:print:]]') NOT VALID;

-- By its lead alone an entry is only looked for when it tells of a stage or of the handoff (app/store/team.py, outbox.py).
CREATE INDEX activity_milestone ON activity (lead_id) WHERE kind IN ('stage_changed', 'sale_handed_over');
DROP INDEX activity_lead;

-- Rows that change all the time without changing what is typical of them: each new look at them costs as much as hundreds of
-- writes, and every connection forgets its plans of them.
ALTER TABLE customer SET (autovacuum_analyze_scale_factor = 0.5);
ALTER TABLE lead SET (autovacuum_analyze_scale_factor = 0.5);
ALTER TABLE lead_total SET (autovacuum_analyze_threshold = 100000);
ALTER TABLE idempotency SET (autovacuum_analyze_threshold = 100000);
