"""The buyer's pages. Each reads a form, calls one verb or a few reads, and answers."""
