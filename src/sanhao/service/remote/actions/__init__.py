"""What remote areas do: reserve and spend a day's budget, keep hubs, let shops join."""
