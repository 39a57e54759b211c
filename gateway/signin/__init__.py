"""Signing in to mail servers by OAuth2: access tokens, how they are shown, and when secrets end."""
