"""What is done with cases: one verb each. Everything that moves a case passes through `moves.enter`."""
