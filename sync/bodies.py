"""What stands inside the frozen body of an op: text that travels, is stored and is hashed exactly as it was frozen."""

from __future__ import annotations

from typing import Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from sync.wire import MAX_ADDED, MAX_BLOB, MAX_SCANS, OpId, ReferenceText, Sha256, WireModel


class ScanEntry(WireModel):
    """``remark``: why the clerk kept the page with a defect. It is written only where there is one: bodies of before
    have none, an older server passes over it, and a body without remarks is byte for byte what it always was.
    """

    kind: str
    sha256: Sha256
    size: int = Field(ge=1, le=MAX_BLOB)
    media_type: str = Field(max_length=60)
    remark: str | None = Field(default=None, min_length=1, max_length=200)

    @model_serializer(mode="wrap")
    def _without_empty_remark(self, others: SerializerFunctionWrapHandler) -> dict[str, Any]:
        written: dict[str, Any] = others(self)
        if self.remark is None:
            written.pop("remark", None)
        return written


class Author(WireModel):
    operator_id: str = Field(max_length=64)
    name: str = Field(max_length=60)


class Submission(WireModel):
    """The body of a ``submit``: one revision, whole."""

    application_id: OpId
    reference: ReferenceText
    revision: int = Field(ge=1, le=10_000)
    content: dict[str, Any]
    scans: list[ScanEntry] = Field(max_length=MAX_SCANS)
    author: Author
    submitted_at: str
    pack_version: int
    assessment: dict[str, Any]
    insisted: str | None = Field(default=None, max_length=500)
    consent: dict[str, Any] = Field(default_factory=dict)
    intake_seq: int | None = Field(default=None, ge=0, le=2**62)  # the audit row that recorded the intake


class ScanAddition(WireModel):
    """The body of ``add_scans``: pages that belong to a revision already frozen."""

    application_id: OpId
    reference: ReferenceText
    revision: int = Field(ge=1, le=10_000)
    scans: list[ScanEntry] = Field(min_length=1, max_length=MAX_ADDED)
    author: Author
    added_at: str


class Withdrawal(WireModel):
    application_id: OpId
    reference: ReferenceText
    author: Author
    withdrawn_at: str
