-- An admin's view of the board may be everybody's. It narrows, and searches for nobody: a name is not for all to read.
ALTER TABLE saved_view ADD COLUMN shared boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT saved_view_shared CHECK (NOT shared OR query !~ '(^|&)q=');
CREATE INDEX saved_view_of_all ON saved_view (lower(name)) WHERE shared;

CREATE POLICY rep_shared ON saved_view FOR SELECT TO crm_rep USING (shared);
CREATE POLICY admin_shared ON saved_view FOR SELECT TO crm_admin USING (shared);
-- Whoever shared it may have left.
CREATE POLICY admin_clear ON saved_view FOR DELETE TO crm_admin USING (shared);
ALTER POLICY rep_own ON saved_view WITH CHECK (owner_id = viewer_id() AND NOT shared);
ALTER POLICY support_own ON saved_view WITH CHECK (owner_id = viewer_id() AND NOT shared);
