"""Accounts: signing in and up, what protects an account, and the mails that go to people."""
