"""The Python client against a server that refuses and breaks: repeats are safe and go on."""

import unittest

import grpc
import numpy as np

import fluxgate
import harness
from fake_server import FakeServer, fail, number_answer, refusal
from fluxgate.api import v1
from fluxgate.retry import Backoff

POLICY = fluxgate.RetryPolicy(max_attempts=4, first_delay=0.001, longest_delay=0.002)


class RetryTest(unittest.TestCase):
    def connect(self, server):
        session = fluxgate.connect(server.address, "s", retry=POLICY)
        self.addCleanup(session.close)
        return session

    def test_a_refused_change_is_made_again_under_one_id(self):
        refusals = [refusal(grpc.StatusCode.UNAVAILABLE, "busy"),
                    refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, "the queue is full", 0.001)]

        def evaluate(request, context):
            if refusals:
                fail(context, refusals.pop(0))
            return number_answer(2)
        server = FakeServer(self, Evaluate=evaluate)
        self.assertEqual(self.connect(server).eval("1 + 1"), 2)
        self.assertEqual(len(server.requests), 3)
        self.assertEqual({r.request_id for r in server.requests}, {server.requests[0].request_id})
        self.assertRegex(server.requests[0].request_id, "^[0-9a-f]{32}$")
        self.assertEqual(server.requests[0].session, "s")

    def test_what_stays_wrong_is_not_repeated_for_ever(self):
        for status, attempts in (
                (refusal(grpc.StatusCode.UNAVAILABLE, "down"), 4),
                (refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, "too much memory"), 1),
                (refusal(grpc.StatusCode.INVALID_ARGUMENT, "wrong", 0.001), 1)):
            server = FakeServer(self, Evaluate=lambda request, context, s=status: fail(context, s))
            with self.assertRaisesRegex(fluxgate.Error, status.message):
                self.connect(server).eval("1")
            self.assertEqual(len(server.requests), attempts, status.message)

    def upload(self, breaks, keeps=True, forgets=False):
        """Pushes two tensors of five chunks to a server that breaks the first streams after two."""
        firsts, came, state = [], {}, {"path": "", "forgets": forgets}

        def push(requests, context):
            first = next(requests)
            firsts.append(first)
            if first.resume and state["forgets"]:
                state["forgets"] = False
                fail(context, refusal(grpc.StatusCode.NOT_FOUND, "forgotten"))
            if not first.resume:
                came.clear()
            for count, request in enumerate(requests):
                if count == 2 and len(firsts) <= breaks:
                    fail(context, refusal(grpc.StatusCode.UNAVAILABLE, "broken"))
                chunk = request.chunk
                state["path"] = chunk.path or state["path"]
                self.assertEqual(chunk.offset, len(came.setdefault(state["path"], b"")))
                came[state["path"]] += chunk.data
            return v1.PushDatasetResponse(dataset=v1.Dataset(name=first.name))

        def get_upload(request, context):
            if not keeps or not came:
                fail(context, refusal(grpc.StatusCode.NOT_FOUND, "nothing is kept"))
            self.assertEqual(request.upload, firsts[0].request_id)
            return v1.GetUploadResponse(path=state["path"], offset=len(came[state["path"]]))
        server = FakeServer(self, PushDataset=push, GetUpload=get_upload)
        x = np.arange(1_200_000, dtype=np.float32)
        self.connect(server).push("d", x, -x)
        self.assertEqual(came["x"], x.tobytes())
        self.assertEqual(came["y"], (-x).tobytes())
        self.assertEqual({f.request_id for f in firsts}, {firsts[0].request_id})
        self.assertEqual({f.tensors for f in firsts}, {2})
        return [f.resume for f in firsts]

    def test_an_upload_goes_on_where_it_broke(self):
        # More breaks than attempts: each of them came further.
        self.assertEqual(self.upload(breaks=4), [False, True, True, True, True])

    def test_an_upload_begins_again_when_nothing_is_kept(self):
        self.assertEqual(self.upload(breaks=2, keeps=False), [False, False, False])

    def test_an_upload_begins_again_when_it_was_forgotten(self):
        self.assertEqual(self.upload(breaks=1, forgets=True)[:2], [False, True])

    def test_backoff(self):
        backoff = Backoff(fluxgate.RetryPolicy(max_attempts=3, first_delay=1, longest_delay=1.5))
        busy = fluxgate.Unavailable("busy")
        self.assertTrue(0.5 <= backoff.after(busy) <= 1)
        self.assertTrue(0.75 <= backoff.after(busy) <= 1.5)
        self.assertIsNone(backoff.after(busy))
        backoff.reset()
        self.assertEqual(backoff.after(fluxgate.ResourceExhausted("full", retry_after=1.2)), 1.2)
        self.assertEqual(backoff.after(fluxgate.Unavailable("busy", retry_after=60)), 1.5)


if __name__ == "__main__":
    harness.main()
