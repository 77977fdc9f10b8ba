"""Jobs of the Python client: they outlive who began them."""

import fluxgate
import harness
from client_test_case import ClientTestCase


class JobTest(ClientTestCase):
    def test_a_training(self):
        self.session.push("d", [1.0, 2.0], [2.0, 4.0])
        model = self.session.model("Dense(1 => 1)")
        job = model.submit(epochs=10**9, optimiser="Descent(0.01)")
        self.session.close()
        session = self.connect()
        self.assertEqual(repr(session.jobs()[0]), f"Job('{job.id}')")
        job = session.job(job.id)
        for event in job.watch():
            self.assertIsInstance(event, fluxgate.Step)
            job.cancel()
            break
        training = job.wait()
        self.assertEqual((training.stopped_because, job.state()), ("CANCELLED", "CANCELLED"))
        self.assertGreater(training.steps, 0)
        done = session.model().submit(epochs=20).wait()
        self.assertEqual((done.steps, done.stopped_because), (20, "EPOCHS_DONE"))
        self.assertEqual(done.history["step"][-1], 20)

    def test_a_text(self):
        job = self.session.submit("for i in 1:3; println(i); end; [1, 2]")
        result = job.wait()
        self.assertEqual((result.output, repr(result), job.state()),
                         ("1\n2\n3\n", "2-element Vector{Int64}:\n 1\n 2", "SUCCEEDED"))
        self.assertEqual("".join(job.watch()), "1\n2\n3\n")

        wrong = self.session.submit("1 + nope")
        with self.assertRaisesRegex(fluxgate.InvalidArgument, "nope"):
            wrong.wait()
        self.assertEqual(wrong.state(), "FAILED")

        endless = self.session.submit("while true; end")
        endless.cancel()
        with self.assertRaises(fluxgate.Cancelled):
            endless.wait()

    def test_unknown(self):
        with self.assertRaises(KeyError):
            self.session.job("job-77")


if __name__ == "__main__":
    harness.main()
