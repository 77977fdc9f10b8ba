"""A class of thirty goes through the tutorial at once, on one server, each in a session of their own:
ten with grpcurl, ten at a prompt, ten with the Python client. All see the tutorial's numbers, nobody
sees another's names, and when their sessions are deleted nothing is left.
"""

import concurrent.futures
import re
import threading

import numpy

import fluxgate
import harness

PUPILS = 30

TYPED = """using Flux, Statistics
secret = %d
actual(x) = 4x + 2
x_train, x_test = hcat(0:5...), hcat(6:10...)
y_train, y_test = actual.(x_train), actual.(x_test)
predict = Dense([0.9066542f0;;])
loss(model, x, y) = mean(abs2.(model(x) .- y))
loss(predict, x_train, y_train)
opt, data = Descent(), [(x_train, y_train)];
Flux.train!(loss, predict, data, opt)
loss(predict, x_train, y_train)
for epoch in 1:200
    Flux.train!(loss, predict, data, opt)
end
loss(predict, x_train, y_train)
predict(x_test)
gradient(x -> 3x^2 + 2x + 1, 2)
secret
"""
SHOWN = r"""%d
actual \(generic function with 1 method\)
\(\[0 1 … 4 5\], \[6 7 … 9 10\]\)
\(\[2 6 … 18 22\], \[26 30 … 38 42\]\)
Dense\(1 => 1\)       # 2 parameters
loss \(generic function with 1 method\)
122\.64734f0
116\.3874\d*f0
0\.00339\d*f0
1×5 Matrix\{Float32\}:
 26\.1121  30\.13  34\.1479  38\.1657  42\.1836
\(14\.0,\)
%d
"""
OWN_NAMES = {"predict", "loss", "secret"}


class Class(harness.OneServerTestCase):
    def with_grpcurl(self, number, name):
        def call(method, **request):
            return self.server.call(method, {"session": name, **request})

        call("Workspace/Evaluate", source="secret = %d" % number)
        call("Models/DefineModel", name="predict", source="Dense([0.9066542f0;;])")
        call("Datasets/PushDataset", name="train", x={"rows": [[0, 1, 2, 3, 4, 5]]},
             y={"rows": [[2, 6, 10, 14, 18, 22]]})
        shown = call("Workspace/Evaluate", source="using Statistics; loss(m, x, y) = "
                     "mean(abs2.(m(x) .- y)); loss(predict, train.x, train.y)")[0]["show"]
        self.assertEqual(shown, ["122.64734f0"])
        done = call("Models/Train", loss="loss", optimiser="Descent()")[-1]["event"]["done"]
        self.assertAlmostEqual(done["loss"], 116.38745, delta=3e-5)
        done = call("Models/Train", epochs=200)[-1]["event"]["done"]
        self.assertAlmostEqual(done["loss"], 0.00339581, delta=3e-6)
        rows = call("Models/Predict", x={"rows": [[6, 7, 8, 9, 10]]})[0]["y"]["rows"]
        numpy.testing.assert_allclose(
            rows, [[26.112148, 30.130003, 34.147854, 38.165707, 42.18356]], rtol=3e-7)
        second = call("Workspace/Gradient", source="x -> 3x^2+2x+1", at="2", order=2)
        self.assertEqual(second[0]["gradients"][0]["tensor"]["rows"], 6)

    def at_a_prompt(self, number, name):
        done = self.server.run("--session", name, "repl", input=TYPED % number)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue(re.fullmatch(SHOWN % (number, number), done.stdout), done.stdout)

    def with_python(self, number, name):
        session = fluxgate.connect(self.server.address, session=name)
        session["secret"] = number
        x = numpy.arange(6, dtype=numpy.float32)
        session.push("train", x, 4 * x + 2)
        predict = session.model("Dense([0.9066542f0;;])", name="predict")
        loss = session.eval("using Statistics; loss(m, x, y) = mean(abs2.(m(x) .- y)); "
                            "loss(predict, train.x, train.y)")
        self.assertAlmostEqual(loss.value, 122.64734, delta=3e-5)
        first = predict.train(loss="loss", optimiser="Descent()", progress_bar=False)
        self.assertAlmostEqual(first.loss, 116.38745, delta=3e-5)
        self.assertAlmostEqual(predict.train(epochs=200, progress_bar=False).loss, 0.00339581,
                               delta=3e-6)
        self.assertEqual(session.gradient("x -> 3x^2+2x+1", 2), 14)

    def names_of(self, session):
        names = self.server.call("Workspace/ListNames", {"session": session})[0]["names"]
        return {name["name"] for name in names}

    def held(self):
        statistics = self.server.call("Server/GetStatistics", {})[0]
        return int(statistics.get("memoryUsedBytes", 0)), statistics.get("sessions", 0)

    def test_thirty_at_once(self):
        ways = (self.with_grpcurl, self.at_a_prompt, self.with_python)
        # What the server makes once, for the first who needs it, is there before the class comes.
        for way in ways:
            way(0, "teacher")
        self.server.call("Sessions/DeleteSession", {"session": "teacher"})
        before = self.held()

        all_here = threading.Barrier(PUPILS)

        def pupil(number):
            all_here.wait()
            ways[number % len(ways)](number, "pupil-%d" % number)

        with concurrent.futures.ThreadPoolExecutor(PUPILS) as room:
            for done in [room.submit(pupil, number) for number in range(PUPILS)]:
                done.result()

        listed = self.server.call("Sessions/ListSessions", {})[0]["sessions"]
        self.assertEqual(len([s for s in listed if s["name"].startswith("pupil-")]), PUPILS)
        for number in range(PUPILS):
            session = "pupil-%d" % number
            names = self.names_of(session)
            self.assertLessEqual(OWN_NAMES, names)
            self.assertEqual(names - OWN_NAMES, {
                0: {"train"}, 2: {"train"},
                1: {"actual", "x_train", "x_test", "y_train", "y_test", "opt", "data"},
            }[number % len(ways)])
            secret = self.server.call("Workspace/GetValue", {"session": session, "name": "secret"})
            self.assertEqual(secret[0]["value"]["tensor"]["rows"], number)
        for number in range(PUPILS):
            self.server.call("Sessions/DeleteSession", {"session": "pupil-%d" % number})
        self.assertEqual(self.held(), before)


if __name__ == "__main__":
    harness.main()
