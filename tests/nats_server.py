"""Debian's real nats-server on a free port, for tests: started, killed, started again on the same port."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

HERE = ("/usr/sbin", "/usr/local/sbin", "/usr/local/bin")  # Debian's place is not on everybody's PATH
START_S = 30.0
MISSING = (
    "nats-server is not installed, so the bus of large installations is not tested: run `make debian` "
    "(it installs Debian's package when you are root, and names the command when you are not)"
)


def program():
    """Where it is. A missing one is a failure that says what to do."""
    found = shutil.which("nats-server", path=os.pathsep.join([os.environ.get("PATH", ""), *HERE]))
    assert found, MISSING
    return found


class NatsServer:
    """One server of our own."""

    def __init__(self, *words):
        self.folder = Path(tempfile.mkdtemp(prefix="milepost-nats-"))
        self._words = words
        self._port = -1  # any free one, the first time
        self._process = None

    @property
    def url(self):
        return f"nats://127.0.0.1:{self._port}"

    @property
    def port(self):
        return self._port

    @property
    def store(self):
        """Where JetStream keeps what it keeps, if it was asked to."""
        return self.folder / "jetstream"

    def start(self):
        """Returns when it takes connections."""
        words = ["-a", "127.0.0.1", "-p", str(self._port), "--ports_file_dir", str(self.folder)]
        self._process = subprocess.Popen(
            [program(), *words, *self._words],
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("ab"),
        )
        said = self.folder / f"nats-server_{self._process.pid}.ports"
        ends = time.monotonic() + START_S
        while time.monotonic() < ends:
            assert self._process.poll() is None, (self.folder / "log").read_text("utf-8")[-2000:]
            with contextlib.suppress(OSError, ValueError):
                self._port = int(json.loads(said.read_text("utf-8"))["nats"][0].rpartition(":")[2])
                said.unlink()
                return self
            time.sleep(0.01)
        raise AssertionError(f"nats-server did not start within {START_S} s")

    def kill(self):
        """As a power cut would."""
        self._process.kill()
        self._process.wait()

    def freeze(self):
        """It goes on existing, and does nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self._process.send_signal(signal.SIGCONT)

    def stop(self):
        """Gone, with all it kept."""
        with contextlib.suppress(ProcessLookupError):
            self.thaw()
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def nats_server(*words):
    """A server for one block. `-js` gives it a JetStream store in its folder."""
    server = NatsServer(*words)
    try:
        if "-js" in words:
            server._words = (*words, "-sd", str(server.store))
        yield server.start()
    finally:
        if server._process is not None:
            server.stop()
