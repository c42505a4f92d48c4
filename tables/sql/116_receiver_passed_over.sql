-- A lead may go to the next of those who were chosen, or stay since none of them sells any more.
ALTER TABLE reassignment_lead DROP CONSTRAINT reassignment_lead_because_check,
    ADD CONSTRAINT reassignment_lead_because_check
        CHECK (because IN ('changed', 'closed', 'given', 'moved_on', 'next', 'nobody'));
