"""Experiments written out as programs that need no gradviz. Importing the package registers every format."""
