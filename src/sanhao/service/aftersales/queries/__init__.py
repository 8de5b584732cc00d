"""Reading aftersales. Who may read what is asked for in the query itself."""
