"""What people run: the operator's command, the local stack, the demo."""
