"""Provider ``local``: speech recognised on this machine, with no account and nothing sent anywhere."""
