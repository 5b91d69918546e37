import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Story(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for word in [os.environ["TITLE"], "once", "upon", "a", "time"]:
            data = f"data: {json.dumps(word)}\n\n".encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.write(b"0\r\n\r\n")


ThreadingHTTPServer(("0.0.0.0", 8000), Story).serve_forever()
