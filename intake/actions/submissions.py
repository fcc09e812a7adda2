"""Freezing an intake: the snapshot that PDF and JSON are made from, for ever."""

import hashlib
import secrets
from datetime import datetime

from intake import worksheet
from intake.models import Intake, Submission, SubmissionContent, SubmissionReporter, User


def freeze(intake: Intake, *, author: User, at: datetime) -> Submission:
    """Append the next submission of `intake` with its content; call it inside a transaction.

    The reporting party is snapshotted apart, sealed. The random salt keeps the hash from
    confirming a guess at the content once the content is gone.
    """
    sheet = worksheet.build(intake)
    text = worksheet.to_canonical_json(sheet, salt=secrets.token_hex(16))
    number = Submission.objects.filter(intake=intake).count() + 1
    submission = Submission.objects.create(
        intake=intake,
        number=number,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        author=author,
        at=at,
    )
    SubmissionContent.objects.create(submission=submission, text=text)

    party = worksheet.build_reporting_party(intake)
    if party is not None:
        plain = worksheet.to_canonical_json(party, salt=secrets.token_hex(16))
        kept = SubmissionReporter(
            submission=submission, sha256=hashlib.sha256(plain.encode()).hexdigest()
        )
        key = kept.write(plain)
        kept.save(force_insert=True)
        key.save(force_insert=True)
    return submission
