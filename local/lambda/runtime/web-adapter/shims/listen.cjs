'use strict';

const net = require('node:net');

/*
 * Leads an application that names its usual port to the one of its environment. On Lambda, every
 * environment has all ports for itself.
 */

const [named, own] = (process.env.STREAMBED_PORTS ?? '').split(':').map(Number);
const { listen } = net.Server.prototype;

net.Server.prototype.listen = function redirected(...args) {
  const [first, ...others] = args;
  if (Number(first) === named) return listen.call(this, own, ...others);
  if (Number(first?.port) === named) return listen.call(this, { ...first, port: own }, ...others);
  return listen.apply(this, args);
};
