"""Remote areas: free shipping by consolidation, from a shop to a hub and from the hub to the buyer."""
