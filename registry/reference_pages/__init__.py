"""The pages of the reference data, and the import of its lists from a sheet."""
