"""The demo world: four shops, their goods, the people who buy, sell and judge."""
