"""The local stack: MiniStack, the built template deployed on it, and what both are called."""
