"""The OpenAPI document: what each route takes and every answer it can give."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from central.problems import MEDIA_TYPE
from sync.wire import (
    MAX_BLOB,
    MAX_BUNDLE,
    AuthorityAnswer,
    BlobAnswer,
    Bundle,
    BundleAnswer,
    EnrolAnswer,
    EnrolRequest,
    PackAnswer,
    Problem,
    RosterPage,
    StandingAnswer,
    StandingRequest,
    SyncAnswer,
    SyncRequest,
    WireModel,
)

BUNDLE_TYPE = "application/vnd.zhutui.bundle"
UPLOAD_TYPES = ("application/partial-upload", "application/octet-stream")
_SCHEMAS = "#/components/schemas/"
_QUESTIONS: tuple[type[WireModel], ...] = (EnrolRequest, SyncRequest, StandingRequest, Bundle)
_ANSWERS: tuple[type[WireModel], ...] = (
    AuthorityAnswer,
    EnrolAnswer,
    SyncAnswer,
    BlobAnswer,
    BundleAnswer,
    PackAnswer,
    RosterPage,
    StandingAnswer,
    Problem,
)
_TITLES = {
    400: "The request cannot be read.",
    401: "No token, or one that does not hold; `clock_skew` carries `server_time`.",
    403: "The device or the code is shut out.",
    404: "There is no such thing for this device.",
    408: "The body stopped coming; what came is kept.",
    409: "Something else stands there already.",
    413: "The body is larger than allowed.",
    415: "The media type is not supported.",
    422: "The document is not what is expected.",
    500: "A fault of the server.",
    503: "The server cannot write just now.",
}
_PROGRESS = {
    "Upload-Offset": {"schema": {"type": "integer", "minimum": 0, "maximum": MAX_BLOB}},
    "Upload-Complete": {"schema": {"type": "string", "enum": ["?0", "?1"]}},
}


@dataclass(frozen=True)
class Described:
    """One route, as the document tells it."""

    operation: str
    summary: str
    status: int
    responses: dict[int | str, dict[str, Any]]
    extra: dict[str, Any] = field(default_factory=dict)


def document(app: FastAPI) -> dict[str, Any]:
    """The whole document, made once."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, routes=app.routes)
        components = made.setdefault("components", {})
        questions = [(model, "validation") for model in _QUESTIONS]
        answers = [(model, "serialization") for model in _ANSWERS]
        _, schemas = models_json_schema([*questions, *answers], ref_template=f"{_SCHEMAS}{{model}}")  # type: ignore[list-item]
        components["schemas"] = schemas["$defs"]
        components["schemas"]["RosterPage"]["properties"]["rows"]["items"] = _ROW
        components["securitySchemes"] = {
            "device": {"type": "http", "scheme": "bearer", "bearerFormat": "EdDSA JWT over method, path and body"}
        }
        app.openapi_schema = made
    return app.openapi_schema


def _ref(model: type[WireModel]) -> dict[str, str]:
    return {"$ref": f"{_SCHEMAS}{model.__name__}"}


def _ok(model: type[WireModel], **more: Any) -> dict[str, Any]:
    return {"description": "Done.", "content": {"application/json": {"schema": _ref(model)}}, **more}


def _problems(statuses: Iterable[int]) -> dict[int | str, dict[str, Any]]:
    content = {MEDIA_TYPE: {"schema": _ref(Problem)}}
    return {status: {"description": _TITLES[status], "content": content} for status in (*statuses, 500, 503)}


