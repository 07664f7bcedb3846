"""Around the meeting: the API, the store, jobs, the node agent, recordings, webhooks, storage."""
