"""SLYYFOXX CRM: it owns the customer relationship and hands finished sales on."""
