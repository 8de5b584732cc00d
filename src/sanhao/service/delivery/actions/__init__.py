"""What delivery does: it registers parcels, keeps what carriers say, and prices freight."""
