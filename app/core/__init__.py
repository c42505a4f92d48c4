"""Ground floor: settings, clock, ids, errors, log. Imports nothing of ours."""
