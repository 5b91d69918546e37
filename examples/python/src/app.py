import base64
import json
import logging
import re
from collections import Counter

logger = logging.getLogger()
logger.setLevel(logging.INFO)


def handler(event, context):
    """Counts the words of {"text": "..."} and returns the most frequent ones."""
    try:
        text = read_text(event)
    except ValueError as error:
        return respond(400, {"error": str(error)})
    words = re.findall(r"\w+", text.lower())
    logger.info("%d words in request %s", len(words), context.aws_request_id)
    return respond(200, {"words": len(words), "most_frequent": Counter(words).most_common(3)})


def read_text(event):
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body).decode()
    request = json.loads(body)  # a JSONDecodeError is a ValueError
    if not isinstance(request, dict) or not isinstance(request.get("text"), str):
        raise ValueError("text: must be a string")
    return request["text"]


def respond(status, body):
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(body, ensure_ascii=False),
    }
