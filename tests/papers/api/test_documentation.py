"""The API's description and its page."""

from __future__ import annotations

import json
import re

from django.urls import reverse


def test_the_description_is_openapi_and_complete(client):
    schema = client.get("/api/schema/").json()

    assert schema["openapi"].startswith("3.")
    referred = set(re.findall(r'"#/components/schemas/([A-Za-z]+)"', json.dumps(schema)))
    assert referred <= schema["components"]["schemas"].keys()
    for path, operations in schema["paths"].items():
        if own := [described for described in operations.values() if described.get("security")]:
            assert all(described["summary"] and described["description"] for described in own), path
            assert all({"400", "401", "403", "429"} <= described["responses"].keys() for described in own), path
            assert all("409" in described["responses"] for method, described in operations.items() if method != "get"), path
            continue
        assert list(operations) == ["get"], path
        assert operations["get"]["summary"], path
        assert operations["get"]["description"], path
        assert {"200", "400", "429"} <= operations["get"]["responses"].keys(), path
        assert not path.endswith("{id}/") or {"301", "304", "404", "410"} <= operations["get"]["responses"].keys(), path


def test_the_description_is_not_sent_twice(client):
    first = client.get("/api/schema/")

    assert client.get("/api/schema/", headers={"if-none-match": first["ETag"]}).status_code == 304


def test_the_page_says_it_all_without_scripts(client):
    response = client.get(reverse("api_docs"))
    page = response.content.decode()

    assert f'href="{reverse("api_schema")}"' in page
    for path, operations in client.get("/api/schema/").json()["paths"].items():
        assert all(f"{method.upper()} {path}" in page for method in operations)
    assert 'id="too-many-requests"' in page  # where the problem's type leads


def test_the_page_keeps_the_strict_policy(client):
    response = client.get(reverse("api_docs"))
    page = response.content.decode()

    assert "'unsafe-inline'" not in response["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", page)
    assert " style=" not in page
    assert "://" not in "".join(re.findall(r'(?:src|data-js|data-css)="([^"]*)"', page))


def test_every_kind_of_problem_has_its_place_on_the_page(client):
    page = client.get(reverse("api_docs")).content.decode()
    problem = client.get("/api/v1/nothing/").json()

    assert problem["type"].startswith("/api/docs/#")
    assert f'id="{problem["type"].partition("#")[2]}"' in page


def test_the_root_of_the_api_leads_to_its_page(client):
    assert client.get("/api/")["Location"] == reverse("api_docs")
