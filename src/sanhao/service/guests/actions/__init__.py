"""What is done for people who are not signed in: one verb each."""
