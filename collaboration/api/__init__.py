"""The API of what people do together: what they follow, their invitations, what they were told. It calls services, and has no rules of its own."""
