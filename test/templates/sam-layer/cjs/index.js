const { greet } = require('greeting');
const { STSClient } = require('@aws-sdk/client-sts');

exports.handler = async () => ({ text: greet('require'), sdk: typeof STSClient });
