"""What every answer of one kind looks like, whoever built it."""

import json
from typing import Any


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.content.decode()
    assert response["Content-Type"] == "application/problem+json"
    content = json.loads(response.content)
    assert content["status"] == status
    assert content["type"] == f"urn:filiere:probleme:{code}"
    assert content["title"]
    assert content["detail"]
    assert isinstance(content["errors"], dict)
    assert content["request_id"] == response.headers.get("X-Request-ID", content["request_id"])
    assert "no-store" in response["Cache-Control"]
    return content
