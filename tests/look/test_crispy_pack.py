"""Every kind of field, rendered by our crispy-forms pack: name, hint and error reach the widget."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Button, Column, Div, Fieldset, Layout, Row, Submit
from crispy_forms.utils import render_crispy_form
from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from pytest_django import Settings


@pytest.fixture(autouse=True)
def plain_static_names(settings: Settings) -> None:
    """Pages name static files without a manifest, which only `collectstatic` makes."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


CHOICES = [("yes", "Yes"), ("no", "No"), ("unknown", "Don't know")]
HINT, REQUIRED = "As it was said.", "This field is required."


class Everything(forms.Form):
    """One field of each kind, all required, all with a hint."""

    text = forms.CharField(help_text=HINT)
    email = forms.EmailField(help_text=HINT)
    number = forms.IntegerField(help_text=HINT)
    day = forms.DateField(help_text=HINT, widget=forms.DateInput(attrs={"type": "date"}))
    secret = forms.CharField(help_text=HINT, widget=forms.PasswordInput)
    long = forms.CharField(help_text=HINT, widget=forms.Textarea)
    choice = forms.ChoiceField(help_text=HINT, choices=CHOICES)
    several = forms.MultipleChoiceField(help_text=HINT, choices=CHOICES)
    radio = forms.ChoiceField(help_text=HINT, choices=CHOICES, widget=forms.RadioSelect)
    boxes = forms.MultipleChoiceField(
        help_text=HINT, choices=CHOICES, widget=forms.CheckboxSelectMultiple
    )
    agreed = forms.BooleanField(help_text=HINT)
    token = forms.CharField(widget=forms.HiddenInput)


SINGLE = {
    "text": "usa-input",
    "email": "usa-input",
    "number": "usa-input",
    "day": "usa-input",
    "secret": "usa-input",
    "long": "usa-textarea",
    "choice": "usa-select",
    "several": "usa-select",
    "agreed": "usa-checkbox__input",
}
GROUPED = {"radio": "usa-radio__input", "boxes": "usa-checkbox__input"}

Attributes = dict[str, str | None]


