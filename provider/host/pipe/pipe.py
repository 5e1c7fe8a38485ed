# See pipe.pl: the same for a host that has no perl.
import os
import select
import socket
import sys

marker, name, port = (sys.argv[1:] + [None])[:3]
try:
    if port is None:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(30)
        connection.connect(name)
    else:
        connection = socket.create_connection((name, int(port)), 30)
except OSError as error:
    os.write(1, f"{marker} fail connect-failed python3 {error.strerror or error}\n".encode())
    sys.exit(1)
connection.settimeout(None)
os.write(1, f"{marker} done python3\n".encode())


def write(piece):
    while piece:
        piece = piece[os.write(1, piece):]


try:
    while True:
        ready, _, _ = select.select([0, connection], [], [])
        if connection in ready:
            piece = connection.recv(65536)
            if not piece:
                break
            write(piece)
        if 0 in ready:
            piece = os.read(0, 65536)
            if not piece:
                break
            connection.sendall(piece)
except OSError:
    pass
