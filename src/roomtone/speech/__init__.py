"""From recorded speech to words under names: one shape, providers behind a port, exports."""
