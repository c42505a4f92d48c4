-- A timeline is read in the order in which things happened (docs/adr/0101); the chain stays by its numbers.

CREATE INDEX activity_happened ON activity (customer_id, occurred_at, seq);
CREATE INDEX activity_actor_happened ON activity (customer_id, actor_id, occurred_at, seq);
DROP INDEX activity_actor;
