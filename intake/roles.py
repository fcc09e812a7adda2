"""Roles, and which groups of an identity provider give them."""

from django.core.exceptions import ImproperlyConfigured

ROLES = ("workers", "supervisors", "administrators", "privacy_officers")


def parse_group_roles(text: str) -> dict[str, str]:
    """Return {group: role} from `sop-workers:workers,sop-leads:supervisors`.

    A group's name may hold colons. Raises ImproperlyConfigured for what is no role.
    """
    found: dict[str, str] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        group, colon, role = entry.rpartition(":")
        if not colon or not group or role not in ROLES:
            raise ImproperlyConfigured(
                f"OIDC_GROUPS: '{entry}' must be a group, a colon and one of {', '.join(ROLES)}."
            )
        found[group] = role
    return found


def roles_of(groups: list[str], mapping: dict[str, str]) -> list[str]:
    """Return the roles that these groups give, each once, in the order of `ROLES`."""
    given = {mapping[group] for group in groups if group in mapping}
    return [role for role in ROLES if role in given]
