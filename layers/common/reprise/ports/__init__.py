"""What use cases need of the world, as Protocols, each with its in-memory fake."""
