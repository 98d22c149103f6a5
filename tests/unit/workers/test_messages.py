"""What a worker may say to its parent: values, never code."""

from __future__ import annotations

import os
import pickle

import numpy as np
import pytest

from docflow import errors
from docflow.errors import DocFlowError, LanguageMissing, WorkerCrashed
from docflow.types import Box, Line, PageText, TextSource, Word
from docflow.workers.messages import HEADER, MOST_BYTES, BadMessage, Inbox, Kind, error_from, error_parts, frame

PAGE = PageText(
    number=1, width=10, height=20, lines=(Line((Word("caf\udce9", Box(0, 0, 1, 1), float(np.float32(0.5))),)),),
    source=TextSource.OCR, engine="fake", engine_version="1",
)  # fmt: skip

ERRORS = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, DocFlowError)]


def test_a_message_arrives_whole_however_its_bytes_come_in() -> None:
    inbox, sent = Inbox(), frame(Kind.RESULT, PAGE) + frame(Kind.DONE)
    taken = []
    for byte in sent:
        inbox.add(bytes([byte]))
        while (message := inbox.take()) is not None:
            taken.append(message)
    assert taken == [(Kind.RESULT, PAGE), (Kind.DONE, None)]


def test_numbers_of_numpy_arrive() -> None:
    inbox = Inbox()
    inbox.add(frame(Kind.RESULT, Word("a", Box(0, 0, 1, 1), np.float32(0.5))))  # type: ignore[arg-type]
    message = inbox.take()
    assert message is not None
    assert message[1].confidence == 0.5


def of_old(kind: type, name: str) -> bytes:
    """A message as a Python before 3.11.4 pickles one with an enumeration's member: an attribute of its class."""

    class Old:
        def __reduce__(self) -> object:
            return getattr, (kind, name)

    body = pickle.dumps((Kind.RESULT.value, Old()))
    return HEADER.pack(len(body)) + body


def test_an_enumerations_member_arrives_from_every_python() -> None:
    inbox = Inbox()
    inbox.add(of_old(TextSource, "OCR"))
    assert inbox.take() == (Kind.RESULT, TextSource.OCR)


@pytest.mark.parametrize(("kind", "name"), [(Word, "__init__"), (TextSource, "__subclasses__"), (TextSource, "mro")])
def test_no_other_attribute_is_had_that_way(kind: type, name: str) -> None:
    inbox = Inbox()
    inbox.add(of_old(kind, name))
    with pytest.raises(BadMessage):
        inbox.take()


class Command:
    def __reduce__(self) -> object:
        return os.system, ("echo",)


SHAPELESS = [
    "done", ("done",), ("zzz", 1), (["done"], 1), ("fault", None), ("fault", ("ValueError", None)),
    ("error", 5), ("error", ("Busy", 1, 2, 3)), ("error", ("Busy", "", {})),
]  # fmt: skip


@pytest.mark.parametrize("value", SHAPELESS, ids=repr)
def test_values_that_are_no_message_are_refused(value: object) -> None:
    inbox, body = Inbox(), pickle.dumps(value)
    inbox.add(HEADER.pack(len(body)) + body)
    with pytest.raises(BadMessage):
        inbox.take()


DOTTED = b"\x80\x04\x8c\rdocflow.types\x8c\x07np.load\x93."


@pytest.mark.parametrize(
    "body",
    [pickle.dumps((Kind.RESULT.value, Command())), pickle.dumps(("result", print)), DOTTED, b"not a pickle", b""],
    ids=["a command", "a function", "a module's own import", "garbage", "nothing"],
)
def test_bytes_that_are_no_values_are_refused(body: bytes) -> None:
    inbox = Inbox()
    inbox.add(HEADER.pack(len(body)) + body)
    with pytest.raises(BadMessage):
        inbox.take()


def test_a_message_that_would_fill_the_memory_is_refused_by_its_length() -> None:
    inbox = Inbox()
    inbox.add(HEADER.pack(MOST_BYTES + 1))
    with pytest.raises(BadMessage):
        inbox.take()


@pytest.mark.parametrize("kind", ERRORS, ids=lambda e: e.__name__)
def test_every_error_arrives_as_itself(kind: type[DocFlowError]) -> None:
    sent = kind("what happened", detail={"page": 2}, next_step="Do this.")
    inbox = Inbox()
    inbox.add(frame(Kind.ERROR, error_parts(sent)))
    message = inbox.take()
    assert message is not None
    arrived = error_from(message[1])
    assert type(arrived) is kind
    assert arrived.to_dict() == sent.to_dict()


def test_an_error_of_no_known_class_is_a_crash() -> None:
    name, *rest = error_parts(LanguageMissing("x"))
    assert name == "LanguageMissing"
    assert type(error_from(("Mapping", *rest))) is WorkerCrashed  # type: ignore[arg-type]
