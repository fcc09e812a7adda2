"""Where a request comes from, through as many proxies as the operator named."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

SITE = 64  # bits: of an IPv6 address these are an office's, the rest its machines'


def client_of(request: HttpRequest) -> str:
    """Return the network address that stands for the office a request comes from; "" where unknown.

    Each of our proxies adds its own client at the right end of X-Forwarded-For. What stands further
    left was sent along by whoever asks, and counts for nothing. An IPv6 address is cut to its /64.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    chain = [peer]
    if settings.TRUSTED_PROXIES:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        chain = [*filter(None, (one.strip() for one in forwarded.split(","))), peer]
    found = chain[max(0, len(chain) - 1 - settings.TRUSTED_PROXIES)]
    return _office(found) or _office(peer)


def _office(text: str) -> str:
    try:
        address = ip_address(_without_port(text))
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ip_network((int(address), SITE), strict=False))
    return str(address)


def _without_port(text: str) -> str:
    """`192.0.2.1:4711` and `[2001:db8::1]:4711` are how some proxies write it."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