class Elements(HTMLParser):
    """The start tags of a fragment, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, Attributes]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def where(self, tag: str = "", **wanted: str) -> Iterator[Attributes]:
        """Yield the attributes of the elements that have these."""
        for name, attributes in self.found:
            if tag in {"", name} and wanted.items() <= attributes.items():
                yield attributes

    def one(self, tag: str = "", **wanted: str) -> Attributes:
        """Return the attributes of the only such element."""
        (attributes,) = self.where(tag, **wanted)
        return attributes


def rendered(form: forms.Form, helper: FormHelper | None = None) -> str:
    return str(render_crispy_form(form, helper))


@pytest.mark.parametrize(("name", "css_class"), SINGLE.items())
def test_a_single_control_is_labelled_and_described(name: str, css_class: str) -> None:
    page = Elements(rendered(Everything()))

    control = page.one(id=f"id_{name}")
    assert css_class in (control["class"] or "").split()
    assert control["aria-describedby"] == f"id_{name}_helptext"
    assert "aria-invalid" not in control
    assert "for" in page.one("label", **{"for": f"id_{name}"})
    assert page.one(id=f"id_{name}_helptext")


@pytest.mark.parametrize("name", SINGLE)
def test_a_single_control_in_error_says_so(name: str) -> None:
    page = Elements(rendered(Everything({})))

    control = page.one(id=f"id_{name}")
    assert control["aria-invalid"] == "true"
    assert control["aria-describedby"] == f"id_{name}_helptext id_{name}_error"
    assert page.one(id=f"id_{name}_error")["class"] == "usa-error-message"
    assert page.one("a", href=f"#id_{name}")


@pytest.mark.parametrize(("name", "css_class"), GROUPED.items())
def test_a_group_is_a_fieldset_with_a_legend(name: str, css_class: str) -> None:
    html = rendered(Everything({name: ["no"]} if name == "boxes" else {name: "no"}))
    page = Elements(html)

    group = page.one("fieldset", id=f"id_{name}")
    assert group["aria-describedby"] == f"id_{name}_helptext"
    assert re.search(rf"<legend[^>]*>\s*{name.capitalize()}\s*</legend>", html)
    choices = list(page.where("input", name=name))
    assert [choice["value"] for choice in choices] == ["yes", "no", "unknown"]
    assert [choice["class"] for choice in choices] == [css_class] * 3
    assert ["checked" in choice for choice in choices] == [False, True, False]
    for choice in choices:
        assert page.one("label", **{"for": str(choice["id"])})


@pytest.mark.parametrize("name", GROUPED)
def test_a_group_in_error_is_linked_to_its_first_choice(name: str) -> None:
    page = Elements(rendered(Everything({})))

    assert page.one("fieldset", id=f"id_{name}")["aria-describedby"] == (
        f"id_{name}_helptext id_{name}_error"
    )
    assert page.one("a", href=f"#id_{name}_0")
    assert page.one("input", id=f"id_{name}_0")


def test_the_error_summary_comes_first_and_takes_the_focus() -> None:
    html = rendered(Everything({}))
    summary = Elements(html).one(role="alert")

    assert "autofocus" in summary
    assert summary["tabindex"] == "-1"
    assert summary["aria-labelledby"] == "error-summary-title"
    assert html.index("error-summary") < html.index("id_text")
    assert f"Text: {REQUIRED}" in html


def test_without_errors_there_is_no_summary() -> None:
    assert "error-summary" not in rendered(Everything())


def test_values_and_errors_are_escaped() -> None:
    class Hostile(forms.Form):
        text = forms.CharField(max_length=3)
        radio = forms.ChoiceField(
            choices=[('"><script>', "<script>")], widget=forms.RadioSelect, required=False
        )

        def clean(self) -> None:
            raise forms.ValidationError("<script>alert(1)</script>")

    assert "<script>" not in rendered(Hostile({"text": '"><script>', "radio": '"><script>'}))


def test_a_layout_with_a_row_a_fieldset_and_buttons() -> None:
    helper = FormHelper()
    helper.layout = Layout(
        Fieldset("The child", Row(Column("text"), Div("number", css_id="age")), css_id="child"),
        "radio",
        Submit("send", "Submit for review"),
    )
    helper.add_input(Button("back", "Go back", css_class="usa-button--outline"))
    html = rendered(Everything({}), helper)
    page = Elements(html)

    assert page.one("fieldset", id="child")
    assert page.one("div", id="age")
    assert "Submit for review</button>" in html
    assert page.one("button", name="send", type="submit")
    assert "usa-button--outline" in str(page.one("button", name="back", type="button")["class"])
    assert html.index("error-summary") < html.index("The child")


def test_the_form_around_the_fields() -> None:
    request = RequestFactory().get("/")
    template = Template("{% load crispy_forms_tags %}{% crispy form %}")
    context = {"form": Everything(), "request": request, "csrf_token": "secret"}
    page = Elements(template.render(Context(context)))

    form = page.one("form", method="post")
    assert "novalidate" in form  # so that errors come in the summary
    assert page.one("input", name="csrfmiddlewaretoken")
    assert page.one("input", type="hidden", name="token")


def test_the_filter_renders_the_fields_without_a_form() -> None:
    template = Template("{% load crispy_forms_filters %}{{ form|crispy }}")
    page = Elements(template.render(Context({"form": Everything({})})))

    assert not list(page.where("form"))
    assert page.one(role="alert")
    assert page.one("input", id="id_text")


def test_labels_may_be_hidden_from_sight_alone() -> None:
    helper = FormHelper()
    helper.form_show_labels = False

    label = Elements(rendered(Everything(), helper)).one("label", **{"for": "id_text"})
    assert "visually-hidden" in str(label["class"])


def test_the_sign_in_page() -> None:
    request = RequestFactory().get("/")
    html = render_to_string("registration/login.html", {"form": AuthenticationForm(request)})
    page = Elements(html)

    assert page.one("input", name="username")["autocomplete"] == "username"
    assert page.one("input", name="password")["autocomplete"] == "current-password"
    assert re.search(r"<label[^>]*>\s*Username\s*</label>", html)
    assert re.search(r"<label[^>]*>\s*Password\s*</label>", html)
    assert re.search(r"<button[^>]*>\s*Sign in\s*</button>", html)
    assert "supervisor2" not in html  # demo accounts are named in a demo alone


def test_a_failed_sign_in_says_so_first() -> None:
    form = AuthenticationForm(RequestFactory().get("/"), data={"username": "", "password": ""})
    html = render_to_string("registration/login.html", {"form": form, "demo": True})

    assert "You are not signed in" in html
    assert html.index("error-summary") < html.index("<h1>")
    assert "supervisor2" in html


@pytest.mark.parametrize("page", ["400", "403", "403_csrf", "404", "413", "500"])
def test_error_pages_render_without_any_context(page: str) -> None:
    html = render_to_string(f"{page}.html")

    assert html.count("<h1>") == 1
    assert 'id="main"' in html
