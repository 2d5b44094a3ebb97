"""The pure heart: what the rules say of one departure on a given day, without Flask or SQL."""
