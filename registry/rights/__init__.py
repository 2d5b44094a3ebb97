"""The rights of the people recorded: how long data are kept, what is stored, what is wrong."""
