"""The Microsoft 365 round trip: what the administrator needs, and a tenant to try it on."""
