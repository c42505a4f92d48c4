-- Contact data is kept by whoever talks to the customer; an address as long as the SSO does not answer for it.
GRANT UPDATE (name, phone, company, job_title, country) ON customer TO crm_support;
GRANT UPDATE (email, email_norm, email_conflict) ON customer TO crm_rep, crm_support, crm_admin;
