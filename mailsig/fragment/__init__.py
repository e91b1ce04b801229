"""What a signature is made of: HTML that cannot hurt a mail, and its text.

``normalise`` and ``rendered`` import the heavy parsers (html5lib; beautifulsoup4 on lxml)
and are themselves imported when a signature with HTML is built, not before.
"""

SENTINEL = "data-mailsig"
"""The attribute of the root element that says: this block is a signature of ours."""
