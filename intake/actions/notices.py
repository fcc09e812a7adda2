"""Notices: what a user has seen of them, and the mail that says how many are new."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Q

from intake import permissions, worksheet
from intake.models import User

MAILED_EVERY = timedelta(hours=1)
SUBJECT = "New notices in the hotline"

logger = logging.getLogger(__name__)


def mark_seen(*, actor: User, until: datetime) -> None:
    """Mark the actor's notices as seen, up to those that began at `until`; never fewer than were.

    No event of the audit: it says nothing of a record.
    """
    earlier = Q(notices_seen_at=None) | Q(notices_seen_at__lt=until)
    User.objects.filter(earlier, pk=actor.pk).update(notices_seen_at=until)


def mail_counts(*, at: datetime) -> int:
    """Tell by mail how many notices are new, and nothing of them; return how many were told.

    Only where the installation and the agency want it, to whom something came anew since the last
    mail, and once an hour at most. Nothing that names a person, a record or a call leaves.
    """
    if not settings.NOTICE_EMAIL:
        return 0
    due = Q(notices_mailed_at=None) | Q(notices_mailed_at__lte=at - MAILED_EVERY)
    readers = User.objects.with_roles().filter(due, is_active=True, agency__has_notice_emails=True)
    return sum(_mail_count(user, at=at) for user in readers.exclude(email=""))


def _mail_count(user: User, *, at: datetime) -> bool:
    """Send one user's mail; two workers of the queue at once send one."""
    if not permissions.has_notices(user):
        return False
    notices = worksheet.build_notices(user, at=at, only_new=True)
    last = user.notices_mailed_at
    if not any(last is None or one.at > last for one in notices):
        return False
    mine = User.objects.filter(pk=user.pk, notices_mailed_at=last)
    if not mine.update(notices_mailed_at=at):
        return False
    number = len(notices)
    text = (
        f"You have {number} new notice{'' if number == 1 else 's'} in the hotline:\n\n"
        f"{settings.SITE_URL}\n"
    )
    try:
        send_mail(SUBJECT, text, None, [user.email])
    except OSError:  # the mail server's, SMTPException among them; the next round tries again
        User.objects.filter(pk=user.pk, notices_mailed_at=at).update(notices_mailed_at=last)
        logger.warning("A notice mail could not be sent")
        return False
    return True
