-- A long timeline narrowed to one person, and the count of what is folded away, each by an index of its own.

CREATE INDEX activity_actor ON activity (customer_id, actor_id, seq);
CREATE INDEX activity_folded ON activity (customer_id) WHERE kind = 'score_changed';
