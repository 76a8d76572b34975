"""A station as the wire sees it: its own key, its own tokens, nothing of the station's program."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import requests

from station_app.domain.reference import Reference
from sync.envelope import EnrolmentCode, TokenSigner, encode_key, new_private_key, public_key_of, sign
from sync.wire import EnrolAnswer, EnrolRequest, SyncAnswer
from tests.samples.cases import case


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Station:
    """One enrolled device. ``ask`` signs any request; the rest are the calls of wire version 1."""

    def __init__(self, url: str, code: str, device_key: bytes | None = None) -> None:
        self.url = url
        self.code = EnrolmentCode.parse(code)
        self.private = device_key or new_private_key()
        self.http = requests.Session()
        self.http.trust_env = False
        self.answer = EnrolAnswer.model_validate(self.enrol().json())
        self.signer = TokenSigner(self.private, self.answer.device_id, self.answer.server_key_id)
        self._serial = 0
        self._seq = 0

    def close(self) -> None:
        self.http.close()

    def enrol(self) -> requests.Response:
        request = EnrolRequest(
            code=self.code.secret,
            device_key=encode_key(public_key_of(self.private)),
            proof=sign(self.private, self.code.secret.encode()),
        )
        return self.http.post(f"{self.url}/v1/enrol", json=request.model_dump(), timeout=20)

    # ---- requests

    def token(self, method: str, path: str, body: bytes = b"", at: datetime | None = None) -> str:
        return self.signer.token(method, path, sha(body), at or datetime.now(UTC))

    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        token: str | None = None,
    ) -> requests.Response:
        sent = {"Authorization": f"Bearer {token or self.token(method, path, body)}", **(headers or {})}
        return self.http.request(method, self.url + path, data=body or None, headers=sent, timeout=20)

    def post_sync(self, **request: Any) -> requests.Response:
        body = json.dumps({"epoch": self.answer.epoch, **request}).encode()
        return self.ask("POST", "/v1/sync", body, {"Content-Type": "application/json"})

    def post_standing(self, **question: Any) -> requests.Response:
        return self.ask("POST", "/v1/standing", json.dumps(question).encode(), {"Content-Type": "application/json"})

    def sync(self, **request: Any) -> SyncAnswer:
        reply = self.post_sync(**request)
        assert reply.status_code == 200, reply.text
        return SyncAnswer.model_validate(reply.json())

    def blob_path(self, reference: str, blob: bytes) -> str:
        return f"/v1/applications/{reference}/blobs/{sha(blob)}"

    def head(self, reference: str, blob: bytes) -> requests.Response:
        return self.ask("HEAD", self.blob_path(reference, blob))

    def patch(
        self, reference: str, blob: bytes, offset: int = 0, end: int | None = None, complete: bool | None = None
    ) -> requests.Response:
        piece = blob[offset:end]
        last = complete if complete is not None else end is None or end >= len(blob)
        headers = {
            "Content-Type": "application/partial-upload",
            "Upload-Offset": str(offset),
            "Upload-Complete": "?1" if last else "?0",
        }
        return self.ask("PATCH", self.blob_path(reference, blob), piece, headers)

    # ---- bodies

    def reference(self) -> str:
        self._serial += 1
        return str(Reference(self.answer.station_no, 2024, self.answer.device_letter, 1, self._serial))

    def op(self, kind: str, body: Mapping[str, Any] | str, op_id: str | None = None) -> dict[str, Any]:
        self._seq += 1
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        return {"op_id": op_id or str(uuid4()), "seq": self._seq, "kind": kind, "body": text}

    def submission(self, number: int = 1, scans: Mapping[str, bytes] | None = None, **changed: Any) -> dict[str, Any]:
        """The body of a first submit of sample case ``number``."""
        return {
            "application_id": str(uuid4()),
            "reference": self.reference(),
            "revision": 1,
            "content": case(number),
            "scans": [entry(kind, content) for kind, content in (scans or {}).items()],
            "author": {"operator_id": "op-1", "name": "李静"},
            "submitted_at": "2024-05-15T06:30:00Z",
            "pack_version": 1,
            "assessment": {"verdict": "eligible"},
            **changed,
        }

    def submit(self, scans: Mapping[str, bytes], number: int = 1) -> str:
        """Submit a case that is accepted; its reference."""
        body = self.submission(number, scans)
        assert [each.result for each in self.sync(ops=[self.op("submit", body)]).results] == ["accepted"]
        reference: str = body["reference"]
        return reference

    def withdrawal(self, submission: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "application_id": submission["application_id"],
            "reference": submission["reference"],
            "author": submission["author"],
            "withdrawn_at": "2024-05-15T06:30:00Z",
        }


def entry(kind: str, content: bytes) -> dict[str, Any]:
    return {"kind": kind, "sha256": sha(content), "size": len(content), "media_type": "image/jpeg"}
