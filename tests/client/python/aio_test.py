"""The Python client for asyncio: the same calls, side by side, and cancelled with their tasks."""

import asyncio
import unittest

import numpy as np

import fluxgate
import harness

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
        training = await model.train((X, 4 * X + 2), optimiser="Descent()", epochs=201)
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
