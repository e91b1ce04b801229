"""Where the newest text of a mail ends and the quoted thread begins.

`find_in_text` and `find_in_html` return a `Boundary` in offsets (code points) of the text
they are given, or None when they see no history; `agree` lets the alternatives of one body
correct each other. The rules live in `choice`, what a line is in `classify`, what clients
write in `clients` and `vocabulary`.
"""

from mailsig.reply.boundary import Boundary, agree, find_in_html, find_in_text

__all__ = ["Boundary", "agree", "find_in_html", "find_in_text"]
