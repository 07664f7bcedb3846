"""Running sessions on this machine: slots, leases with an epoch, child processes."""
