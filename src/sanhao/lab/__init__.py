"""The lab: replay of real histories, imports, benches, the demo world."""
