"""For `make scan`: the site, without what would end the scan.

Signing out ends the session of who scans, and a scanned form must take no role or account away.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from hotline.wsgi import application as site

LEFT_OUT = re.compile(
    r"/accounts/(logout|lock|sessions|2fa)/|/agency/users/[0-9a-f-]{36}/|/static/|/users/.*/reset/"
)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer as the site does, and 404 where it is left out."""
    if LEFT_OUT.match(environ["PATH_INFO"]):
        start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"Left out of the scan."]
    return site(environ, start_response)
