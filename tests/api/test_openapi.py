"""The API keeps what its published document promises, whatever is asked (schemathesis, real ids, a real key)."""

import json

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

EXAMPLES = 12
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="session")
def document(site):
    with httpx.Client(trust_env=False) as http:
        return http.get(f"{site.url}/schema/openapi.json").json()


def operations(document):
    return [path for path in document["paths"] if path.startswith("/api/v1/")]


def with_real_ids(document, site):
    """The same document with ids of this world in it, so that answers with data are looked at too."""
    row = next(row for row in site.orders() if row.shipment_ids)
    real = {"confirmation_number": row.facts.order_number, "shipment_id": row.shipment_ids[0]}
    real |= {"shop_id": row.facts.shop_id}
    real |= {"order": row.facts.order_number, "shipment": row.shipment_ids[0]}
    told = json.loads(json.dumps(document))
    for path in operations(told):
        for parameter in parameters(told["paths"][path]):
            if parameter["name"] in real:
                parameter["schema"] = {"type": "string", "enum": [real[parameter["name"]], "unknown"]}
    return told


def parameters(path):
    return [one for operation in path.values() for one in operation.get("parameters", [])]


def test_every_resource_is_in_the_document(document):
    assert sorted(operations(document)) == [
        "/api/v1/capture",
        "/api/v1/estimates",
        "/api/v1/events",
        "/api/v1/exceptions",
        "/api/v1/identify",
        "/api/v1/imports",
        "/api/v1/notices",
        "/api/v1/orders",
        "/api/v1/orders/{confirmation_number}",
        "/api/v1/orders/{confirmation_number}/events",
        "/api/v1/orders/{confirmation_number}/events/{event_id}/take-back",
        "/api/v1/promises",
        "/api/v1/shipments",
        "/api/v1/shipments/{shipment_id}",
        "/api/v1/shipments/{shipment_id}/carrier",
        "/api/v1/shipments/{shipment_id}/carrier/undo",
        "/api/v1/shops/{shop_id}/look",
        "/api/v1/shops/{shop_id}/look/undo",
        "/api/v1/webhooks",
        "/api/v1/webhooks/{endpoint_id}",
        "/api/v1/webhooks/{endpoint_id}/disable",
        "/api/v1/webhooks/{endpoint_id}/enable",
        "/api/v1/webhooks/{endpoint_id}/messages",
        "/api/v1/webhooks/{endpoint_id}/ping",
        "/api/v1/webhooks/{endpoint_id}/replay",
        "/api/v1/webhooks/{endpoint_id}/rotate",
    ]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_no_question_breaks_the_api_and_every_answer_is_as_documented(site, key, document, mode):
    schema = schemathesis.openapi.from_dict(with_real_ids(document, site))
    schema.config.update(base_url=site.url)
    headers = {"Authorization": f"Bearer {key}"}
    answers = []
    for found in schema.get_all_operations():
        operation = found.ok()
        if not operation.path.startswith("/api/v1/"):
            continue

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        def ask(case):
            answers.append(case.call_and_validate(headers=headers, checks=CHECKS).status_code)

        ask()
    assert len(answers) >= EXAMPLES * len(operations(document)) / 2
    assert (200 if mode is GenerationMode.POSITIVE else 400) in answers
