"""What the system does, one file per thing; ports in, no AWS, no HTTP."""
