"""The description of the interface: valid by a checker that others wrote, and complete."""

from __future__ import annotations

import re

from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.routing import Route

from qs.settings import ROOT
from qs.web import api, assets, downloads, health, open311, open_data, papers, sign_in
from qs.web.openapi import DESCRIPTION
from tests.web.test_open311 import USUAL

MODULES = (sign_in, assets, downloads, health, api, open311, papers, open_data)
REGISTERED = [route for module in MODULES for route in module.routes]
CATCH_ALL = "{rest:path}"  # says that there is nothing


def described(route: Route) -> str:
    """The address of a route as the description writes it, without the kinds of its parts."""
    return re.sub(r":[a-z]+}", "}", route.path)


def test_the_description_is_valid_openapi():
    OpenAPIV31SpecValidator(DESCRIPTION).validate()


def test_every_registered_address_is_described_and_no_other():
    addresses = {described(route) for route in REGISTERED if CATCH_ALL not in route.path}
    assert addresses == set(DESCRIPTION["paths"])


def test_every_way_to_call_has_a_name_of_its_own_and_says_what_it_answers():
    operations = [found for methods in DESCRIPTION["paths"].values() for found in methods.values()]
    names = [found["operationId"] for found in operations]
    assert len(names) == len(set(names))
    assert all(found["summary"] and found["responses"] and found["tags"] for found in operations)


def test_every_part_of_an_address_is_described():
    for path, methods in DESCRIPTION["paths"].items():
        for found in methods.values():
            parts = {one["name"] for one in found.get("parameters", ()) if one["in"] == "path"}
            assert parts == set(re.findall(r"{(\w+)}", path)), path


def test_the_launcher_registers_the_routes_of_these_modules_and_no_others():
    named = re.findall(r"\*(\w+)\.routes", (ROOT / "app.py").read_text(encoding="utf-8"))
    assert set(named) == {module.__name__.rpartition(".")[2] for module in MODULES}


def test_the_fields_of_a_filing_are_those_that_are_taken():
    filing = DESCRIPTION["components"]["schemas"]["Open311Filing"]["properties"]
    assert set(USUAL) <= set(filing)
    assert set(filing) == open311.FIELDS | {"api_key", "jurisdiction_id", "lang"}


def test_a_search_takes_the_parameters_that_are_described():
    found = DESCRIPTION["paths"]["/open311/v2/requests.{form}"]["get"]["parameters"]
    names = {one["name"] for one in found if one["in"] == "query"}
    assert names == open311.SEARCHED | {"lang", "jurisdiction_id"}
