-- A won lead is worth what it was sold for: its card, its column and its customer's page say one amount.
UPDATE lead SET expected_value = sale.amount, currency = sale.currency
FROM sale WHERE sale.lead_id = lead.id AND (lead.expected_value, lead.currency) IS DISTINCT FROM (sale.amount, sale.currency);
