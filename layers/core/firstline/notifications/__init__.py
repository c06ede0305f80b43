"""Notifications: in the app, by mail, by webhook."""
