"""Staging: a scripted meeting, a server and a bot that records it, all used from outside."""
