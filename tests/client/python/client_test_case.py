"""A test case with the real server and a session of its own for each test."""

import fluxgate
import harness


class ClientTestCase(harness.OneServerTestCase):
    def setUp(self):
        self.session = self.connect()

    def connect(self, **options):
        """A session named after the test, unless it is given another."""
        session = fluxgate.connect(self.server.address,
                                   **{"session": self.id().rsplit(".", 1)[-1], **options})
        self.addCleanup(session.close)
        return session
