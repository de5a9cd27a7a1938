"""The ledger in one DynamoDB table. Only this folder knows keys, expressions and `ClientError`."""
