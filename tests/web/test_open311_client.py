"""Open311 as programs that the project did not write use it: the published client georeport, over the wire.

georeport 0.3.1 (PyPI) reads the four GET methods in JSON and XML; its XML goes through xmltodict, another stranger.
"""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import jsonschema
import pytest
import xmltodict
from georeport import GeoReport

from qs.access.actions import issue_api_key
from qs.access.terms import KeyPurpose
from tests.complaints.desk import build_desk
from tests.web import georeport_schemas as schemas
from tests.world import CLERK

pytestmark = pytest.mark.server
FILED = {
    "service_code": "S4",
    "lat": "30.274084",
    "long": "120.155070",
    "description": "窗口排队两小时",
    "phone": "17000001234",
    "attribute[kind]": "help",
    "attribute[external_id]": "app-1",
}


@pytest.fixture(scope="module")
def address(server) -> str:
    """The interface of the running product on the small office."""
    build_desk(server.store)
    return f"{server.url}/open311/v2"


@pytest.fixture(scope="module")
def key(server, address) -> str:
    with server.store.writing() as session:
        made = issue_api_key(session, "app", purpose=KeyPurpose.REQUESTS, actor=CLERK, now=datetime.now(UTC))
    return made.clear


@pytest.fixture(scope="module")
def number(address, key) -> str:
    """A request filed over the wire as the standard shows it: a form, answered in XML."""
    response = httpx.post(f"{address}/requests.xml", data={"api_key": key, **FILED})
    assert response.status_code == 200, response.text
    return xmltodict.parse(response.content)["service_requests"]["request"]["service_request_id"]


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_published_client_reads_services_and_their_definitions(address, form):
    client = GeoReport(address, output_format=form)
    services = client.get_service_list()
    assert {service["service_code"] for service in services} == {"S1", "S2", "S3", "S4"}
    definition = client.get_service_definition("S4")
    attributes = definition["attributes"] if form == "json" else definition["attributes"]["attribute"]
    assert [one["code"] for one in attributes][:2] == ["notice", "kind"]


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_published_client_finds_what_was_filed(address, number, form):
    client = GeoReport(address, jurisdiction="lanping.gov", output_format=form)
    found = client.get_service_requests(service_code="S4", status="open")
    one = found if form == "xml" else found[0]  # a single element is no list to xmltodict
    assert one["service_request_id"] == number
    assert client.get_service_requests(service_request_id=number) == found
    again = client.get_service_request(number)
    assert again["status"] == "open"
    assert float(again["lat"]) == 30.274


def test_a_published_client_is_told_that_a_request_is_not_there(address):
    with pytest.raises(Exception, match="404"):
        GeoReport(address).get_service_request("2020-000001")


def test_what_comes_over_the_wire_fits_the_published_schemas(address, number):
    def fits(path: str, schema: dict[str, object]) -> None:
        document = httpx.get(f"{address}/{path}.json").json()
        jsonschema.validate(document, schema, format_checker=jsonschema.FormatChecker())

    fits("discovery", schemas.DISCOVERY)
    fits("services", schemas.listed(schemas.SERVICE))
    fits("services/S1", schemas.SERVICE_DEFINITION)
    fits("requests", schemas.listed(schemas.REQUEST))
    fits(f"requests/{number}", schemas.listed(schemas.REQUEST))
    fits(f"tokens/{number}", schemas.listed(schemas.TOKEN_RESPONSE))
    fits("requests/none", schemas.listed(schemas.ERROR))


def test_the_same_request_sent_again_over_the_wire_stays_one(address, key, number):
    response = httpx.post(f"{address}/requests.json", data={"api_key": key, **FILED})
    jsonschema.validate(response.json(), schemas.listed(schemas.REQUEST_RESPONSE))
    assert response.json()[0]["service_request_id"] == number


def test_the_gateway_sends_its_headers_with_the_interface(address):
    headers = httpx.get(f"{address}/services.xml").headers
    assert headers["content-type"] == "text/xml; charset=utf-8"
    assert headers["x-content-type-options"] == "nosniff"
