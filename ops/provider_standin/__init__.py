"""Stands in for kie and sunoapi on a loopback port: answers polls about tasks as it was told to."""
