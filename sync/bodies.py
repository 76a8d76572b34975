"""What stands inside the frozen body of an op: text that travels, is stored and is hashed exactly as it was frozen."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from sync.wire import MAX_ADDED, MAX_BLOB, MAX_SCANS, OpId, ReferenceText, Sha256, WireModel

FieldName = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]


class _Grown(WireModel):
    """A model that has grown: what is named in ``_later`` is written only where there is something to write. Bodies of
    before have none of it, an older server passes over it, and a body without is byte for byte what it always was.
    """

    _later: ClassVar[tuple[str, ...]] = ()

    @model_serializer(mode="wrap")
    def _without_empty(self, others: SerializerFunctionWrapHandler) -> dict[str, Any]:
        written: dict[str, Any] = others(self)
        for name in self._later:
            if not getattr(self, name):
                written.pop(name, None)
        return written


class ScanEntry(_Grown):
    """``remark``: why the clerk kept the page with a defect."""

    _later = ("remark",)

    kind: str
    sha256: Sha256
    size: int = Field(ge=1, le=MAX_BLOB)
    media_type: str = Field(max_length=60)
    remark: str | None = Field(default=None, min_length=1, max_length=200)


class Author(WireModel):
    operator_id: str = Field(max_length=64)
    name: str = Field(max_length=60)


class Submission(_Grown):
    """The body of a ``submit``: one revision, whole. ``from_chip``: the applicant's fields that stand as the chip of
    the ID card said them.
    """

    _later = ("from_chip",)

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
    from_chip: tuple[FieldName, ...] = Field(default=(), max_length=20)


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
