"""Where the outside world knocks: carrier and payment webhooks."""
