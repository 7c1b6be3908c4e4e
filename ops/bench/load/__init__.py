"""The clients that make the load, the same for every system under test."""
