"""Whom the sandbox trusts when it calls over https: read in once, which takes as long as fifty calls."""

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """The same for every client."""
    return httpx.create_ssl_context()
