"""Tools that know no business: money, time, states, keepers, the outbox, refusals."""
