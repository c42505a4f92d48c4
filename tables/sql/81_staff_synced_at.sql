-- Staff keep as of when they are as the SSO has them, like customers: a number does not tell whether it is a version or a time.
ALTER TABLE staff ADD COLUMN email_synced_at timestamptz;
-- Where events came without a version, email_version held their time in microseconds, which was never ahead of the clock.
UPDATE staff SET email_synced_at = to_timestamp(email_version / 1e6), email_version = 0
    WHERE email_version BETWEEN 1e15 AND extract(epoch FROM now()) * 1e6;
