-- Temporary tables come before all others in a search path that does not name them. Who got hold of the application's
-- login could have put one in the place of `customer`, and with it triggers that a function of the owner then ran for them.
DO $$
DECLARE
    each regprocedure;
BEGIN
    FOR each IN SELECT oid FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, public, pg_temp', each);
    END LOOP;
END $$;
