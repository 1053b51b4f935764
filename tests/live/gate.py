"""A gate between a node and its server: it can be shut, opened again, let nothing through without a word, or be slow."""

import asyncio
import contextlib


class Gate:
    """A small TCP relay. `to` is (host, port), or the path of a Unix socket."""

    def __init__(self, to):
        self._to = to
        self._server = None
        self._ways = {}  # each task that carries bytes, and its writer
        self._flowing = asyncio.Event()
        self._stalls_next = False
        self.stalled = 0  # connections that stay, and carry nothing any more
        self.late_s = 0.0  # every answer is, by so much
        self.port = 0

    async def open(self):
        """Again on the same port."""
        self._flowing.set()
        self._server = await asyncio.start_server(
            self._carry, "127.0.0.1", self.port, reuse_address=True, start_serving=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self):
        """Every connection is cut, and nobody comes in."""
        self._server.close()
        for task, writer in list(self._ways.items()):
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*self._ways, return_exceptions=True)

    def stall(self):
        """Connections stay, and nothing comes through."""
        self._flowing.clear()

    def flow(self):
        self._flowing.set()

    def stall_one(self):
        """The next connection that says something says nothing more; all others are well."""
        self._stalls_next = True

    async def _carry(self, reader, writer):
        try:
            if isinstance(self._to, str):
                there_reader, there = await asyncio.open_unix_connection(self._to)
            else:
                there_reader, there = await asyncio.open_connection(*self._to)
        except OSError:
            writer.transport.abort()
            return
        for pair, is_answer in (((reader, there), False), ((there_reader, writer), True)):
            task = asyncio.create_task(self._one_way(*pair, is_answer))
            self._ways[task] = pair[1]
            task.add_done_callback(lambda done: self._ways.pop(done, None))

    async def _one_way(self, reader, writer, is_answer):
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                if self._stalls_next and not is_answer:
                    self._stalls_next = False
                    self.stalled += 1
                    await asyncio.Event().wait()  # for ever; cut off with all others
                await self._flowing.wait()
                if is_answer and self.late_s:
                    await asyncio.sleep(self.late_s)
                writer.write(data)
                await writer.drain()
        with contextlib.suppress(OSError, RuntimeError):
            writer.close()


@contextlib.asynccontextmanager
async def gate(to):
    """An open one for one block."""
    one = Gate(to)
    await one.open()
    try:
        yield one
    finally:
        one.flow()
        await one.shut()
