"""The WSGI application that granian serves."""

import os
import re
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotline.settings")

_CHARSET = re.compile(r";\s*charset\s*\*?\s*=[^;]*", re.IGNORECASE)
_django = get_wsgi_application()


def without_charset(content_type: str) -> str:
    """Return the type of a request's body without the charset that it names."""
    return _CHARSET.sub("", content_type)


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer a request, which is UTF-8 as all that our pages send, whatever it calls itself.

    Django takes any codec that Python has for a charset. `rot13` or `undefined` would raise before
    anything of ours sees the request, and the answer were a bare 500.
    """
    environ["CONTENT_TYPE"] = without_charset(environ.get("CONTENT_TYPE", ""))
    return _django(environ, start_response)
