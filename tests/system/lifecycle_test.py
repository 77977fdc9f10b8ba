"""A server from its first line to its last: ready, health, limits of the command line, SIGTERM, and
clients that die."""

import os
import re
import signal
import socket
import subprocess
import unittest

import harness

LINE = {"x": {"rows": [[0, 1, 2]]}, "y": {"rows": [[2, 6, 10]]}, "name": "train"}
FOREVER = 4_000_000_000


def define_line(server):
    server.call("Models/DefineModel", {"name": "predict", "source": "Dense(1 => 1)"})
    server.call("Datasets/PushDataset", LINE)


def health(server):
    done = server.grpcurl("ADDRESS", "grpc.health.v1.Health/Check")
    return harness.json_stream(done.stdout)[0]["status"] if done.returncode == 0 else done.stderr


def spawn(command):
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def refused(*flags):
    """stderr of a server that must not start."""
    done = subprocess.run([harness.SERVER, *flags], text=True, capture_output=True)
    assert done.returncode != 0 and done.stdout == "", (done.returncode, done.stdout)
    return done.stderr


class Start(unittest.TestCase):
    def test_ready_line(self):
        with harness.Server() as server:
            host, port = server.address.rsplit(":", 1)
            self.assertEqual(host, "127.0.0.1")
            self.assertGreater(int(port), 0)
            self.assertEqual(server.ready_line, "listening on %s\n" % server.address)
            # It serves from that line on.
            self.assertEqual(server.ok("eval", "1"), "1\n")
            self.assertIn("memory only", server.errors())

    def test_port_in_use(self):
        with harness.Server() as server:
            error = refused("--listen=" + server.address)
            self.assertIn(server.address, error)

    def test_no_storage_yet(self):
        self.assertIn("data_dir", refused("--listen=127.0.0.1:0", "--data_dir=/tmp/fluxgate"))

    def test_beyond_loopback_needs_a_word(self):
        self.assertIn("--insecure", refused("--listen=0.0.0.0:0"))
        with harness.Server(command=[harness.SERVER, "--listen=0.0.0.0:0", "--insecure"]):
            pass

    def test_wrong_flags(self):
        self.assertIn("no_such_flag", refused("--no_such_flag=1"))
        self.assertIn("not an address", refused("--listen=not an address"))

    def test_help_lists_every_flag_of_the_readme(self):
        shown = subprocess.run([harness.SERVER, "--help"], text=True, capture_output=True).stdout
        with open("README.md", encoding="utf-8") as readme:
            flags = re.findall(r"(?m)^\| (`--[^|]*) \|", readme.read())
        names = {name for row in flags for name in re.findall(r"`--(\w+)`", row)}
        self.assertGreater(len(names), 10)
        self.assertEqual(set(re.findall(r"(?m)^ +--(\w+) ", shown)), names)


class Health(unittest.TestCase):
    def test_check_and_watch(self):
        with harness.Server() as server:
            self.assertEqual(health(server), "SERVING")
            named = server.grpcurl("-d", '{"service":"fluxgate.v1.Models"}', "ADDRESS",
                                   "grpc.health.v1.Health/Check")
            self.assertIn('"SERVING"', named.stdout)
            unknown = server.grpcurl("-d", '{"service":"nope"}', "ADDRESS",
                                     "grpc.health.v1.Health/Check")
            self.assertIn("NotFound", unknown.stderr)
            self.assertEqual(server.ok("health"), "SERVING\n")
            self.assertEqual(server.ok("health", "fluxgate.v1.Models"), "SERVING\n")
            refused = server.run("health", "nope")
            self.assertEqual(refused.returncode, 1)
            self.assertIn('no service "nope"', refused.stderr)
            watch = spawn([harness.grpcurl_path(), "-plaintext", server.address,
                           "grpc.health.v1.Health/Watch"])
            self.assertEqual("".join(watch.stdout.readline() for _ in range(3)).split(),
                             ["{", '"status":', '"SERVING"', "}"])
            self.assertEqual(server.stop(), 0)
            rest, _ = watch.communicate()
            self.assertIn("NOT_SERVING", rest)


