"""The mailbox of one machine: mails go into a folder, and a page shows them. Never part of a deployment."""
