"""The one door to the web: an HTTP client with manners, and a guard over the addresses it may dial."""
