-- What the list of leads can be sorted by, each way (app/store/lead_list.py): a page of it is read along the index.
-- By the day of arrival there is one already.

CREATE INDEX lead_by_score ON lead ((coalesce(score, -1)::int), id);
CREATE INDEX lead_by_follow_up ON lead ((coalesce(follow_up_at, '9999-01-01 00:00Z'::timestamptz)), id);
CREATE INDEX lead_by_value ON lead ((coalesce(expected_value, -1)), id);
CREATE INDEX lead_by_stage_entered ON lead (stage_entered_at, id);
CREATE INDEX lead_by_closed ON lead (closed_at, id) WHERE closed_at IS NOT NULL;
