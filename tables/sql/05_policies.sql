-- The second lock. The first is the WHERE of app/store/scope.py; this one holds when somebody forgets it.
-- One policy a role and table, never one policy with OR: that would ruin the plans.

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['staff', 'customer', 'lead', 'activity', 'activity_text', 'ticket', 'sale', 'outbox',
        'delivery', 'capture_submission', 'idempotency', 'inbox', 'score_model', 'score_snapshot', 'session',
        'login_attempt', 'saved_view', 'log_anchor'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        -- The owner runs migrations and the operators' commands; the triggers bind it all the same.
        EXECUTE format('CREATE POLICY owner_all ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY system_all ON %I TO crm_system USING (true) WITH CHECK (true)', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['staff', 'customer', 'lead', 'ticket', 'sale', 'outbox', 'delivery',
        'capture_submission', 'inbox', 'score_model', 'score_snapshot', 'log_anchor'] LOOP
        EXECUTE format('CREATE POLICY admin_all ON %I TO crm_admin USING (true) WITH CHECK (true)', t);
    END LOOP;
END $$;

-- Staff names are everybody's.
CREATE POLICY rep_read ON staff FOR SELECT TO crm_rep USING (true);
CREATE POLICY support_read ON staff FOR SELECT TO crm_support USING (true);

-- A rep: WHERE lead.assigned_to_id = current_user.id, and what hangs on it.
CREATE POLICY rep_own ON lead TO crm_rep
    USING (assigned_to_id = viewer_id()) WITH CHECK (assigned_to_id = viewer_id());
CREATE POLICY rep_through_lead ON customer TO crm_rep
    USING (EXISTS (SELECT FROM lead WHERE lead.customer_id = customer.id))
    WITH CHECK (true);  -- a customer is made a moment before its lead; columns are limited by grants
CREATE POLICY rep_through_lead ON activity FOR SELECT TO crm_rep
    USING (EXISTS (SELECT FROM lead WHERE lead.customer_id = activity.customer_id
        AND (activity.lead_id IS NULL OR lead.id = activity.lead_id)));
CREATE POLICY rep_append ON activity FOR INSERT TO crm_rep
    WITH CHECK (actor_id = viewer_id() AND EXISTS (SELECT FROM lead WHERE lead.customer_id = activity.customer_id
        AND (activity.lead_id IS NULL OR lead.id = activity.lead_id)));
CREATE POLICY rep_through_activity ON activity_text FOR SELECT TO crm_rep
    USING (EXISTS (SELECT FROM activity WHERE activity.id = activity_text.activity_id));
CREATE POLICY rep_append ON activity_text FOR INSERT TO crm_rep  -- its activity is of the same statement: not yet seen
    WITH CHECK (EXISTS (SELECT FROM lead WHERE lead.customer_id = activity_text.customer_id));
CREATE POLICY rep_through_customer ON ticket TO crm_rep
    USING (EXISTS (SELECT FROM lead WHERE lead.customer_id = ticket.customer_id));
CREATE POLICY rep_through_lead ON sale TO crm_rep
    USING (EXISTS (SELECT FROM lead WHERE lead.id = sale.lead_id));
CREATE POLICY rep_through_sale ON outbox FOR SELECT TO crm_rep
    USING (EXISTS (SELECT FROM sale WHERE sale.event_id = outbox.id));
CREATE POLICY rep_append ON outbox FOR INSERT TO crm_rep WITH CHECK (aggregatetype = 'sale');
CREATE POLICY rep_own ON idempotency TO crm_rep USING (client = viewer_id()) WITH CHECK (client = viewer_id());
CREATE POLICY rep_own ON saved_view TO crm_rep USING (owner_id = viewer_id()) WITH CHECK (owner_id = viewer_id());

-- Support: every customer's contact data, timeline and tickets; the grants keep money out.
CREATE POLICY support_all ON customer TO crm_support USING (true) WITH CHECK (true);
CREATE POLICY support_all ON lead TO crm_support USING (true) WITH CHECK (true);
CREATE POLICY support_read ON activity FOR SELECT TO crm_support USING (true);
CREATE POLICY support_append ON activity FOR INSERT TO crm_support WITH CHECK (actor_id = viewer_id());
CREATE POLICY support_all ON activity_text TO crm_support USING (true) WITH CHECK (true);
CREATE POLICY support_all ON ticket TO crm_support USING (true) WITH CHECK (true);
CREATE POLICY support_own ON idempotency TO crm_support USING (client = viewer_id()) WITH CHECK (client = viewer_id());
CREATE POLICY support_own ON saved_view TO crm_support
    USING (owner_id = viewer_id()) WITH CHECK (owner_id = viewer_id());

-- An admin sees everything, and still cannot write in another's name.
CREATE POLICY admin_read ON activity FOR SELECT TO crm_admin USING (true);
CREATE POLICY admin_append ON activity FOR INSERT TO crm_admin WITH CHECK (actor_id = viewer_id());
CREATE POLICY admin_all ON activity_text TO crm_admin USING (true) WITH CHECK (true);
CREATE POLICY admin_own ON idempotency TO crm_admin USING (client = viewer_id()) WITH CHECK (client = viewer_id());
CREATE POLICY admin_own ON saved_view TO crm_admin USING (owner_id = viewer_id()) WITH CHECK (owner_id = viewer_id());
