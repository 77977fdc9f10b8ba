"""A server in a control group of 512 MiB: it takes its share by itself, refuses what is too large,
and is not killed, whatever many sessions ask for at once."""

import concurrent.futures
import os
import struct
import subprocess
import unittest
import zipfile

import harness

LIMIT = 512 << 20
MEMORY = "/sys/fs/cgroup/memory"  # Of version 1.
UNIFIED = "/sys/fs/cgroup"


class Group:
    """A control group of this test's own, of either version. OSError where there can be none."""

    def __init__(self):
        version1 = os.path.exists(MEMORY + "/memory.limit_in_bytes")
        self.folder = os.path.join(MEMORY if version1 else UNIFIED, "fluxgate-%d" % os.getpid())
        os.mkdir(self.folder)
        try:
            self._write("memory.limit_in_bytes" if version1 else "memory.max", LIMIT)
        except OSError:
            self.close()
            raise
        self._events = "memory.oom_control" if version1 else "memory.events"

    def _write(self, name, value):
        with open(os.path.join(self.folder, name), "w", encoding="ascii") as file:
            file.write(str(value))

    def enter(self):
        """Puts the process that calls it into the group."""
        self._write("cgroup.procs", os.getpid())

    def killed(self):
        """How many processes the system ended for their memory."""
        with open(os.path.join(self.folder, self._events), encoding="ascii") as file:
            return int(dict(line.split() for line in file)["oom_kill"])

    def close(self):
        os.rmdir(self.folder)


def write_numbers(path, mebibytes):
    """An .npz file with x of Float32 zeros, 256 of them an example."""
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, 256), }" % (mebibytes * 1024)
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    with zipfile.ZipFile(path, "w") as archive, archive.open("x.npy", "w") as file:
        file.write(b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode())
        for _ in range(mebibytes):
            file.write(bytes(1 << 20))


class SmallMachine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        try:
            cls.group = Group()
        except OSError as error:
            raise unittest.SkipTest("no control group can be made here: %s" % error)
        cls.addClassCleanup(cls.group.close)
        cls.server = harness.Server(preexec_fn=cls.group.enter)
        # The group is empty only when the process has been waited for.
        cls.addClassCleanup(cls.server.__exit__)

    def attack(self, commands):
        """Runs `fluxgate` with each command at once; what they say of RESOURCE_EXHAUSTED."""
        with concurrent.futures.ThreadPoolExecutor(len(commands)) as threads:
            done = list(threads.map(lambda c: self.server.run(*c), commands))
        self.assertIsNone(self.server.process.poll(), "the server has ended")
        self.assertEqual(self.group.killed(), 0)
        self.assertEqual(self.server.ok("eval", "1 + 1"), "2\n")
        refused = [d.stderr for d in done if d.returncode != 0]
        for error in refused:
            self.assertRegex(error, "out of memory|LimitError|time limit|TimeoutError|wait|again",
                             "a refusal says why")
        # What they hold would stand in the way of the next attack.
        for session in {c[1] for c in commands}:
            self.server.call("Sessions/DeleteSession", {"session": session})
        return refused

    def test_1_it_takes_its_share(self):
        limits = self.server.call("Server/GetServerInfo", {})[0]["limits"]
        memory = int(limits["serverMemoryBytes"])
        self.assertLess(memory, LIMIT * 0.6)
        self.assertGreater(memory, LIMIT * 0.4)
        self.assertLess(limits["requestBytes"], 17 << 20)

    def test_2_many_large_values(self):
        text = "x = Any[]; while true; push!(x, %s); end"
        refused = self.attack([("--session", "a%d" % i, "eval", text % what) for i, what in
                               enumerate(["rand(1000)", "zeros(Float32, 2000, 2000)", "rand(30)",
                                          "string(rand())", "(1, [2], Dict(3 => 4))"] * 2)])
        self.assertEqual(len(refused), 10)

    def test_3_uploads(self):
        folder = harness.scratch()
        commands = []
        for i, mebibytes in enumerate([20, 60, 120, 300] * 3):
            path = os.path.join(folder, "%d.npz" % mebibytes)
            if not os.path.exists(path):
                write_numbers(path, mebibytes)
            commands.append(("--session", "u%d" % i, "push", "data", path))
        refused = self.attack(commands)
        self.assertGreaterEqual(len(refused), 6)

    def test_4_long_texts(self):
        text = 'for i in 1:100000; println("number ", i, " of very many lines"); end; rand(2000, 500)'
        double = 's = "x"; while true; global s = s * s; end'
        self.attack([("--session", "t%d" % i, "eval", text if i % 2 else double)
                     for i in range(10)])

    def test_5_large_messages(self):
        # grpcurl sends them whole.
        request = os.path.join(harness.scratch(), "request.json")
        for numbers, many in ((3_000_000, 1), (700_000, 4)):
            with open(request, "w", encoding="ascii") as file:
                file.write('{"session": "m", "name": "d", "x": {"f32": [%s0]}}' % ("0.5," * numbers))
            calls = [subprocess.Popen(
                [harness.grpcurl_path(), "-plaintext", "-max-msg-sz", "100000000", "-d", "@",
                 self.server.address, "fluxgate.v1.Datasets/PushDataset"],
                stdin=open(request, encoding="ascii"), stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True) for _ in range(many)]
            for call in calls:
                _, errors = call.communicate()
                call.stdin = None
                if call.returncode != 0:
                    self.assertIn("ResourceExhausted", errors)
        self.assertIsNone(self.server.process.poll())
        self.assertEqual(self.group.killed(), 0)

    def test_6_it_still_ends_well(self):
        self.assertEqual(self.server.stop(), 0)
        self.assertEqual(self.group.killed(), 0)


if __name__ == "__main__":
    harness.main()
