"""Reading conversations. Whoever reads a thread has its seat checked first (`seats`)."""
