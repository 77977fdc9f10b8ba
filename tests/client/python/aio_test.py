"""The Python client for asyncio: the same calls, side by side, and cancelled with their tasks."""

import asyncio
import unittest
import unittest.mock

import numpy as np

import fluxgate
import harness
from fluxgate import transport

X = np.arange(6, dtype=np.float32)


class AioTest(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = harness.Server()
        cls.addClassCleanup(cls.server.__exit__)

    async def asyncSetUp(self):
        self.session = await fluxgate.aio.connect(self.server.address, self.id().rsplit(".")[-1])

    async def asyncTearDown(self):
        await self.session.close()

    async def test_the_straight_line(self):
        model = await self.session.model("Dense([0.9066542f0;;])", name="predict")
        training = await model.train(X, 4 * X + 2, optimiser="Descent()", epochs=201)
        self.assertAlmostEqual(training.loss, 0.00339581, places=8)
        parameters = await model.parameters()
        self.assertAlmostEqual(parameters["weight"].item(), 4.0178537, places=6)
        await model.set_parameters({"bias": [1.5]})
        self.assertEqual(await self.session.get("predict.bias"), [1.5])
        self.assertEqual((await model.predict(X)).shape, (6, 1))
        x, _ = await self.session.pull()
        np.testing.assert_array_equal(x[:, 0], X)

    async def test_side_by_side(self):
        sessions = [await fluxgate.aio.connect(self.server.address, f"side-{i}") for i in range(8)]
        results = await asyncio.gather(*(s.eval(f"{i}^2") for i, s in enumerate(sessions)))
        self.assertEqual([r.value for r in results], [i * i for i in range(8)])
        for s in sessions:
            await s.close()

    async def test_cancelling_a_task_cancels_the_call(self):
        model = await self.session.model("Dense(1 => 1)")
        begun = asyncio.Event()
        training = asyncio.create_task(
            model.train((X, X), optimiser="Descent(0.01)", epochs=10**9,
                        callback=lambda event: begun.set()))
        await begun.wait()
        training.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await training
        job, = await self.session.jobs()
        async with asyncio.timeout(20):
            self.assertEqual((await job.wait()).stopped_because, "CANCELLED")

    async def test_a_full_server_is_asked_again(self):
        repeats = asyncio.Semaphore(0)

        async def pause(_, seconds):
            repeats.release()
            await asyncio.sleep(min(seconds, 0.01))
        policy = fluxgate.RetryPolicy(max_attempts=10**6)
        flags = ("--workers=1", "--max_running=1", "--max_queued=1")
        with harness.Server(*flags) as server, \
                unittest.mock.patch.object(transport.Asyncio, "sleep", pause):
            sessions = [await fluxgate.aio.connect(server.address, f"s{i}", retry=policy)
                        for i in range(6)]
            # One runs, one waits, and there is no room for the others.
            endless = [asyncio.create_task(s.eval("while true; end", timeout=60))
                       for s in sessions[:5]]
            async with asyncio.timeout(20):
                for _ in range(3):
                    await repeats.acquire()
                answer = asyncio.create_task(sessions[5].eval("1 + 1"))
                for task in endless:
                    task.cancel()
                self.assertEqual(await answer, 2)
            for session in sessions:
                await session.close()

    async def test_jobs(self):
        job = await self.session.submit('println("hello"); 1 + 1')
        self.assertEqual([text async for text in job.watch()], ["hello\n"])
        self.assertEqual(await job.wait(), 2)

    async def test_errors(self):
        with self.assertRaisesRegex(fluxgate.InvalidArgument, "nope"):
            await self.session.eval("nope")
        with self.assertRaises(fluxgate.Unavailable):
            await fluxgate.aio.connect("127.0.0.1:1", connect_timeout=0.2)


if __name__ == "__main__":
    harness.main()
