"""Question sets as a FHIR Questionnaire, and a submission as the response to it.

Only what R4 and R4B share is used. A prompt's key is its linkId; a response nests as its
Questionnaire does, which FHIR asks of it.
"""

import re
from typing import Any

from intake.sets import Sets

_TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_CONTROL = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl"
_CONTROLS = "http://hl7.org/fhir/questionnaire-item-control"
# FHIR's strings have no control characters, and of white space blanks, tabs and line ends only.
_NO_STRING = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]|[^\S \t\r\n]")
SIDES = {"worry": "Worry", "working_well": "Working well"}
# What FHIR calls an answer that is not there; an answered one has its text.
ABSENT = {
    "not_asked": "not-asked",
    "unknown": "asked-unknown",
    "declined": "asked-declined",
}


def questionnaire(
    sets: Sets, *, url: str, version: int, title: str, status: str, date: str
) -> dict[str, Any]:
    """Return described sets as a Questionnaire; `status` is draft, active or retired."""
    return {
        "resourceType": "Questionnaire",
        "url": url,
        "version": str(version),
        "name": "SOPHotlineQuestions",
        "title": title,
        "status": status,
        "date": date,
        "language": "en",
        "subjectType": ["Patient"],
        "item": [_group(one) for one in sets],
    }


def response(
    answers: list[dict[str, Any]], *, url: str, version: int, status: str, authored: str, key: str
) -> dict[str, Any]:
    """Return the response to a Questionnaire.

    `answers` are sets: {"key", "title", "pairs": [{"key", "is_core", "prompts": [ANSWER]}],
    "prompts": [ANSWER]}, where ANSWER is {"key", "text", "status", "answer"}. What was not asked,
    not known or declined says so by its reason.
    """
    given = [_answered_group(one) for one in answers if one["pairs"] or one["prompts"]]
    return {
        "resourceType": "QuestionnaireResponse",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{key}"},
        "questionnaire": f"{url}|{version}",
        "status": status,
        "authored": authored,
        **({"item": given} if given else {}),
    }


def _answered_group(one: dict[str, Any]) -> dict[str, Any]:
    pairs = [
        {
            "linkId": pair["key"],
            "text": _pair(pair),
            "item": [_answered(prompt) for prompt in pair["prompts"]],
        }
        for pair in one["pairs"]
    ]
    prompts = [_answered(prompt) for prompt in one["prompts"]]
    return {"linkId": one["key"], **_words(one["title"], ""), "item": [*pairs, *prompts]}


def _answered(prompt: dict[str, str]) -> dict[str, Any]:
    reason = ABSENT.get(prompt["status"])
    extension = {"extension": [{"url": _ABSENT, "valueCode": reason}]}
    answer = {"_valueString": extension} if reason else {"valueString": _string(prompt["answer"])}
    return {"linkId": prompt["key"], **_words(prompt["text"], ""), "answer": [answer]}


def _group(one: dict[str, Any]) -> dict[str, Any]:
    pairs = [
        {
            "linkId": pair["key"],
            "type": "group",
            "text": _pair(pair),
            "item": [
                _item(pair[side], "text") | {"prefix": label} for side, label in SIDES.items()
            ],
        }
        for pair in one["pairs"]
    ]
    prompts = [
        _item(prompt, "display" if prompt["kind"] == "script" else "text")
        for prompt in one["prompts"]
    ]
    title = _words(one["title"].get("en") or one["key"], one["title"].get("es", ""))
    if not (pairs or prompts):  # a group has items; that of a draft may have none yet
        return {"linkId": one["key"], "type": "display", **title}
    return {"linkId": one["key"], "type": "group", **title, "item": [*pairs, *prompts]}


def _pair(pair: dict[str, Any]) -> str:
    return "Core pair" if pair["is_core"] else "Pair"


def _item(prompt: dict[str, Any], kind: str) -> dict[str, Any]:
    item: dict[str, Any] = {"linkId": prompt["key"], "type": kind}
    if prompt.get("en") or prompt.get("es"):
        item |= _words(prompt.get("en") or prompt["es"], prompt.get("es", ""))
    helper = prompt.get("helper", {})
    if kind == "text" and (helper.get("en") or helper.get("es")):
        control = {"coding": [{"system": _CONTROLS, "code": "help"}]}
        words = _words(helper.get("en") or helper["es"], helper.get("es", ""))
        item["item"] = [
            {
                "linkId": f"{prompt['key']}-note",  # no key has a hyphen
                "type": "display",
                "extension": [{"url": _CONTROL, "valueCodeableConcept": control}],
                **words,
            }
        ]
    return item


def _words(english: str, spanish: str) -> dict[str, Any]:
    if not english:
        return {}
    if not spanish:
        return {"text": _string(english)}
    content = {"url": "content", "valueString": _string(spanish)}
    inner = [{"url": "lang", "valueCode": "es"}, content]
    return {
        "text": _string(english),
        "_text": {"extension": [{"url": _TRANSLATION, "extension": inner}]},
    }


def _string(text: str) -> str:
    return _NO_STRING.sub(" ", text)
