"""Small programs that build and check; nothing here runs with the CRM."""
