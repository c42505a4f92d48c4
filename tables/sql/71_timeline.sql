-- A long timeline narrowed to one person or to some kinds, each by an index of its own, in the order it is read in.

CREATE INDEX activity_actor ON activity (customer_id, actor_id, seq);
CREATE INDEX activity_kind ON activity (customer_id, kind, seq);
