"""A proxy on 127.0.0.1 that does what nginx does for us in tests: takes headers away, adds its own, and passes on."""

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

Lines = Sequence[tuple[str, str]]


@contextmanager
def passing_on(port: int, added: Lines, taken: Sequence[str] = ()) -> Iterator[str]:
    """Listen on a free port and pass every request on to `port`; yield the address. added: header lines, as they stand."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with contextlib.suppress(OSError):  # closed at the end of the block
            while True:
                client, _ = listener.accept()
                threading.Thread(target=_serve, args=(client, port, added, taken), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


def _serve(client: socket.socket, port: int, added: Lines, taken: Sequence[str]) -> None:
    with client, socket.create_connection(("127.0.0.1", port)) as server, contextlib.suppress(OSError):
        head = b""
        while b"\r\n\r\n" not in head:
            part = client.recv(65536)
            if not part:
                return
            head += part
        top, _, rest = head.partition(b"\r\n\r\n")
        server.sendall(_rewritten(top, added, taken) + b"\r\n\r\n" + rest)
        back = threading.Thread(target=_pour, args=(server, client), daemon=True)
        back.start()
        _pour(client, server)
        back.join()


def _rewritten(top: bytes, added: Lines, taken: Sequence[str]) -> bytes:
    first, *lines = top.decode("latin-1").split("\r\n")
    dropped = {name.lower() for name in taken}
    is_socket = any(line.lower() == "upgrade: websocket" for line in lines)
    if not is_socket:  # one request a connection: headers are added to the first only
        dropped.add("connection")
    kept = [line for line in lines if line.split(":")[0].lower() not in dropped]
    kept += [] if is_socket else ["Connection: close"]
    kept += [f"{name}: {value}" for name, value in added]
    return "\r\n".join([first, *kept]).encode("latin-1")


def _pour(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := one.recv(65536):
            other.sendall(part)
    with contextlib.suppress(OSError):
        other.shutdown(socket.SHUT_WR)
