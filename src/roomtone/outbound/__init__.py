"""Guarded connections to URLs that users gave: the address is checked at the moment of connecting."""
