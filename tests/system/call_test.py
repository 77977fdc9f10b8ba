"""`fluxgate call` and `describe`: what grpcurl does, for those who have only the client."""

import json

import harness

# One of each kind: unary, answers as a stream, requests as a stream; numbers of every width,
# enums, maps, durations, bytes, any JSON value.
CALLS = (
    ("Workspace/Evaluate", {"source": "x = [1.5 2; 3 4]"}),
    ("Workspace/Evaluate", {"source": "1 < 2", "eachInput": True}),
    ("Workspace/SetValue", {"name": "big", "value": {"i64": ["9007199254740993", "1"]}}),
    ("Workspace/GetValue", {"name": "big"}),
    ("Workspace/Gradient", {"source": "x -> 3x^2+2x+1", "at": "2", "order": 2}),
    ("Workspace/ListNames", {}),
    ("Sessions/CreateSession", {"name": "SESSION", "timeToLive": "1800.5s", "seed": 3}),
    ("Models/DefineModel", {"name": "m", "source": "Dense([0.9066542f0;;])"}),
    ("Datasets/PushDataset", {"name": "d", "x": {"rows": [[0, 1, 2]]}, "y": {"rows": [[2, 6, 1]]}}),
    ("Models/GetParameters", {}),
    ("Models/Predict", {"x": {"rows": [["NaN", 1e-30, -2.5]]}}),
    ("Datasets/PullDataset", {"name": "d"}),
    ("Models/SetParameters", {"chunk": {"path": "bias", "tensor": {"f32": [0.1]}}}),
    ("Models/Predict", {"model": "nothere"}),
    ("Workspace/Evaluate", {"source": "undefined + 1"}),
)


class Call(harness.OneServerTestCase):
    def test_answers_are_those_of_grpcurl(self):
        for method, request in CALLS:
            with self.subTest(method, request=request):
                # Each tool in a session of its own, so that both find the same there.
                texts = [json.dumps({"session": name, **request}).replace("SESSION", name)
                         for name in ("grpcurl", "client1")]
                if method == "Sessions/CreateSession":
                    texts = [text.replace('"session": "%s", ' % name, "").replace(name, name + "-new")
                             for text, name in zip(texts, ("grpcurl", "client1"))]
                theirs = self.server.grpcurl("-d", texts[0], "ADDRESS", "fluxgate.v1." + method)
                ours = self.server.run("call", method, texts[1])
                self.assertEqual(theirs.returncode == 0, ours.returncode == 0, ours.stderr)
                self.assertEqual(self.neutral(theirs.stdout), self.neutral(ours.stdout))
                if ours.returncode:
                    for detail in harness.json_stream(ours.stderr[ours.stderr.index("\n{"):]):
                        self.assertIn(detail["@type"], theirs.stderr)
                        for key, value in detail.items():
                            if isinstance(value, str) and key != "requestId":
                                self.assertIn(json.dumps(value), theirs.stderr)

    def neutral(self, text):
        """The answers without what differs between two calls: names of sessions and times."""
        values = harness.json_stream(text.replace("client1", "grpcurl"))
        for value in values:
            for time in ("createTime", "expireTime", "lastUseTime"):
                value.get("session", {}).pop(time, None)
        return values

    def test_the_text_is_that_of_grpcurl(self):
        request = '{"source": "(1, 2.5)"}'
        theirs = self.server.grpcurl("-d", request, "ADDRESS", "fluxgate.v1.Workspace/Evaluate")
        self.assertEqual(self.server.ok("call", "Workspace/Evaluate", request), theirs.stdout)

    def test_a_stream_of_requests(self):
        first = {"name": "s", "requestId": "r", "chunk": {
            "path": "x", "tensor": {"dtype": "FLOAT32", "dims": [4]}, "data": "AACAPwAAAEA="}}
        second = {"chunk": {"offset": 8, "data": "AABAQAAAgEA="}}
        text = json.dumps(first) + "\n" + json.dumps(second)
        for arguments, options in (((text,), {}), (("-",), {"input": text})):
            session = ("--session", "stream%d" % len(options))
            answer = json.loads(self.server.ok(*session, "call", "Datasets/PushDataset", *arguments,
                                               **options))
            self.assertEqual(answer["dataset"]["x"]["rows"], [1, 2, 3, 4])
            # --session is meant where the request names none.
            self.assertEqual(self.server.ok(*session, "eval", "sum(s.x)"), "10.0f0\n")

    def test_events_come_as_they_happen(self):
        session = ("--session", "events")
        self.server.ok(*session, "eval", "using Flux; m = Dense(1 => 1);")
        self.server.ok(*session, "call", "Datasets/PushDataset",
                       '{"name": "d", "x": {"rows": [[1]]}, "y": {"rows": [[1]]}}')
        events = harness.json_stream(self.server.ok(*session, "call", "Models/Train",
                                                    '{"epochs": 3}'))
        self.assertIn("started", events[0]["event"])
        self.assertEqual(events[-1]["event"]["done"]["stoppedBecause"], "EPOCHS_DONE")

    def test_lists_and_descriptions(self):
        self.assertRegex(self.server.ok("call"), r"(?m)^fluxgate\.v1\.Models +\w")
        self.assertRegex(self.server.ok("call", "Models"), r"(?m)^fluxgate\.v1\.Models/Train +Trains")
        self.assertIn("string loss = 3;", self.server.ok("describe", "TrainRequest"))

    def test_mistakes(self):
        for arguments, words in (
                (("call", "Model"), "SERVICE/METHOD"),
                (("call", "Models/Trian"), "it has DefineModel"),
                (("call", "Models/Predict", '{"modle": "x"}'), "fluxgate describe PredictRequest"),
                (("call", "Models/Predict", "{}{}"), "one JSON object, not 2"),
                (("describe", "nothing"), "nothing")):
            with self.subTest(arguments):
                done = self.server.run(*arguments)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertIn(words, done.stderr)


if __name__ == "__main__":
    harness.main()
