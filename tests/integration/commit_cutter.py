"""A proxy before Postgres that loses a connection at the worst moment: at a commit."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import tempfile
import threading

import sqlalchemy as sa


class CommitCutter:
    """Stands between a store and its server, and cuts the connection at the next COMMIT once armed.

    With `delivered` the server gets the COMMIT and does it, and its answer is lost; else the COMMIT
    itself is lost. The server must listen on a Unix socket.
    """

    def __init__(self, url: str, *, delivered: bool) -> None:
        parsed = sa.make_url(url)
        self.target = f"{parsed.query['host']}/.s.PGSQL.5432"
        self.delivered = delivered
        self.armed = threading.Event()
        self.cuts = 0
        # Short: the name of a Unix socket has at most 107 bytes.
        self.folder = tempfile.mkdtemp(prefix="cut-")
        self.url = parsed.set(query={"host": self.folder}).render_as_string(hide_password=False)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(os.path.join(self.folder, ".s.PGSQL.5432"))
        self._listener.listen()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Takes no more connections; those that are open live on."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        shutil.rmtree(self.folder)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self.target)
                cut = threading.Event()
                for work in (self._to_server, self._to_client):
                    threading.Thread(target=work, args=(client, server, cut), daemon=True).start()

    def _to_server(self, client: socket.socket, server: socket.socket, cut: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                if b"COMMIT\x00" in data and self.armed.is_set():
                    self.armed.clear()
                    self.cuts += 1
                    cut.set()
                    if not self.delivered:
                        break
                server.sendall(data)
        if not (cut.is_set() and self.delivered):
            _close(client, server)

    def _to_client(self, client: socket.socket, server: socket.socket, cut: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if cut.is_set():
                    break  # the server has answered: the commit is done
                client.sendall(data)
        _close(client, server)


def _close(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
