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
            if not select.select([self._terminal], [], [], max(0, deadline - time.monotonic()))[0]:
                raise AssertionError("never %r after %r" % (text, self.text))
            if not self._read():
                raise AssertionError("ended without %r: %r" % (text, self.text))
        self._seen = self.text.index(text, self._seen) + len(text)

    def _read(self):
        try:
            data = os.read(self._terminal, 65536)
        except OSError:  # The other end is closed.
            return False
        self.text += data.decode(errors="replace")
        return bool(data)

    def exit_code(self):
        """Waits for the end."""
        while self._read():
            pass
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)
