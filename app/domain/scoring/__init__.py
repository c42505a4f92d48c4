"""Scoring: what may be known of a lead, the rules of the cold start, and the points model that learns."""
