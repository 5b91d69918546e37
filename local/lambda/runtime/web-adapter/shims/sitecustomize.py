"""Leads an application that names its usual port to the one of its environment.

On Lambda, every environment has all ports for itself.
"""

import os
import socket

_named, _own = (int(port) for port in os.environ.get("STREAMBED_PORTS", "0:0").split(":"))


class _Socket(socket.socket):
    def bind(self, address):
        if isinstance(address, tuple) and address[1] == _named:
            address = (address[0], _own) + address[2:]
        return super().bind(address)


socket.socket = _Socket