class Stop(unittest.TestCase):
    def test_idle(self):
        with harness.Server() as server:
            self.assertEqual(server.stop(), 0)

    def test_interrupt_is_the_same(self):
        with harness.Server() as server:
            server.process.send_signal(signal.SIGINT)
            self.assertEqual(server.process.wait(), 0)

    def test_a_training_ends_at_a_step_and_says_why(self):
        with harness.Server() as server:
            define_line(server)
            client = spawn(server.command("train", "--epochs", str(FOREVER)))
            self.assertIn("training predict", client.stdout.readline())
            self.assertEqual(server.stop(), 0)
            output, errors = client.communicate()
            self.assertIn("stopped by the server's shutdown", output + errors)

    def test_a_running_text_ends(self):
        with harness.Server("--drain=100ms") as server:
            client = spawn(server.command("eval", "while true end"))

            def running():
                methods = server.call("Server/GetStatistics", {})[0]["methods"]
                return any(m["method"].endswith("Evaluate") and m.get("inFlight") for m in methods)

            harness.wait_until(running, "the loop runs")
            self.assertEqual(server.stop(), 0)
            client.communicate()
            self.assertEqual(client.returncode, 1)

    def test_second_signal_at_once(self):
        # Much patience, and a client that keeps the server: the second signal does not wait for it.
        with harness.Server("--grace=600s") as server:
            define_line(server)
            client = spawn(server.command("train", "--epochs", str(FOREVER)))
            self.assertIn("training predict", client.stdout.readline())
            server.process.send_signal(signal.SIGTERM)
            harness.wait_until(lambda: health(server) != "SERVING", "it stops serving")
            probe = server.run("health")
            self.assertEqual((probe.returncode, probe.stdout), (1, "NOT_SERVING\n"))
            server.process.send_signal(signal.SIGTERM)
            server.process.wait()
            client.communicate()

    def test_as_the_first_process(self):
        # PID 1 has no default handlers. A new PID namespace needs root or user namespaces.
        unshare = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"]
        if subprocess.run([*unshare, "true"], capture_output=True).returncode != 0:
            self.skipTest("this machine gives no PID namespace")
        command = [*unshare, "bash", "-c",
                   # bash becomes the server and keeps its number, 1.
                   'exec "$0" --listen=127.0.0.1:0', harness.SERVER]
        with harness.Server(command=command) as server:
            children = "/proc/%d/task/%d/children" % (server.process.pid, server.process.pid)
            with open(children, encoding="ascii") as file:
                os.kill(int(file.read().split()[0]), signal.SIGTERM)
            self.assertEqual(server.process.wait(), 0)


class Clients(unittest.TestCase):
    def test_a_killed_client_stops_its_training(self):
        with harness.Server() as server:
            define_line(server)
            client = spawn(server.command("train", "--epochs", str(FOREVER)))
            self.assertIn("training predict", client.stdout.readline())
            client.kill()
            client.communicate()

            def state():
                return server.call("Jobs/GetJob", {})[0]["job"]["state"]

            harness.wait_until(lambda: state() == "CANCELLED", "the job is cancelled")
            # What it trained is free again.
            server.ok("eval", "predict.weight .= 0;")

    def test_a_killed_watcher_leaves_the_job(self):
        with harness.Server() as server:
            define_line(server)
            job = server.ok("train", "--epochs", str(FOREVER), "--detach").strip()
            client = spawn(server.command("watch", job))
            self.assertIn("training predict", client.stdout.readline())
            client.kill()
            client.communicate()
            self.assertEqual(server.call("Jobs/GetJob", {"job": job})[0]["job"]["state"], "RUNNING")
            server.ok("cancel", job)
            server.ok("watch", job)

    def test_garbage_on_the_port(self):
        with harness.Server() as server:
            host, port = server.address.rsplit(":", 1)
            for rubbish in (b"GET / HTTP/1.1\r\n\r\n", b"\0" * 4096, os.urandom(4096)):
                with socket.create_connection((host, int(port))) as connection:
                    connection.sendall(rubbish)
            self.assertEqual(server.ok("eval", "1"), "1\n")


if __name__ == "__main__":
    harness.main()
