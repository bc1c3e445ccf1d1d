"""Tables from files: read, understood column by column, and made numbers."""
