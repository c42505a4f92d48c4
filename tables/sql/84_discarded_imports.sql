-- A table that was brought by mistake can be forgotten, as long as none of its lines became a lead.
GRANT DELETE ON lead_import, lead_import_row TO crm_system;
