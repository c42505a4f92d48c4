-- The customers of a band of lifetime value, the newest first (app/store/lifetime.py). Who bought nothing is not in it.

CREATE INDEX customer_by_lifetime ON customer
    (width_bucket(clv, ARRAY[0.01, 1000, 5000, 20000, 100000]::numeric[]), created_at DESC, id DESC) WHERE clv > 0;
