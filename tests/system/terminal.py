"""A program on a terminal of its own, as if somebody typed."""

import os
import pty
import select
import time


class Terminal:
    """Runs a command on a pseudo-terminal. Leaving the `with` block ends it."""

    def __init__(self, command, environment):
        self.text, self._seen = "", 0
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.execve(command[0], command, environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self._terminal)  # Hangs up, which ends the program.
        if self.pid:
            os.waitpid(self.pid, 0)

    def type(self, text):
        os.write(self._terminal, text.encode())

    def wait_for(self, text, seconds=20):
        """Reads until the text comes, after the one that was waited for before."""
        deadline = time.monotonic() + seconds
        while text not in self.text[self._seen:]:
            if not self._read(deadline):
                raise AssertionError("ended without %r: %r" % (text, self.text))
        self._seen = self.text.index(text, self._seen) + len(text)

    def exit_code(self, seconds=20):
        """Waits for the end."""
        deadline = time.monotonic() + seconds
        while self._read(deadline):
            pass
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def _read(self, deadline):
        """Takes what comes; False at the end."""
        left = max(0, deadline - time.monotonic())
        if not select.select([self._terminal], [], [], left)[0]:
            raise AssertionError("nothing more comes after %r" % self.text)
        try:
            data = os.read(self._terminal, 65536)
        except OSError:  # The other end is closed.
            return False
        self.text += data.decode(errors="replace")
        return bool(data)
