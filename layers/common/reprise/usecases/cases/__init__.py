"""Cases: opened from mail, decided from facts, acted on once, answered once."""
