"""The world behind the ports: DynamoDB, Stripe, providers, SES, secrets, the bus."""
