"""Runs inside the execution environment of a Python function.

It polls the Lambda Runtime API (2018-06-01) and calls the handler. It replaces AWS's own runtime
interface client, whose package compiles native code. Managed Python runtimes do not stream.
"""

import http.client
import importlib
import json
import logging
import os
import socket
import sys
import threading
import time
import traceback

BASE = "/2018-06-01/runtime"


class Context:
    """The context, which is the second argument of a handler."""

    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.client_context = None
        self.identity = None
        self._deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))


class LineHandler(logging.Handler):
    """Writes Lambda's log lines: level, time, request id and message between tabs, or JSON."""

    request_id = ""
    is_json = os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"

    def emit(self, record):
        now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        stamp = "%s.%03dZ" % (now, record.msecs)
        message = record.getMessage()
        if record.exc_info:
            message += "\n" + "".join(traceback.format_exception(*record.exc_info))
        if self.is_json:
            line = {"timestamp": stamp, "level": record.levelname, "message": message,
                    "logger": record.name, "requestId": self.request_id}
            print(json.dumps(line, ensure_ascii=False), flush=True)
        else:
            text = message.replace("\n", "\r")
            print("[%s]\t%s\t%s\t%s" % (record.levelname, stamp, self.request_id, text), flush=True)


def call(method, path, body=None, headers=None):
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    connection.request(method, BASE + path, body, headers or {})
    response = connection.getresponse()
    payload = response.read()
    connection.close()
    return response.headers, payload


def error_body(error, request_id):
    frames = traceback.format_list(traceback.extract_tb(error.__traceback__)[1:])
    return json.dumps({"errorMessage": str(error), "errorType": type(error).__name__,
                       "requestId": request_id, "stackTrace": frames}).encode()


def load():
    name = os.environ["_HANDLER"]
    try:
        module_name, function_name = name.rsplit(".", 1)
    except ValueError:
        raise_as("Runtime.MalformedHandlerName", "Bad handler '%s'" % name)
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise_as("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_name, error))
    except SyntaxError as error:
        raise_as("Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, error))
    handler = getattr(module, function_name, None)
    if handler is None:
        raise_as("Runtime.HandlerNotFound",
                 "Handler '%s' missing on module '%s'" % (function_name, module_name))
    return handler


def raise_as(error_type, message):
    raise type(error_type, (Exception,), {})(message)


def run(handler):
    headers, payload = call("GET", "/invocation/next")
    context = Context(headers)
    request_id = LineHandler.request_id = context.aws_request_id
    os.environ["_X_AMZN_TRACE_ID"] = headers.get("Lambda-Runtime-Trace-Id", "")
    path = "/invocation/" + request_id
    try:
        result = json.dumps(handler(json.loads(payload), context), ensure_ascii=False)
    except Exception as error:
        logging.getLogger().error("%s: %s", type(error).__name__, error, exc_info=error)
        call("POST", path + "/error", error_body(error, request_id), {"Content-Type": "application/json"})
        return
    call("POST", path + "/response", result.encode(), {"Content-Type": "application/json"})


def end_with_host():
    """Exits when the host, which holds the other end of stdin, has gone."""
    while sys.stdin.buffer.read(1024):
        pass
    os._exit(1)


def redirect_answers(port):
    """Connects to `port` what is meant for the HTTPS port of this machine.

    Some functions of custom resources take only the host and the path of a ResponseURL.
    """
    connect = socket.create_connection

    def redirected(address, *args, **options):
        target = ("127.0.0.1", port) if tuple(address) == ("127.0.0.1", 443) else address
        return connect(target, *args, **options)

    socket.create_connection = redirected


def main():
    if len(sys.argv) > 1:
        redirect_answers(int(sys.argv[1]))
    threading.Thread(target=end_with_host, daemon=True).start()
    logging.getLogger().addHandler(LineHandler())
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "WARN")
    logging.getLogger().setLevel({"TRACE": "DEBUG", "WARN": "WARNING", "FATAL": "CRITICAL"}.get(level, level))
    try:
        handler = load()
    except Exception as error:
        logging.getLogger().error("%s: %s", type(error).__name__, error, exc_info=error)
        call("POST", "/init/error", error_body(error, ""),
             {"Content-Type": "application/json", "Lambda-Runtime-Function-Error-Type": type(error).__name__})
        sys.exit(1)
    while True:
        run(handler)


main()
