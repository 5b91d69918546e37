import json
import logging

logging.getLogger().info("loaded")


def handler(event, context):
    logging.getLogger().info("asked by %s", event["requestContext"]["stage"])
    if event["queryStringParameters"]:
        raise ValueError("no questions")
    body = {"hello": "こんにちは", "left": context.get_remaining_time_in_millis() > 0}
    return {"statusCode": 200, "body": json.dumps(body)}
