"""Addresses, nested by noun."""

from django.urls import include, path

from intake.views import (
    audit,
    briefs,
    calls,
    copy_out,
    cross_reports,
    dispatches,
    home,
    question_sets,
    read_back,
    records,
    services,
    wrap_up,
    written_reports,
)

call = [
    path("", calls.show_call, name="call"),
    path("save/", calls.save, name="call_save"),
    path("sections/", calls.save_section, name="call_section"),
    path("end/", calls.end_call, name="call_end"),
    path("interrupt/", calls.interrupt_call, name="call_interrupt"),
    path("resume/", calls.resume_call, name="call_resume"),
    path("no-report/", calls.close_no_report, name="call_no_report"),
    path("read-back/", read_back.show_read_back, name="call_read_back"),
    path("wrap-up/", wrap_up.show_wrap_up, name="wrap_up"),
    path("submit/", wrap_up.submit, name="call_submit"),
]
intake = [
    path("", records.show_intake, name="intake"),
    path("pdf/", records.download_pdf, name="intake_pdf"),
    path("json/", records.download_json, name="intake_json"),
    path("brief/", briefs.show_brief, name="intake_brief"),
    path("brief/pdf/", briefs.download_brief, name="intake_brief_pdf"),
    path("copy-out/", copy_out.show_copy_out, name="intake_copy_out"),
    path("copy-out/tick/", copy_out.tick, name="intake_copy_out_tick"),
    path("cross-reports/", cross_reports.show_cross_reports, name="intake_cross_reports"),
    path("cross-reports/<uuid:recipient_id>/sent/", cross_reports.note_sending, name="intake_sent"),
    path(
        "cross-reports/<uuid:recipient_id>/pdf/",
        cross_reports.download_packet,
        name="intake_packet",
    ),
    path(
        "cross-reports/<uuid:recipient_id>/pdf/reporter/",
        cross_reports.download_with_reporter,
        name="intake_packet_reporter",
    ),
    path("dispatch/", dispatches.show_dispatch, name="intake_dispatch"),
    path("dispatch/tell/", dispatches.tell, name="intake_tell"),
    path(
        "dispatch/<uuid:dispatch_id>/acknowledge/",
        dispatches.acknowledge,
        name="intake_acknowledge",
    ),
]
urlpatterns = [
    path("", home.home, name="home"),
    path("healthz", home.healthz, name="healthz"),
    path("readyz", home.readyz, name="readyz"),
    path("accounts/login/", home.SignIn.as_view(), name="login"),
    path("accounts/logout/", home.SignOut.as_view(), name="logout"),
    path("accounts/password/", home.ChangePassword.as_view(), name="password"),
    path("accounts/token/", home.token, name="csrf"),
    path("calls/", calls.list_calls, name="calls"),
    path("calls/start/", calls.start_call, name="call_start"),
    path("calls/<uuid:intake_id>/", include(call)),
    path("intakes/", records.list_intakes, name="intakes"),
    path("intakes/<uuid:intake_id>/", include(intake)),
    path("written-reports/", written_reports.list_written_reports, name="written_reports"),
    path("written-reports/start/", written_reports.start, name="written_report_start"),
    path("services/find/", services.find_services, name="services_find"),
    path("danger/", dispatches.list_danger, name="danger"),
    path("danger/count/", dispatches.count_danger, name="danger_count"),
    path("question-sets/", question_sets.list_editions, name="editions"),
    path("question-sets/<int:number>/", question_sets.show_edition, name="edition"),
    path("audit/", audit.list_events, name="audit"),
]
