"""What a decoding process and its parent say to each other: a JSON header, then raw arrays.

Only plain numbers and text cross over, and the parent checks their size before it takes them: the
process on the other end may have been taken over by the file it decodes.
"""

import json
import struct
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np

HEADER_BYTES = 16 << 20
ARRAY_BYTES = 256 << 20
TYPES = {"u1": np.dtype("u1"), "f4": np.dtype("<f4"), "f8": np.dtype("<f8")}
LENGTH = struct.Struct("<I")


@dataclass(frozen=True, eq=False)
class Message:
    """Something said: `kind` is "pulse" (still alive), "end", "error" or what the job makes."""

    kind: str
    values: dict = field(default_factory=dict)  # anything JSON holds
    arrays: tuple[np.ndarray, ...] = ()

    @property
    def bytes(self) -> int:
        return sum(array.nbytes for array in self.arrays)


PULSE = Message("pulse")


def send(stream: BinaryIO, message: Message) -> None:
    arrays = [np.ascontiguousarray(array) for array in message.arrays]
    header = {
        "kind": message.kind,
        "values": message.values,
        "arrays": [[array.dtype.str[1:], array.shape] for array in arrays],
    }
    text = json.dumps(header).encode()
    stream.write(LENGTH.pack(len(text)))
    stream.write(text)
    for array in arrays:
        stream.write(array.data)
    stream.flush()


def receive(stream: BinaryIO) -> Message | None:
    """The next message, None where the stream ends; ValueError on anything malformed."""
    prefix = stream.read(LENGTH.size)
    if len(prefix) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(prefix)
    if length > HEADER_BYTES:
        raise ValueError(f"a header of {length} bytes")
    header = json.loads(_exactly(stream, length))
    arrays = tuple(_array(stream, kind, shape) for kind, shape in header["arrays"])
    return Message(str(header["kind"]), dict(header["values"]), arrays)


def _array(stream: BinaryIO, kind: str, shape: list[int]) -> np.ndarray:
    size = TYPES[kind].itemsize
    for length in shape:
        if not isinstance(length, int) or length < 0:
            raise ValueError(f"an array of shape {shape}")
        size *= length
    if size > ARRAY_BYTES:
        raise ValueError(f"an array of {size} bytes")
    return np.frombuffer(_exactly(stream, size), TYPES[kind]).reshape(shape)


def _exactly(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise ValueError("the stream ends within a message")
    return data
