-- A person's file shows what an erasure would take: it is found by the same two functions, which read no table.
GRANT EXECUTE ON FUNCTION speaks_of(text, text[]), accounts_in(text) TO crm_admin;