def _takes(model: type[WireModel]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": _ref(model)}}}}


def _parameter(name: str, place: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": place, "required": True, "schema": schema}


# as loose as this: contract fuzzers of today read ``prefixItems`` wrongly
_ROW = {"type": "array", "items": {"type": ["integer", "string", "boolean"]}, "minItems": 8, "maxItems": 8}
_DEVICE: dict[str, Any] = {"security": [{"device": []}]}
_BLOB = [
    _parameter("reference", "path", {"type": "string", "pattern": "^[A-Z0-9-]{8,40}$"}),
    _parameter("sha256", "path", {"type": "string", "pattern": "^[0-9a-f]{64}$"}),
]
_UPLOAD = [
    _parameter("Upload-Offset", "header", {"type": "integer", "minimum": 0, "maximum": MAX_BLOB}),
    _parameter("Upload-Complete", "header", {"type": "string", "enum": ["?0", "?1"]}),
]
_PIECE = {"type": "string", "format": "binary", "maxLength": MAX_BLOB}

AUTHORITY = Described(
    "authority",
    "Whose TLS certificates to trust, signed by the server's key; asked before a station trusts anybody.",
    200,
    {200: _ok(AuthorityAnswer), **_problems(())},
)
ENROL = Described(
    "enrol",
    "Make a device of a one-time code; the same code and key get the same answer.",
    200,
    {200: _ok(EnrolAnswer), **_problems((400, 403, 409, 413, 415, 422))},
    _takes(EnrolRequest),
)
SYNC = Described(
    "sync",
    "One pass: ops in; results, missing blobs, receipts and changes out.",
    200,
    {200: _ok(SyncAnswer), **_problems((400, 401, 403, 413, 415, 422))},
    {**_takes(SyncRequest), **_DEVICE},
)
HEAD_BLOB = Described(
    "blob_offset",
    "How far a blob has come.",
    204,
    {
        204: {"description": "Upload-Offset bytes are here.", "headers": _PROGRESS},
        **{status: {"description": _TITLES[status]} for status in (401, 403, 404, 500, 503)},
    },
    {"parameters": _BLOB, **_DEVICE},
)
PATCH_BLOB = Described(
    "append_blob",
    "Append bytes to a blob at its offset.",
    200,
    {
        200: _ok(BlobAnswer, headers=_PROGRESS),
        204: {"description": "The bytes are kept, the blob is not complete.", "headers": _PROGRESS},
        **_problems((400, 401, 403, 404, 408, 409, 413, 415)),
    },
    {
        "parameters": [*_BLOB, *_UPLOAD],
        "requestBody": {
            "required": False,
            "content": {each: {"schema": _PIECE} for each in UPLOAD_TYPES},
        },
        **_DEVICE,
    },
)
BUNDLE = Described(
    "append_bundle",
    "Many whole scans in one body: four bytes with the length of a `Bundle` document, that document, and the bytes of "
    "its scans in order. The token's body hash is the document's. What breaks off is resumed by PATCH.",
    200,
    {200: _ok(BundleAnswer), **_problems((400, 401, 403, 408, 413, 415, 422))},
    {
        "requestBody": {
            "required": True,
            "content": {BUNDLE_TYPE: {"schema": {"type": "string", "format": "binary", "maxLength": MAX_BUNDLE}}},
        },
        **_DEVICE,
    },
)
PLAN = Described(
    "plan",
    "The newest plan pack of a year, with the server's signature.",
    200,
    {200: _ok(PackAnswer), **_problems((401, 403, 404))},
    {"parameters": [_parameter("year", "path", {"type": "string", "pattern": "^[0-9]{4}$"})], **_DEVICE},
)
ROSTER = Described(
    "roster",
    "A page of the roster that this station holds; `load` begins the whole, `log-N` what came after N.",
    200,
    {200: _ok(RosterPage), **_problems((401, 403, 404))},
    {
        "parameters": [_parameter("position", "path", {"type": "string", "pattern": "^(load(-.+)?|log-[0-9]{1,18})$"})],
        **_DEVICE,
    },
)
STANDING = Described(
    "standing",
    "What one person applied for or was paid at other PCs; nothing in the answer tells of a station.",
    200,
    {200: _ok(StandingAnswer), **_problems((400, 401, 403, 413, 415, 422))},
    {**_takes(StandingRequest), **_DEVICE},
)
