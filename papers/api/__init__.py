"""The REST API over works, authors, institutions and topics: reads only, what everybody may see."""
