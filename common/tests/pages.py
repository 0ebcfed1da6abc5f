"""What a page of ours never holds: anything that is fetched from elsewhere, and code or styles of its own."""

import re

EXTERNAL = re.compile(r"""(?:src|href|url\()\s*=?\s*["']?(?:https?:)?//""", re.IGNORECASE)
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|[\"']javascript:", re.IGNORECASE)
