-- As in 101_temporary_tables.sql, also for what those functions call: a path of its own is looked up anew, and erasing
-- goes through one of them.
DO $$
DECLARE
    each regprocedure;
BEGIN
    FOR each IN SELECT oid FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND array_to_string(proconfig, ' ') LIKE '%search_path=%' LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, public, pg_temp', each);
    END LOOP;
END $$;
