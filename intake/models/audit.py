"""The audit: append-only facts of who did what, and never what was said."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import models

from intake.models.base import Record
from intake.models.people import Agency, User

SENTENCES = {
    "agency.added": "Added the agency",
    "agency.policy_set": "Set a policy of the agency",
    "agency_table.added": "Added a row to a table of the agency",
    "agency_table.changed": "Changed a row of a table of the agency",
    "assist.asked": "Asked a supervisor for help with the call",
    "assist.line_seen": "Dismissed a supervisor’s line",
    "assist.line_sent": "Sent a line to the worker of the call",
    "assist.lowered": "Lowered the flag for help, as the call ended or changed hands",
    "assist.taken_back": "Took back that help was asked for",
    "audit.exported": "Took the audit out as a file",
    "audit.viewed": "Viewed the audit",
    "backup.made": "A backup of the whole database was made",
    "backup.restored": "The database was put back from a backup",
    "copy_out.pasted": "Noted a block as pasted",
    "copy_out.taken_back": "Took a block back that was noted as pasted",
    "cross_report.sent": "Noted a cross-report as sent",
    "cross_report.withdrawn": "Marked a sending as noted by mistake",
    "dispatch.acknowledged": "Noted an acknowledgement",
    "dispatch.told": "Noted who was told",
    "dispatch.withdrawn": "Marked a telling as noted by mistake",
    "edition.cancelled": "Called off a scheduled edition of the question sets",
    "edition.discarded": "Discarded a draft of the question sets",
    "edition.drafted": "Started a draft of the question sets",
    "edition.exported": "Exported an edition of the question sets",
    "edition.imported": "Started a draft of the question sets from a file",
    "edition.published": "Published an edition of the question sets",
    "edition.reopened": "Made an edition that was in review a draft again",
    "edition.review_requested": "Asked for a review of a draft of the question sets",
    "edition.scheduled": "Published an edition of the question sets, live from a later time",
    "edition.use_exported": "Exported how the prompts of an edition were used",
    "export.cancelled": "Cancelled an export",
    "export.deleted": "Deleted the content of an export",
    "export.downloaded": "Downloaded an export",
    "export.failed": "An export failed",
    "export.finished": "An export was finished",
    "export.requested": "Asked for an export of several records",
    "figures.viewed": "Viewed figures",
    "hand_over.accepted": "Took over the call from a colleague",
    "hand_over.declined": "Declined to take over the call",
    "hand_over.offered": "Offered the call to a colleague",
    "hand_over.withdrawn": "Withdrew the offer of the call",
    "insights.exported": "Exported a table of figures",
    "intake.amended": "Amended the record",
    "intake.access_viewed": "Viewed who may read the restricted record",
    "intake.approved": "Approved the intake",
    "intake.called_back": "Called the reporting party back",
    "intake.claim_lapsed": "A claim fell free after 15 idle minutes",
    "intake.glass_broken": "Opened the restricted record by break-glass, for 60 minutes at most",
    "intake.glass_closed": "Closed the restricted record that was opened by break-glass",
    "intake.claimed": "Claimed the intake for review",
    "intake.closed_no_report": "Closed the call as no report",
    "intake.comment_answered": "Answered a remark of the review",
    "intake.comment_reopened": "Took back that a remark was dealt with",
    "intake.comment_resolved": "Marked a remark as dealt with",
    "intake.copied_out": "Opened the record to copy it out",
    "intake.danger_marked": "Marked that somebody is in danger",
    "intake.danger_taken_back": "Took back that somebody is in danger",
    "intake.decided_otherwise": "Recorded an own decision beside the worker’s",
    "intake.own_decision_taken_back": "Took the own decision back",
    "intake.ended": "Ended the call",
    "intake.expunction_requested": "Asked for the expunction of the record",
    "intake.expunged": "Destroyed the content of the record, as two people agreed",
    "intake.expunged_again": "An operator’s command destroyed the content again, after a restore",
    "intake.entered_in_error": "Marked the record as entered in error",
    "intake.exported": "Exported the record",
    "intake.followed": "Followed the call while it was typed",
    "intake.from_paper": "Began to type in a call that was taken on paper",
    "intake.held": "Put a legal hold on the record",
    "intake.hold_lifted": "Lifted a legal hold, as another person had asked",
    "intake.interrupted": "Marked the call as dropped",
    "intake.keeping_viewed": "Looked at how the record is kept, not at the record",
    "intake.lift_requested": "Asked for a legal hold to be lifted",
    "intake.matches_viewed": "Viewed the possible matches of the call",
    "intake.measure_withdrawn": "Took a request for retention back",
    "intake.moved": "Gave the intake to another worker",
    "intake.prior_linked": "Linked an intake as prior involvement",
    "intake.prior_unlinked": "Took back a link to prior involvement",
    "intake.released": "Released the intake",
    "intake.restricted": "Restricted the record to named viewers",
    "intake.restriction_lifted": "Took the restriction off the record",
    "intake.resumed": "Resumed the call",
    "intake.returned": "Returned the intake with comments",
    "intake.seal_requested": "Asked for the record to be sealed",
    "intake.sealed": "Sealed the record, as another person had asked",
    "intake.searched": "Looked for intakes",
    "intake.shown": "Saw names or words of it in a search or among possible matches",
    "intake.started": "Started a call",
    "intake.submitted": "Submitted the intake",
    "intake.unseal_requested": "Asked for the seal to be taken off",
    "intake.unsealed": "Took the seal off, as another person had asked",
    "intake.versions_viewed": "Viewed the earlier versions of a field",
    "intake.viewer_named": "Named somebody to read the restricted record",
    "intake.viewer_removed": "Took somebody off the viewers of the restricted record",
    "intake.viewed": "Viewed the intake",
    "intake.written_report_entered": "Entered the written report of the call",
    "list.viewed": "Viewed a list of records",
    "outbox_key.replaced": "Got a new key for unsent text: the old one does not open any more",
    "preferences.changed": "Changed the own preferences",
    "quality.rated": "Rated a record by the items of the quality review",
    "quality.sampled": "A record was drawn for the quality review",
    "reporter.copied": "Copied name and numbers of the reporting party to a callback",
    "reporter.disclosed": "Made a copy that names the reporting party, for who may learn it",
    "reporter.exported": "Made a PDF of the record with the reporting party",
    "reporter.reasons_viewed": "Viewed why reporting parties were opened",
    "reporter.revealed": "Opened the reporting party of the record",
    "retention.assist_dropped": "Deleted lines and flags of silent assist that were due",
    "retention.confirmed": "Confirmed a list of records that are due",
    "retention.finished": "A list of records that are due was carried out",
    "retention.prepared": "Prepared a list of records that are due",
    "retention.withdrawn": "Took back a list of records that are due",
    "user.accepted_invitation": "Chose a password by the link of an invitation",
    "user.added": "Added an account",
    "user.changed": "Changed name, roles or team of an account",
    "user.changed_password": "Changed the own password",
    "user.codes_made": "Made new recovery codes",
    "user.deactivated": "Deactivated an account",
    "user.factor_added": "Added a second factor to the own account",
    "user.factor_failed": "A second factor was not accepted",
    "user.factor_removed": "Removed a second factor from the own account",
    "user.factor_reset": "Reset the second factor of an account",
    "user.invited": "Made a link by which a person chooses a password",
    "user.linked": "Let an account sign in by single sign-on",
    "user.locked": "Locked the screen",
    "user.proof_failed": "Did not prove who they are, when asked again",
    "user.proved": "Proved again who they are",
    "user.reactivated": "Took up an account again",
    "user.recovery_code_used": "Signed in with a recovery code",
    "user.sessions_ended": "Signed out in other places",
    "user.sign_in_failed": "Sign-in failed",
    "user.signed_in": "Signed in",
    "user.signed_out": "Signed out",
    "user.timed_out": "Was signed out after the time allowed",
    "user.unlocked": "Unlocked the screen with the password",
}


START = hashlib.sha256(b"The audit of the hotline").hexdigest()  # before the first seal
# The columns of an event that its seal is of.
SEALED = (
    *("id", "at", "agency_id", "actor_id", "actor_label"),
    *("verb", "subject_type", "subject_id", "subject_label", "details"),
)


class AuditEvent(Record):
    """One past-tense fact with actor, time and subject.

    `details` holds ids, verbs and field names only. Labels are copied, so that an event can be
    read after what it describes is gone.
    """

    at = models.DateTimeField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True)
    actor_label = models.CharField(max_length=150, blank=True)
    verb = models.CharField(max_length=64)
    subject_type = models.CharField(max_length=32, blank=True)
    subject_id = models.UUIDField(null=True, blank=True)
    subject_label = models.CharField(max_length=64, blank=True)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["agency", "-at", "-id"], name="audit_of_agency"),
            models.Index(fields=["subject_id", "-at"], name="audit_of_subject"),
            models.Index(fields=["at"], name="audit_by_time"),
        ]

    @property
    def sentence(self) -> str:
        """What was done, in words; a verb that has none stands for itself."""
        return SENTENCES.get(self.verb, self.verb)

    def __str__(self) -> str:
        return f"{self.verb} {self.at:%Y-%m-%d %H:%M}"


class AuditSeal(models.Model):
    """A link of the chain over the audit: its hash is of the link before and of one event.

    Whoever changes, removes, reorders or inserts an event from here on breaks the chain. Events are
    written without it; one sealer adds the links a minute later, in an order of its own, since
    transactions end in another order than they began.
    """

    number = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(AuditEvent, on_delete=models.PROTECT, related_name="seal")
    sha256 = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Seal {self.number}"


class AuditCheckpoint(Record):
    """How far the chain went, signed (Ed25519): a copy elsewhere vouches for all before it."""

    number = models.BigIntegerField(unique=True)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    public_key = models.CharField(max_length=44)  # base64, as the signature
    signature = models.CharField(max_length=88)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"Checkpoint at seal {self.number}"


def canonical(values: tuple[Any, ...]) -> bytes:
    """Return the bytes of an event that are sealed, from its columns in the order of `SEALED`."""
    key, at, agency, actor, actor_label, verb, kind, subject, label, details = values
    plain = [
        *(str(key), at.astimezone(UTC).isoformat(), str(agency or ""), str(actor or "")),
        *(actor_label, verb, kind, str(subject or ""), label, details),
    ]
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def link(before: str, number: int, event: bytes) -> str:
    """Return the hash of a seal: of the one before it, its number, and its event's bytes."""
    return hashlib.sha256(f"{before} {number} ".encode() + event).hexdigest()


def statement(*, number: int, sha256: str, at: datetime) -> bytes:
    """Return the words that a checkpoint's signature is of."""
    return f"hotline audit {number} {sha256} {at.astimezone(UTC).isoformat()}".encode()


def record_event(
    verb: str,
    *,
    actor: User | None,
    at: datetime,
    subject: models.Model | None = None,
    details: dict[str, str | int | bool] | None = None,
) -> AuditEvent:
    """Append the fact `verb` ("intake.submitted") to the audit and return it.

    `subject` is the record it happened to; of it only type, key and reference (or user name) are
    kept. The
    event belongs to the actor's agency, or where nobody acted (an operator's command, a failed
    sign-in) to the subject's.
    """
    label = subject.username if isinstance(subject, User) else getattr(subject, "reference", "")
    agency = subject if isinstance(subject, Agency) else getattr(subject, "agency", None)
    return AuditEvent.objects.create(
        at=at,
        agency=actor.agency if actor else agency,
        actor=actor,
        actor_label=actor.username if actor else "",
        verb=verb,
        subject_type=subject._meta.model_name or "" if subject is not None else "",
        subject_id=subject.pk if subject is not None and isinstance(subject.pk, UUID) else None,
        subject_label=(label or "")[:64],
        details=details or {},
    )
