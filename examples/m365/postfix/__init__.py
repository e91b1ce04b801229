"""The round trip with Postfix: its queue, its TLS, our milter."""
