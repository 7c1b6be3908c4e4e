"""What the acceptance tests share: a running platform, companies on it, clients, messages."""
