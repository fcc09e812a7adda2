"""Walks over all addresses: everybody asks as if nobody had asked before."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy

from django.db import connection, transaction
from django.test import Client


@contextmanager
def undone(*, is_checked: bool = False) -> Iterator[None]:
    """Undo whatever is done inside, so that each press finds what the first one found.

    Checked, keys that name nothing are found at the end, as they would be when it is committed.
    """
    with transaction.atomic():
        yield
        if is_checked and not connection.needs_rollback:
            connection.check_constraints()
        transaction.set_rollback(True)


def twin(client: Client) -> Client:
    """A browser with the same cookies: where one signs out, the other one stays."""
    other = Client(raise_request_exception=client.raise_request_exception)
    other.cookies = deepcopy(client.cookies)
    other.handler = client.handler  # which has put the middleware together
    return other
