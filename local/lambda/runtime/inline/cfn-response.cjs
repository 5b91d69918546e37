'use strict';

const http = require('node:http');
const https = require('node:https');

/*
 * What `require('cfn-response')` returns in inline code, which CloudFormation puts beside it: a
 * function that sends the answer to a request for a custom resource.
 */

exports.SUCCESS = 'SUCCESS';
exports.FAILED = 'FAILED';

exports.send = async function send(event, context, ...answer) {
  const [status, data, physicalResourceId, noEcho] = answer;
  const body = JSON.stringify({
    Status: status,
    Reason: `See the details in CloudWatch Log Stream: ${context.logStreamName}`,
    PhysicalResourceId: physicalResourceId || context.logStreamName,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
    NoEcho: noEcho || false,
    Data: data,
  });
  try {
    await put(new URL(event.ResponseURL), body);
    context.done?.();
  } catch (error) {
    console.log('The answer could not be sent:', error);
    context.done?.(error);
  }
};

function put(url, body) {
  const { request } = url.protocol === 'http:' ? http : https;
  const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'PUT', headers }, (response) => {
      response.resume().once('end', resolve);
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
