"""Files for other tools, read and written here without those tools: safetensors and TensorBoard's."""

import glob
import json
import os
import re
import struct

import numpy

import harness

NUMPY = {"F32": "<f4", "F64": "<f8", "I64": "<i8", "I32": "<i4", "BOOL": "?"}


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    return {name: numpy.frombuffer(data[slice(*t["data_offsets"])], NUMPY[t["dtype"]]).reshape(
        t["shape"]) for name, t in header.items() if name != "__metadata__"}


def write_safetensors(path, arrays):
    header, data = {"__metadata__": {"format": "np"}}, b""
    for name, array in arrays.items():
        dtype = next(n for n, d in NUMPY.items() if numpy.dtype(d) == array.dtype)
        header[name] = {"dtype": dtype, "shape": array.shape,
                        "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.tobytes("C")
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def crc32c(data):
    """Bit by bit, from the definition."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(crc):
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(path):
    """The records of a TFRecord file, their checksums checked."""
    with open(path, "rb") as file:
        while head := file.read(12):
            length, crc = struct.unpack("<QI", head)
            assert crc == masked(crc32c(head[:8])), "checksum of a length"
            data = file.read(length)
            assert struct.unpack("<I", file.read(4))[0] == masked(crc32c(data)), "checksum of data"
            yield data


def fields(data):
    """(number, value) of each field of a protobuf message."""
    i = 0

    def varint():
        nonlocal i
        value = shift = 0
        while True:
            byte = data[i]
            i += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while i < len(data):
        key = varint()
        if key & 7 == 0:
            value = varint()
        else:
            size = {1: 8, 5: 4}.get(key & 7) or varint()
            value, i = data[i:i + size], i + size
        yield key >> 3, value


def scalars(path):
    """{tag: [(step, value)]} of an event file."""
    found = {}
    events = [dict(fields(record)) for record in records(path)]
    assert events[0][3] == b"brain.Event:2", events[0]
    assert all(struct.unpack("<d", event[1])[0] > 1.6e9 for event in events)
    for event in events[1:]:
        for number, value in fields(event[5]):
            assert number == 1
            value = dict(fields(value))
            found.setdefault(value[1].decode(), []).append(
                (event.get(2, 0), struct.unpack("<f", value[2])[0]))
    return found


class Formats(harness.OneServerTestCase):
    def setUp(self):
        self.session = ("--session", self.id().split(".")[-1])
        self.folder = harness.scratch()
        self.ok("eval", "using Flux; m = Chain(Dense(3 => 2, tanh), Dense(2 => 1));")

    def ok(self, *arguments):
        return self.server.ok(*self.session, *arguments)

    def fails(self, *arguments):
        done = self.server.run(*self.session, *arguments)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        return done.stderr


class Safetensors(Formats):
    def test_out(self):
        path = os.path.join(self.folder, "m.safetensors")
        self.ok("eval", "m[1].weight .= [1 2 3; 4 5 6];")
        self.assertEqual(self.ok("params", "m", "--out", path), "")
        arrays = read_safetensors(path)
        self.assertEqual({name: array.shape for name, array in arrays.items()},
                         {"layers[1].weight": (2, 3), "layers[1].bias": (2,),
                          "layers[2].weight": (1, 2), "layers[2].bias": (1,)})
        self.assertEqual(arrays["layers[1].weight"].tolist(), [[1, 2, 3], [4, 5, 6]])

    def test_in(self):
        path = os.path.join(self.folder, "m.safetensors")
        write_safetensors(path, {"layers[1].weight": numpy.arange(6, dtype="<f4").reshape(2, 3),
                                 "layers[2].bias": numpy.array([7], dtype="<f4")})
        self.assertEqual(self.ok("params", "m", "--in", path), "set 2 tensors, 7 numbers\n")
        self.assertEqual(self.ok("eval", "m[1].weight, m[2].bias"),
                         "(Float32[0.0 1.0 2.0; 3.0 4.0 5.0], Float32[7.0])\n")

    def test_npz_says_the_same(self):
        paths = [os.path.join(self.folder, name) for name in ("m.npz", "m.safetensors")]
        for path in paths:
            self.ok("params", "--out", path)
        npz = numpy.load(paths[0])
        for name, array in read_safetensors(paths[1]).items():
            numpy.testing.assert_array_equal(array, npz[name])

    def test_mistakes(self):
        path = os.path.join(self.folder, "bad.safetensors")
        with open(path, "wb") as file:
            file.write(b"not one")
        self.assertIn(path, self.fails("params", "--in", path))
        self.assertIn("nowhere.safetensors", self.fails("params", "--in", "nowhere.safetensors"))
        self.assertIn(".npz or a .safetensors", self.fails("params", "--out", "m.txt"))
        self.assertFalse(os.path.exists("m.txt"))


class TensorBoard(Formats):
    def setUp(self):
        super().setUp()
        path = os.path.join(self.folder, "d.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write("a,b,c,y\n1,2,3,1\n4,5,6,0\n0,1,0,1\n")
        self.ok("push", "d", path, "--label", "y")
        self.logs = os.path.join(self.folder, "logs/run")

    def scalars(self):
        path, = glob.glob(self.logs + "/events.out.tfevents.*")
        return scalars(path)

    def test_a_training(self):
        output = self.ok("train", "m", "--data", "d", "--validation", "d", "--metrics", "mae",
                         "--epochs", "5", "--tensorboard", self.logs)
        found = self.scalars()
        for tag in ("loss/epoch", "loss/validation", "metrics/mae"):
            self.assertEqual([step for step, _ in found[tag]], [1, 2, 3, 4, 5], tag)
        self.assertEqual(found["loss/batch"][-1][0], 5)
        self.assertEqual([step for step, _ in found["learning_rate"]],
                         [step for step, _ in found["loss/batch"]])
        (step, loss), = found["loss/data"]
        self.assertEqual(step, 5)
        said = float(re.search(r"done .* s  loss (\S+)", output).group(1))
        self.assertAlmostEqual(loss / said, 1, places=5)

    def test_watching_a_job(self):
        job = self.ok("train", "m", "--data", "d", "--epochs", "5", "--detach").strip()
        self.ok("watch", job, "--tensorboard", self.logs)
        self.assertEqual(self.scalars()["loss/batch"][-1][0], 5)

    def test_mistakes(self):
        self.assertIn("watch", self.fails("train", "m", "--detach", "--tensorboard", self.logs))
        self.assertIn("/dev/null/x", self.fails("train", "m", "--tensorboard", "/dev/null/x"))


if __name__ == "__main__":
    harness.main()
