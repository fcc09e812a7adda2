"""Addresses, nested by noun."""

from django.urls import include, path

from intake.views import audit, calls, home, question_sets, records, wrap_up

call = [
    path("", calls.show_call, name="call"),
    path("save/", calls.save, name="call_save"),
    path("sections/", calls.save_section, name="call_section"),
    path("end/", calls.end_call, name="call_end"),
    path("interrupt/", calls.interrupt_call, name="call_interrupt"),
    path("resume/", calls.resume_call, name="call_resume"),
    path("no-report/", calls.close_no_report, name="call_no_report"),
    path("wrap-up/", wrap_up.show_wrap_up, name="wrap_up"),
    path("submit/", wrap_up.submit, name="call_submit"),
]
intake = [
    path("", records.show_intake, name="intake"),
    path("pdf/", records.download_pdf, name="intake_pdf"),
    path("json/", records.download_json, name="intake_json"),
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
    path("question-sets/", question_sets.list_editions, name="editions"),
    path("question-sets/<int:number>/", question_sets.show_edition, name="edition"),
    path("audit/", audit.list_events, name="audit"),
]
