"""Data of the Python client: examples first, from the array's own memory."""

import numpy as np

import fluxgate
import harness
from client_test_case import ClientTestCase
from fluxgate import streams, tensors
from fluxgate.api import v1


class DataTest(ClientTestCase):
    def test_examples_first_travel_without_a_copy(self):
        rows = np.arange(12, dtype=np.float32).reshape(4, 3)
        columns = np.asfortranarray(rows)
        for array, layout, dims in ((rows, v1.Tensor.REVERSED, (4, 3)),
                                    (rows[1:3], v1.Tensor.REVERSED, (2, 3)),
                                    (columns, v1.Tensor.ROW_MAJOR, (3, 4)),
                                    (rows[:, 0].copy(), v1.Tensor.REVERSED, (4, 1))):
            spec, data = tensors.encode_examples(array)
            self.assertEqual((spec.layout, tuple(spec.dims)), (layout, dims))
            self.assertTrue(np.shares_memory(np.frombuffer(data, np.uint8), array))
        gaps = rows[:, ::2]
        _, data = tensors.encode_examples(gaps)
        self.assertFalse(np.shares_memory(np.frombuffer(data, np.uint8), gaps))
        for array in (rows, columns, rows.T):
            _, data = tensors.encode(array)
            self.assertTrue(np.shares_memory(np.frombuffer(data, np.uint8), array))

    def test_push_and_pull(self):
        random = np.random.default_rng(0)
        images = random.random((7, 3, 5, 4), np.float32)
        for x in (images[:, 0, 0], np.asfortranarray(images[:, 0, 0]), images[:, 0, :, 1],
                  images[::2, 0, 0], images, images[:, :, ::2], np.asfortranarray(images),
                  random.integers(0, 9, (7, 2)), images[:, 0, 0, 0] > 0.5,
                  random.random((7, 1)).astype(">f8")):
            y = np.arange(len(x), dtype=np.int32)
            pushed = self.session.push("d", x, y)
            self.assertEqual((pushed.name, pushed.examples), ("d", len(x)))
            pulled_x, pulled_y = self.session.pull("d")
            np.testing.assert_array_equal(pulled_x, x if x.ndim > 1 else x[:, np.newaxis])
            np.testing.assert_array_equal(pulled_y, y[:, np.newaxis])
            self.assertEqual(pulled_x.dtype, x.dtype.newbyteorder("<"))
        # The dims that Flux wants: features down, examples across.
        self.session.push("d", images[:, 0], images[:, 0, 0])
        self.assertEqual(self.session.eval("size(d.x), size(d.y)"), ((4, 5, 7), (4, 7)))
        self.assertEqual(self.session.eval("d.y[3, 2]"), images[1, 0, 0, 2])

    def test_large_and_empty(self):
        x = np.random.default_rng(0).random((3000, 400), np.float32)  # five chunks
        self.assertEqual(repr(self.session.push("d", x)), "d: 3000 examples, x 400×3000")
        pulled, nothing = self.session.pull()
        np.testing.assert_array_equal(pulled, x)
        self.assertIsNone(nothing)
        self.session["empty"] = np.zeros((0, 3))
        self.assertEqual(self.session["empty"].shape, (0, 3))

    def test_what_cannot_be_sent(self):
        with self.assertRaisesRegex(TypeError, r"x: a tensor of uint8 does not exist; .*float32"):
            self.session.push("d", np.zeros((2, 2), np.uint8))
        with self.assertRaisesRegex(TypeError, "y: .*complex128"):
            self.session.push("d", np.zeros((2, 2)), np.zeros(2, complex))
        with self.assertRaisesRegex(TypeError, "examples come first"):
            self.session.push("d", 1.0)
        with self.assertRaisesRegex(fluxgate.InvalidArgument, "examples"):
            self.session.push("d", np.zeros((2, 2)), np.zeros(3))
        self.assertEqual(self.session.names(), {})

    def test_a_damaged_stream_is_refused(self):
        spec, data = tensors.encode(np.arange(400_000, dtype=np.float32))
        chunks = [v1.PushDatasetRequest.FromString(request).chunk for request in
                  streams.requests(v1.PushDatasetRequest, "x", tensors.Encoded(spec, data))]
        self.assertEqual(len(chunks), 2)
        for lost in (chunks[:1], chunks[1:], [chunks[0], chunks[0]]):
            assembler = streams.Assembler()
            with self.assertRaises(fluxgate.DataLoss):
                for chunk in lost:
                    assembler.add(chunk)
                assembler.finish()


if __name__ == "__main__":
    harness.main()
