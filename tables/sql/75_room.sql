-- Room on each page for the next version of its rows. Every entry writes its customer and most write their lead, in columns that
-- no index holds: with room beside the old version PostgreSQL leaves the indexes alone, three of them of trigrams.
-- Pages that are full already get theirs when they are rewritten; a table may be by VACUUM FULL (docs/scaling.md).
ALTER TABLE customer SET (fillfactor = 80);
ALTER TABLE lead SET (fillfactor = 80);
